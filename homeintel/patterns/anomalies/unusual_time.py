"""Unusual time: something a person does, at an hour at which neither it nor anything else in the home ever happens."""

from collections.abc import Iterator
from math import log

import numpy as np

from homeintel.patterns.arrays import Bools, Floats, Ints
from homeintel.patterns.calendar import DAY
from homeintel.patterns.domains import domain, is_motion
from homeintel.patterns.findings import Anomaly
from homeintel.patterns.funnel import Funnel
from homeintel.patterns.history import History, Stream
from homeintel.patterns.presence import AwakeTime
from homeintel.patterns.stats.circular import circular_difference
from homeintel.patterns.stats.surprise import at_least_one, score

WATCHED = frozenset({"binary_sensor", "lock", "cover", "alarm_control_panel", "valve"})
"""Doors, windows, locks and the like: a light in the night is nobody's concern."""

LEAST_TIMES = 8
"""Fewer times show no habit."""

OWN_MINUTES = 120.0
"""Unless nothing else in the home shows people, it must not have acted on any other day within so many minutes."""

OWN_SHARE = 0.05
"""Nor may more than this share of its own times be about that hour."""

KERNEL_MINUTES = 75.0
"""Spread of the kernel by which the entity's own times of day are smoothed."""

LOG_UNUSUAL = -8.5
"""Natural logarithm of the chance of one event, below which its time is unusual."""

NIGHT = (0.0, 6.0)
"""Local hours in which an event can be unusual; by day a home that is seldom at home only seems to sleep."""

QUIET_SHARE = 0.12
"""On at most so many of the other days may people be awake at that hour."""

ALONE_SHARE = 0.35
"""The same for an event while nothing else in the home shows people."""

MOST_AT_ONCE = 30
"""An event may consist of so many changes: somebody opens and closes a door again and again."""

SAME_EVENT = 3600.0
"""Seconds; what follows within them is the same event."""


def find_unusual_times(history: History, awake: AwakeTime, home_days: Bools, funnel: Funnel) -> Iterator[Anomaly]:
    """Yield each event of a door, window, lock or cover at an hour when this home sleeps.

    The chance is the share of other days on which people are awake at that hour, times the share of its own times about
    it, times, where nothing else in the home showed people, how rarely that is so; for all its times in the window.
    """
    watched = [
        stream
        for stream in history.streams
        if len(stream.time) >= LEAST_TIMES and _watched(history, stream.entity, history.states[stream.state])
    ]
    unattended = [~awake.at(stream.time) for stream in watched]
    seldom = log((sum(int(one.sum()) for one in unattended) + 0.5) / (sum(len(one) for one in unattended) + 1))
    for stream, alone in zip(watched, unattended, strict=True):
        last = -np.inf
        for index in _candidates(stream, alone).tolist():
            if stream.time[index] - last < SAME_EVENT:
                continue
            share = _home_share(history, awake, float(stream.time[index]), home_days)
            own = _own_share(stream, index)
            log_chance = log(share + 0.5 / max(1, int(home_days.sum()))) + log(own)
            log_chance += seldom if alone[index] else 0.0
            quiet = share <= (ALONE_SHARE if alone[index] else QUIET_SHARE) and own <= OWN_SHARE
            if quiet and log_chance <= LOG_UNUSUAL:
                last = stream.time[index]
                yield _anomaly(history, stream, index, share, at_least_one(log_chance, len(stream.time)))
            else:
                local = history.calendar.local(float(stream.time[index]))
                text = f"{history.entities[stream.entity]} {history.states[stream.state]} at {local:%Y-%m-%d %H:%M}"
                funnel.miss(log_chance / LOG_UNUSUAL, text)


def _watched(history: History, entity: int, state: str) -> bool:
    name = history.entities[entity]
    return (
        domain(name) in WATCHED
        and state not in {"off", "closed", "locked", "closing", "opening"}
        and not is_motion(name, history.property_of.get(name))
        and bool(history.people_driven[entity])
    )


def _candidates(stream: Stream, alone: Bools) -> Ints:
    """Return the times in the night that nothing else in the home was near to, or no time of day of its own other days."""
    day, minute = np.floor(stream.wall / DAY), stream.wall % DAY / 60
    circle = np.sort(np.concatenate([minute - 1440, minute, minute + 1440]))
    first = np.searchsorted(circle, minute - OWN_MINUTES, side="left")
    near = np.searchsorted(circle, minute + OWN_MINUTES, side="right") - first
    night = (minute >= 60 * NIGHT[0]) & (minute < 60 * NIGHT[1]) & (near <= MOST_AT_ONCE)
    rows = np.flatnonzero(night).tolist()
    return np.array([index for index in rows if alone[index] or _no_other_day(day, minute, index)], dtype=int)


def _no_other_day(day: Floats, minute: Floats, index: int) -> bool:
    near = np.abs(circular_difference(minute, minute[index])) <= OWN_MINUTES
    return not np.any(near & (day != day[index]))


def _own_share(stream: Stream, index: int) -> float:
    """Return how much of the stream happens about the time of day of one of its times, on other days."""
    day, minute = np.floor(stream.wall / DAY), stream.wall % DAY / 60
    apart = circular_difference(minute, minute[index])[day != day[index]]
    return float((np.exp(-0.5 * (apart / KERNEL_MINUTES) ** 2).sum() + 0.02) / (len(apart) + 1))


def _home_share(history: History, awake: AwakeTime, time: float, home_days: Bools) -> float:
    """Return the share of other days on which people were awake at this hour of the day."""
    starts = history.calendar.starts[:-1]
    own = int(history.calendar.day_of(np.array([time]))[0])
    second = time - starts[own]
    others = home_days & (np.arange(len(home_days)) != own)
    return float(awake.at(starts[others] + second).mean()) if others.any() else 1.0


def _anomaly(history: History, stream: Stream, index: int, share: float, log_chance: float) -> Anomaly:
    state = history.states[stream.state]
    changes = history.changes.time[history.rows(stream.entity)]
    after = changes[changes > stream.time[index]]
    local = history.calendar.local(float(stream.time[index]))
    return Anomaly(
        kind="unusual_time",
        entity_id=history.entities[stream.entity],
        started_at=float(stream.time[index]),
        ended_at=float(after[0]) if len(after) else None,
        score=score(log_chance),
        expected=f"everybody sleeps about {local:%H:%M} on {1 - share:.0%} of days",
        observed=f"{state} at {local:%H:%M}",
        detail={"state": state, "times_in_window": len(stream.time), "home_share": round(share, 3)},
    )
