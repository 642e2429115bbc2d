"""Which (trigger, action) pairs are worth a closer look: one pass over all changes, cheap and generous."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from homeintel.patterns.arrays import Bools, Floats, Ints
from homeintel.patterns.calendar import DAY
from homeintel.patterns.domains import MOST_PER_DAY, is_action, is_trigger
from homeintel.patterns.history import History, Stream

MOST_LAG = 600.0
"""Seconds; what comes later is not the trigger's doing as far as anyone can tell."""

SCREEN_LAGS = (10.0, 60.0, 180.0, MOST_LAG)
SCREEN_RATIO = 8.0
SCREEN_SHARE = 0.03
"""A pair passes the screen where, at one of the lags, its log likelihood ratio against an even rate is so great (less can't
survive the correction over thousands of pairs), and it happens on so many of the trigger's occasions: after dark alone, say,
of a sensor that is tripped all day."""

BURST_SECONDS = 30.0
"""A trigger that comes again so soon is the same occasion: a contact that chatters, a person still moving."""

MIN_OCCASIONS = 4
_CHUNK = 4_000_000


@dataclass(frozen=True)
class Screened:
    """The outcome of the screen.

    Args:
        triggers: trigger streams, bursts collapsed.
        actions: action streams.
        pairs: indices into both: shape (pairs, 2).
        judged: pairs that have any occasion at all; what the false-discovery rate counts.
        frequent: action streams dropped because they happen all the time.
    """

    triggers: tuple[Stream, ...]
    actions: tuple[Stream, ...]
    pairs: Ints
    judged: int
    frequent: int


def screen(history: History, home_days: Bools) -> Screened:
    """Return the pairs worth judging.

    Args:
        history: the window.
        home_days: days that count: shape (days,).
    """
    on_days = [_on_days(stream, home_days) for stream in history.streams]
    days = max(1, int(home_days.sum()))
    able = [s for s in on_days if is_action(*_names(history, s)) and len(s.time) >= MIN_OCCASIONS]
    actions = tuple(s for s in able if len(s.time) <= MOST_PER_DAY * days)
    triggers = tuple(
        collapse(s, BURST_SECONDS)
        for s in on_days
        if len(s.time) >= MIN_OCCASIONS
        and is_trigger(*_names(history, s), history.property_of.get(history.entities[s.entity]))
    )
    if not triggers or not actions:
        return Screened(triggers, actions, np.zeros((0, 2), dtype=np.int64), 0, len(able) - len(actions))
    pairs, judged = _count(triggers, actions, days * DAY)
    return Screened(triggers, actions, pairs, judged, len(able) - len(actions))


def collapse(stream: Stream, quiet: float) -> Stream:
    """Return only the times that no other of the same stream precedes by `quiet` seconds or less."""
    first = np.ones(len(stream.time), dtype=bool)
    first[1:] = np.diff(stream.time) > quiet
    return stream.select(first)


def _names(history: History, stream: Stream) -> tuple[str, str]:
    return history.entities[stream.entity], history.states[stream.state]


def _on_days(stream: Stream, home_days: Bools) -> Stream:
    day = np.clip((stream.wall // DAY).astype(np.int64), 0, len(home_days) - 1)
    return stream.select(home_days[day])


def _count(triggers: Sequence[Stream], actions: Sequence[Stream], seconds: float) -> tuple[Ints, int]:
    trigger_time, trigger_of = _merged(triggers)
    action_time, action_of = _merged(actions)
    first = np.searchsorted(trigger_time, action_time - MOST_LAG, side="left")
    last = np.searchsorted(trigger_time, action_time, side="left")
    width = last - first
    codes, totals = [], []
    for begin, end in _chunks(width):
        part = slice(begin, end)
        rows = np.repeat(np.arange(begin, end), width[part])
        partner = np.arange(len(rows)) - np.repeat(np.cumsum(width[part]) - width[part], width[part]) + first[rows]
        lag_class = np.searchsorted(SCREEN_LAGS, action_time[rows] - trigger_time[partner])
        code = (trigger_of[partner] * len(actions) + action_of[rows]) * len(SCREEN_LAGS) + lag_class
        unique, total = np.unique(code, return_counts=True)
        codes.append(unique)
        totals.append(total)
    if not codes:
        return np.zeros((0, 2), dtype=np.int64), 0
    return _passing(triggers, actions, np.concatenate(codes), np.concatenate(totals), seconds)


def _merged(streams: Sequence[Stream]) -> tuple[Floats, Ints]:
    time = np.concatenate([stream.time for stream in streams])
    index = np.repeat(np.arange(len(streams)), [len(stream.time) for stream in streams])
    order = np.lexsort((index, time))
    return time[order], index[order]


def _chunks(width: Ints) -> list[tuple[int, int]]:
    total = np.concatenate([[0], np.cumsum(width)])
    borders = [0]
    while borders[-1] < len(width):
        end = int(np.searchsorted(total, total[borders[-1]] + _CHUNK, side="right")) - 1
        borders.append(min(len(width), max(end, borders[-1] + 1)))
    return list(pairwise(borders))


def _passing(
    triggers: Sequence[Stream], actions: Sequence[Stream], codes: Ints, totals: Ints, seconds: float
) -> tuple[Ints, int]:
    pair, inverse = np.unique(codes // len(SCREEN_LAGS), return_inverse=True)
    table = np.zeros((len(pair), len(SCREEN_LAGS)))
    np.add.at(table, (inverse, codes % len(SCREEN_LAGS)), totals)
    table = np.cumsum(table, axis=1)
    trigger, action = pair // len(actions), pair % len(actions)
    n_trigger = np.array([len(s.time) for s in triggers])[trigger]
    n_action = np.array([len(s.time) for s in actions])[action]
    expected = n_trigger[:, None] * n_action[:, None] * np.array(SCREEN_LAGS) / seconds
    ratio = np.where(table > expected, table * np.log(np.maximum(table, 1) / expected) - (table - expected), 0.0)
    enough = (table >= 3) & (ratio >= SCREEN_RATIO) & (table >= SCREEN_SHARE * n_trigger[:, None])
    passing = enough.any(axis=1)
    return np.stack([trigger[passing], action[passing]], axis=1), len(pair)
