"""Which days count: those with data, and among them the days on which somebody was at home."""

from dataclasses import dataclass

import numpy as np

from homeintel.patterns.arrays import Bools, Floats, Ints
from homeintel.patterns.history import AUTOMATION, RESTART, History

AWAY_SHARE = 0.15
"""A day with less than this share of a busy day's activity is a day away."""

PAUSE_SECONDS = 3600.0
"""People who are at home and awake show it more often than this."""

EDGE_SECONDS = 600.0
"""Somebody who is seen for the first or the last time was there so much before or after."""

SEEN_SECONDS = 900.0
"""Whoever does something is seen by another sensor, or does another thing, within so much time of it."""

UNSEEN_SHARE = 0.05
"""Of an entity's changes, those about which nothing else shows people; with more, seeing nobody means little."""

LEAST_BUSY = 8.0
"""Below so much activity on a busy day, quiet days can't be told from days away."""


@dataclass(frozen=True)
class Presence:
    """Days of the window.

    Args:
        home: days with data on which somebody was at home: shape (days,).
        away: days with data but next to no activity: shape (days,).
        activity: hours in which an entity showed people, summed over entities, by day: shape (days,).
        busy: activity of a usual day.
    """

    home: Bools
    away: Bools
    activity: Ints
    busy: float


def find_presence(history: History) -> Presence:
    """Return which days somebody was at home.

    A usual day is the median of the busier half of the days, so that a home that is empty for weeks still has one.
    """
    activity = _active_hours(history)
    known = np.sort(activity[history.data_days])
    busy = float(np.median(known[len(known) // 2 :])) if len(known) else 0.0
    quiet = history.data_days & (activity < AWAY_SHARE * busy)
    away = quiet if busy >= LEAST_BUSY else np.zeros(len(activity), dtype=bool)
    return Presence(history.data_days & ~away, away, activity, busy)


class Sightings:
    """What shows people, all entities together, and the stretches in which they are seen again and again.

    Args:
        history: the window.
    """

    def __init__(self, history: History) -> None:
        rows = np.flatnonzero(_shows_people(history))
        rows = rows[np.argsort(history.changes.time[rows], kind="stable")]
        self._time, entity = history.changes.time[rows], history.changes.entity[rows]
        self._starts, self._ends = _stretches(self._time, entity)

    def at(self, utc: Floats) -> Bools:
        """Return whether each time lies in a stretch, or just before or after one."""
        following = np.searchsorted(self._ends, utc - EDGE_SECONDS)
        inside = following < len(self._starts)
        inside[inside] = self._starts[following[inside]] <= utc[inside] + EDGE_SECONDS
        return np.asarray(inside)

    def by_others(self, own: Floats) -> Bools:
        """Return whether another entity showed people about each of the ascending Unix times at which one did."""
        return np.asarray(_within(self._time, own) > _within(own, own))


def always_seen(history: History, sightings: Sightings) -> Bools:
    """Return of each entity whether, about nearly all its changes by people, something else showed people too."""
    always = np.zeros(len(history.entities), dtype=np.bool_)
    by_people = _shows_people(history)
    for entity in np.flatnonzero(history.people_driven).tolist():
        rows = history.rows(entity)
        times = history.changes.time[rows][by_people[rows]]
        unseen = int((~sightings.by_others(times)).sum())
        always[entity] = len(times) > 0 and unseen <= UNSEEN_SHARE * len(times)
    return always


def _within(ordered: Floats, times: Floats) -> Ints:
    """Return how many of the ordered values are near each time."""
    until = np.searchsorted(ordered, times + SEEN_SECONDS, side="right")
    return np.asarray(until - np.searchsorted(ordered, times - SEEN_SECONDS))


def _stretches(time: Floats, entity: Ints) -> tuple[Floats, Floats]:
    """Return the stretches without a long pause; one sensor gone mad is none."""
    if not len(time):
        return np.empty(0), np.empty(0)
    first = np.flatnonzero(np.diff(time, prepend=-np.inf) > PAUSE_SECONDS)
    last = np.append(first[1:], len(time)) - 1
    several = np.minimum.reduceat(entity, first) != np.maximum.reduceat(entity, first)
    return time[first][several], time[last][several]


def _shows_people(history: History) -> Bools:
    changes = history.changes
    shown = history.people_driven[changes.entity]
    return np.asarray((changes.cause != RESTART) & (changes.cause != AUTOMATION) & shown)


def _active_hours(history: History) -> Ints:
    """Return by day the hours in which each entity showed people, summed over entities: one gone mad counts 24 at most."""
    changes, days = history.changes, history.calendar.days
    counted = _shows_people(history)
    hour = np.floor(history.wall[counted] / 3600).astype(np.int64)
    pairs = np.unique(changes.entity[counted] * (24 * days) + np.clip(hour, 0, 24 * days - 1))
    return np.bincount(pairs % (24 * days) // 24, minlength=days)


class AwakeTime:
    """A clock that only runs while people are awake at home: nights and journeys take no time on it.

    An hour counts where at least two different entities showed people, so one sensor gone mad does not.

    Args:
        history: the window.
    """

    def __init__(self, history: History) -> None:
        changes = history.changes
        self._first = float(history.calendar.starts[0])
        hours = int((history.calendar.starts[-1] - self._first) // 3600) + 1
        counted = _shows_people(history)
        hour = ((changes.time[counted] - self._first) // 3600).astype(np.int64)
        pairs = np.unique(hour * len(history.entities) + changes.entity[counted])
        entities = np.bincount(pairs // max(1, len(history.entities)), minlength=hours)
        self.awake = entities[:hours] >= 2
        self._elapsed = np.concatenate([[0.0], np.cumsum(self.awake * 3600.0)])

    def __call__(self, utc: Floats) -> Floats:
        """Return seconds on this clock."""
        return np.asarray(np.interp(utc, self._first + 3600.0 * np.arange(len(self._elapsed)), self._elapsed))

    def at(self, utc: Floats) -> Bools:
        """Return whether people were awake in the hour of each time."""
        hour = np.clip((utc - self._first) // 3600, 0, len(self.awake) - 1).astype(np.int64)
        return np.asarray(self.awake[hour])
