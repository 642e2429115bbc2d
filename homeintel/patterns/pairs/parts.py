"""Which streams can be the trigger of a pair, and which its action: restarts and bursts left out, each counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from homeintel.patterns.arrays import Bools
from homeintel.patterns.calendar import DAY
from homeintel.patterns.domains import ACTUATOR_DOMAINS, MOST_PER_DAY, domain, is_action, is_trigger
from homeintel.patterns.funnel import Funnel
from homeintel.patterns.history import RESTART, History, Stream

BURST_SECONDS = 30.0
"""A trigger that comes again so soon is the same occasion: a contact that chatters, a person still moving."""

MIN_OCCASIONS = 4

PASSING_SECONDS = 60.0
BUSIEST = 8
"""The example of a pair that is none because its second half is a sensor: of so many of the busiest streams the two of which
one follows the other most often within so many seconds."""


@dataclass(frozen=True)
class Parts:
    """What pairs are made of.

    Args:
        triggers: trigger streams, bursts collapsed.
        actions: action streams.
    """

    triggers: tuple[Stream, ...]
    actions: tuple[Stream, ...]


def take_parts(history: History, home_days: Bools, funnel: Funnel) -> Parts:
    """Return the streams that pairs are made of; the funnel counts changes, then the pairs they could form.

    Args:
        history: the window.
        home_days: days that count: shape (days,).
        funnel: of the detector.
    """
    _without_restarts(history, funnel)
    on_days = [_on_days(stream, home_days) for stream in history.streams]
    for stream, kept in zip(history.streams, on_days, strict=True):
        if len(kept.time) < len(stream.time):
            away = len(stream.time) - len(kept.time)
            funnel.miss(-away, f"{_name(history, stream)}: {away} of {len(stream.time)} on other days")
    changes = sum(len(stream.time) for stream in on_days)
    funnel.step("changes on days with somebody at home", changes)
    frequent_enough = [stream for stream in on_days if len(stream.time) >= MIN_OCCASIONS]
    able = [stream for stream in frequent_enough if _acts(history, stream)]
    sources = [stream for stream in frequent_enough if _triggers(history, stream)]
    triggers = _without_bursts(history, sources, changes, funnel)
    return Parts(triggers, _actions(history, triggers, able, max(1, int(home_days.sum())), funnel))


def collapse(stream: Stream, quiet: float) -> Stream:
    """Return only the times that no other of the same stream precedes by `quiet` seconds or less."""
    first = np.ones(len(stream.time), dtype=bool)
    first[1:] = np.diff(stream.time) > quiet
    return stream if first.all() else stream.select(first)


def is_sensor(history: History, stream: Stream) -> bool:
    """Return whether the stream's entity only sees what happens: nobody sets it."""
    return domain(history.entities[stream.entity]) not in ACTUATOR_DOMAINS


def _without_restarts(history: History, funnel: Funnel) -> None:
    restarts = history.changes.cause == RESTART
    by_entity = np.bincount(history.changes.entity[restarts], minlength=len(history.entities))
    for entity in np.flatnonzero(by_entity).tolist():
        rows = history.rows(entity)
        text = f"{history.entities[entity]}: {by_entity[entity]} of {rows.stop - rows.start} by a restart"
        funnel.miss(-int(by_entity[entity]), text)
    funnel.step("changes that no restart brought", len(restarts) - int(restarts.sum()))


def _without_bursts(history: History, sources: Sequence[Stream], changes: int, funnel: Funnel) -> tuple[Stream, ...]:
    triggers = tuple(collapse(stream, BURST_SECONDS) for stream in sources)
    dropped = 0
    for stream, trigger in zip(sources, triggers, strict=True):
        again = len(stream.time) - len(trigger.time)
        if again:
            gaps = np.diff(stream.time)
            longest = float(gaps[gaps <= BURST_SECONDS].max())
            text = f"{again} of {len(stream.time)} within {longest:.1f} s of the one before"
            funnel.miss(longest, f"{_name(history, stream)}: {text}")
        dropped += again
    funnel.step(f"changes, a trigger's bursts within {BURST_SECONDS:.0f} s once", changes - dropped)
    return triggers


def _actions(
    history: History, triggers: Sequence[Stream], able: Sequence[Stream], days: int, funnel: Funnel
) -> tuple[Stream, ...]:
    """Return the actions; the funnel counts pairs of a trigger with what can follow it, whether it ever did or not."""
    sensors = [stream for stream in triggers if is_sensor(history, stream)]
    others = [stream for stream in triggers if not is_sensor(history, stream)]
    funnel.step("pairs: a trigger, then a sensor or an action", len(triggers) * (len(sensors) + len(able)))
    _show_followed(history, sensors, sensors, funnel)
    of_sensors = len(others) * len(sensors)
    funnel.step("not two sensors that see the same person pass", of_sensors + len(triggers) * len(able))
    _show_followed(history, others, sensors, funnel)
    funnel.step("the second is something a person does", len(triggers) * len(able))
    actions = tuple(stream for stream in able if len(stream.time) <= MOST_PER_DAY * days)
    for stream in able:
        rate = len(stream.time) / days
        if rate > MOST_PER_DAY:
            funnel.miss(-rate, f"{_name(history, stream)}: {rate:.0f} times a day")
    funnel.step(f"the second is done at most {MOST_PER_DAY:.0f} times a day", len(triggers) * len(actions))
    return actions


def _show_followed(history: History, firsts: Sequence[Stream], seconds: Sequence[Stream], funnel: Funnel) -> None:
    for first, second in product(_busiest(firsts), _busiest(seconds)):
        if not history.one_device(first.entity, second.entity):
            row = np.searchsorted(second.time, first.time, side="right")
            hits = int((np.append(second.time, np.inf)[row] - first.time <= PASSING_SECONDS).sum())
            text = f"{_name(history, first)}, then {_name(history, second)}: {hits} of {len(first.time)}"
            funnel.miss(hits / len(first.time), f"{text} within {PASSING_SECONDS:.0f} s")


def _busiest(streams: Sequence[Stream]) -> list[Stream]:
    return sorted(streams, key=lambda stream: -len(stream.time))[:BUSIEST]


def _acts(history: History, stream: Stream) -> bool:
    return is_action(history.entities[stream.entity], history.states[stream.state])


def _triggers(history: History, stream: Stream) -> bool:
    entity = history.entities[stream.entity]
    return is_trigger(entity, history.states[stream.state], history.property_of.get(entity))


def _on_days(stream: Stream, home_days: Bools) -> Stream:
    day = np.clip((stream.wall // DAY).astype(np.int64), 0, len(home_days) - 1)
    on = home_days[day]
    return stream if on.all() else stream.select(on)


def _name(history: History, stream: Stream) -> str:
    return f"{history.entities[stream.entity]} {history.states[stream.state]}"
