"""When one entity entered one state, and how soon one thing followed another: for any choice, found by a night or not."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from homeintel.patterns.arrays import Floats
from homeintel.patterns.calendar import DAY
from homeintel.patterns.domains import is_action, is_trigger
from homeintel.patterns.history import History, Stream
from homeintel.patterns.mirrors import without_mirrors
from homeintel.patterns.pairs.judge import Judge
from homeintel.patterns.presence import find_presence
from homeintel.patterns.stats.intervals import wilson
from homeintel.patterns.views import raster
from homeintel.patterns.weekdays import in_set, name_mask

__all__ = ["LIGHT", "Followed", "actions", "followed", "on_days", "raster_rows", "states_of", "triggers"]

ANY_LIGHT, DARK, DAYLIGHT = LIGHT = ("at any time", "when it is dark", "in daylight")
"""Dark is from sunset to sunrise."""


def actions(history: History) -> list[str]:
    """Return the entities a person can act on, which alone have routines."""
    return _entities(history, [s for s in history.streams if is_action(*_names(history, s))])


def triggers(history: History) -> list[str]:
    """Return the entities whose change a person can react to."""
    found = [
        stream
        for stream in history.streams
        if is_trigger(*_names(history, stream), history.property_of.get(history.entities[stream.entity]))
    ]
    return _entities(history, found)


def states_of(history: History, entity_id: str) -> list[str]:
    """Return the states an entity entered in the window."""
    return [history.states[s.state] for s in history.streams if history.entities[s.entity] == entity_id]


def on_days(history: History, stream: Stream, days: str) -> Stream:
    """Return the stream's times on some weekdays: `all`, `weekday`, `weekend` or such as `mon,tue`."""
    wanted = np.asarray(in_set(name_mask(days)), dtype=bool)[history.calendar.weekdays]
    day = (stream.wall // DAY).astype(np.int64)
    return stream.select(wanted[np.clip(day, 0, len(wanted) - 1)])


def raster_rows(history: History, entity_id: str, state: str, routines: Sequence[dict[str, object]]) -> pd.DataFrame:
    """Return every day of the window, and each time at which the entity entered the state.

    Args:
        history: the window.
        entity_id: the entity.
        state: the state.
        routines: rows of the table `patterns` on this entity and state.

    Returns:
        day (date), weekday (0 is Monday), minute (local; NaN on a day without any), routine (number in `routines` of the
        one the time belongs to, from 1; 0: none), in order of day and minute.
    """
    stream = _stream(history, entity_id, state)
    wall: Floats = stream.wall if stream is not None else np.zeros(0)
    frame = pd.DataFrame({"index": np.floor(wall / DAY).astype(np.int64), "minute": wall % DAY / 60, "routine": 0})
    for number, routine in enumerate(routines, 1):
        kept = raster(history, routine).dropna(subset="minute")
        frame.loc[kept["kept"].to_numpy(bool) & (frame["routine"] == 0).to_numpy(), "routine"] = number
    whole = pd.DataFrame({"index": np.arange(history.calendar.days)}).merge(frame, how="left", on="index")
    whole["day"] = [history.calendar.date_of(day) for day in whole["index"]]
    whole["weekday"] = history.calendar.weekdays[whole["index"].to_numpy()]
    return whole[["day", "weekday", "minute", "routine"]].fillna({"routine": 0}).astype({"routine": int})


@dataclass(frozen=True)
class Followed:
    """How an action followed a trigger within a window.

    Args:
        lags: seconds to the action, of the occasions on which it followed.
        occasions: triggers on which it could have followed: it did not hold already.
        window: seconds looked at.
        chance: share of occasions that chance alone explains, from the same times on other days and other times that day.
        low: lower end of the 95 % interval of the share that followed.
        high: its upper end.
    """

    lags: Floats
    occasions: int
    window: float
    chance: float
    low: float
    high: float


def followed(
    history: History,
    trigger: tuple[str, str],
    action: tuple[str, str],
    *,
    window: float,
    days: str = "all",
    light: str = ANY_LIGHT,
) -> Followed | None:
    """Return how an action followed a trigger, as the detector counts it; None where one of them never happened.

    Args:
        history: the window.
        trigger: entity id and state.
        action: entity id and state.
        window: seconds within which it must follow.
        days: on which weekdays; see `on_days`.
        light: one of `LIGHT`.
    """
    own = without_mirrors(history)
    first, second = _stream(own, *trigger), _stream(own, *action)
    if first is None or second is None:
        return None
    first = on_days(own, first, days)
    if light != ANY_LIGHT:
        first = first.select(own.calendar.dark(first.time) == (light == DARK))
    if not len(first.time):
        return None
    pair = Judge(own, find_presence(own).home).within(first, second, window)
    hits, trials = int(pair.hit.sum()), int(pair.open.sum())
    return Followed(pair.lag[pair.hit], trials, window, pair.chance, *wilson(hits, trials))


def _stream(history: History, entity_id: str, state: str) -> Stream | None:
    return next((s for s in history.streams if _names(history, s) == (entity_id, state)), None)


def _names(history: History, stream: Stream) -> tuple[str, str]:
    return history.entities[stream.entity], history.states[stream.state]


def _entities(history: History, streams: Sequence[Stream]) -> list[str]:
    return sorted({history.entities[stream.entity] for stream in streams})
