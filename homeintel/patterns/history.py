"""What every detector is given: the window's history as plain arrays, nothing else."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from homeintel.patterns.arrays import Bools, Floats, Ints
from homeintel.patterns.calendar import DAY, Calendar
from homeintel.patterns.domains import is_presence_evidence

CAUSES = ("unknown", "person", "automation", "device", "restart")
"""The cause of a change by its code."""
AUTOMATION = CAUSES.index("automation")
RESTART = CAUSES.index("restart")


@dataclass(frozen=True)
class Changes:
    """Changes of discrete states, ordered by entity, then time; all arrays of one length.

    Args:
        entity: index into `History.entities`.
        time: Unix seconds.
        state: index into `History.states`; the state entered.
        cause: index into `CAUSES`.
    """

    entity: Ints
    time: Floats
    state: Ints
    cause: Ints


@dataclass(frozen=True)
class Hourly:
    """Numeric series, and discrete ones too chatty to keep change by change, by UTC hour; ordered by entity, hour.

    Args:
        entity: index into `History.entities`.
        hour: Unix time // 3600.
        count: reports in that hour.
        low: least value; NaN for a discrete series.
        high: greatest value; NaN for a discrete series.
        last: last value; NaN for a discrete series.
        last_time: Unix seconds of the last report in that hour.
    """

    entity: Ints
    hour: Ints
    count: Ints
    low: Floats
    high: Floats
    last: Floats
    last_time: Floats


@dataclass(frozen=True)
class Gaps:
    """Times without knowledge.

    Args:
        entity: index into `History.entities`; -1: the whole home.
        start: Unix seconds.
        end: Unix seconds; the window's end where open.
        reason: `unavailable`, `restart` or `no_data`.
    """

    entity: Ints
    start: Floats
    end: Floats
    reason: tuple[str, ...]


@dataclass(frozen=True)
class Stream:
    """The times at which one entity entered one state.

    Args:
        entity: index into `History.entities`.
        state: index into `History.states`.
        time: Unix seconds, ascending.
        wall: the same as wall-clock seconds since the window's first local midnight.
        cause: index into `CAUSES`.
    """

    entity: int
    state: int
    time: Floats
    wall: Floats
    cause: Ints

    def select(self, chosen: Bools | Ints) -> "Stream":
        """Return the stream with only some of its times."""
        return Stream(self.entity, self.state, self.time[chosen], self.wall[chosen], self.cause[chosen])


@dataclass(frozen=True)
class History:
    """The tables a night's detectors read, for one window.

    Args:
        calendar: the window's local days.
        entities: entity ids, sorted.
        states: the texts of states.
        changes: discrete changes inside the window.
        hourly: numeric and chatty series inside the window.
        gaps: times without knowledge.
        data_days: which local days hold any data. Shape (days,).
        device_of: entity id to the address of its device, where known.
        property_of: entity id to its Zigbee2MQTT property, where known.
        unit_of: entity id to the unit of its numbers, where known.
        members: (group's device, member's device) pairs.
        chatty: entities of `changes` that were too chatty and stand in `hourly` instead.
        automation_of: (entity id, state) to the automation recorded as the cause most often, where known.
        known_automations: (trigger entity or empty, action entity) pairs of the home's own automations, where given.
    """

    calendar: Calendar
    entities: tuple[str, ...]
    states: tuple[str, ...]
    changes: Changes
    hourly: Hourly
    gaps: Gaps
    data_days: Bools
    device_of: Mapping[str, str] = field(default_factory=dict)
    property_of: Mapping[str, str] = field(default_factory=dict)
    unit_of: Mapping[str, str] = field(default_factory=dict)
    members: frozenset[tuple[str, str]] = frozenset()
    chatty: frozenset[int] = frozenset()
    automation_of: Mapping[tuple[str, str], str] = field(default_factory=dict)
    known_automations: frozenset[tuple[str, str]] = frozenset()

    @cached_property
    def _offsets(self) -> Ints:
        return np.searchsorted(self.changes.entity, np.arange(len(self.entities) + 1))

    @cached_property
    def wall(self) -> Floats:
        """Wall-clock seconds of every change."""
        return self.calendar.wall(self.changes.time)

    def rows(self, entity: int) -> slice:
        """Return where an entity's changes stand in `changes`."""
        return slice(int(self._offsets[entity]), int(self._offsets[entity + 1]))

    @cached_property
    def _hour_offsets(self) -> Ints:
        return np.searchsorted(self.hourly.entity, np.arange(len(self.entities) + 1))

    def hours(self, entity: int) -> slice:
        """Return where an entity's hours stand in `hourly`."""
        return slice(int(self._hour_offsets[entity]), int(self._hour_offsets[entity + 1]))

    @cached_property
    def streams(self) -> tuple[Stream, ...]:
        """Every (entity, state entered), restarts left out, by entity id and state."""
        return tuple(sorted(self._streams(), key=lambda s: (self.entities[s.entity], self.states[s.state])))

    def _streams(self) -> Iterator[Stream]:
        active = np.flatnonzero(self.changes.cause != RESTART)
        key = self.changes.entity[active] * len(self.states) + self.changes.state[active]
        order = active[np.argsort(key, kind="stable")]
        keys = np.sort(key, kind="stable")
        borders = np.flatnonzero(np.diff(keys)) + 1
        for rows in np.split(order, borders) if len(order) else ():
            first = rows[0]
            yield Stream(
                int(self.changes.entity[first]),
                int(self.changes.state[first]),
                self.changes.time[rows],
                self.wall[rows],
                self.changes.cause[rows],
            )

    def holds(self, entity: int, state: int, wall: Floats) -> Bools:
        """Return whether the entity was in the state just before each wall-clock time; False before its first change."""
        rows = self.rows(entity)
        position = np.searchsorted(self.wall[rows], wall, side="left") - 1
        known = position >= 0
        states = self.changes.state[rows]
        return np.asarray(known & (states[np.maximum(position, 0)] == state)) if len(states) else known

    @cached_property
    def _members_of(self) -> Mapping[str, tuple[int, ...]]:
        found: dict[str, list[int]] = {}
        for entity, name in enumerate(self.entities):
            found.setdefault(self.device_of.get(name, name), []).append(entity)
        return {device: tuple(entities) for device, entities in found.items()}

    def siblings(self, entity: int) -> tuple[int, ...]:
        """Return the entities of an entity's device, itself among them."""
        name = self.entities[entity]
        return self._members_of[self.device_of.get(name, name)]

    @cached_property
    def first_data_day(self) -> int:
        """Index of the first local day with data; the number of days where there is none."""
        found = np.flatnonzero(self.data_days)
        return int(found[0]) if len(found) else self.calendar.days

    @cached_property
    def people_driven(self) -> Bools:
        """Whether each entity's changes usually mean that somebody is at home: shape (entities,)."""
        driven = (is_presence_evidence(name, self.property_of.get(name)) for name in self.entities)
        return np.fromiter(driven, dtype=bool, count=len(self.entities))

    @property
    def newest(self) -> float | None:
        """Unix seconds of the newest report; None without any."""
        times = [series.max() for series in (self.changes.time, self.hourly.last_time) if len(series)]
        return float(max(times)) if times else None

    @property
    def span(self) -> float:
        """Seconds from the first day with data to the window's end."""
        return (self.calendar.days - self.first_data_day) * DAY

    def one_device(self, first: int, second: int) -> bool:
        """Return whether two entities are of one device; of one whose device is unknown, whether it shares the name."""
        one, other = (self.device_of.get(self.entities[index]) for index in (first, second))
        if one is None or other is None:
            names = [self.entities[index].partition(".")[2] for index in (first, second)]
            return names[0] == names[1]
        return one == other

    def group_and_member(self, first: int, second: int) -> bool:
        """Return whether one of two entities is a group, and the other one's device its member."""
        one, other = (self.device_of.get(self.entities[index]) for index in (first, second))
        return one is not None and other is not None and not {(one, other), (other, one)}.isdisjoint(self.members)
