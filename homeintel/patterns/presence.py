"""Which days count: those with data, and among them the days on which somebody was at home."""

from dataclasses import dataclass

import numpy as np

from homeintel.patterns.arrays import Bools, Ints
from homeintel.patterns.domains import is_presence_evidence
from homeintel.patterns.history import AUTOMATION, RESTART, History

AWAY_SHARE = 0.15
"""A day with less than this share of a busy day's activity is a day away."""

LEAST_BUSY = 8.0
"""Below so many changes on a busy day, quiet days can't be told from days away."""


@dataclass(frozen=True)
class Presence:
    """Days of the window.

    Args:
        home: days with data on which somebody was at home: shape (days,).
        away: days with data but next to no activity: shape (days,).
        activity: changes a person may have caused, by day: shape (days,).
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
    days = history.calendar.days
    evidence = np.array(
        [is_presence_evidence(name, history.property_of.get(name)) for name in history.entities], dtype=bool
    )
    changes = history.changes
    counted = (changes.cause != RESTART) & (changes.cause != AUTOMATION)
    if len(changes.entity):
        counted &= evidence[changes.entity]
    day = np.floor(history.wall[counted] / 86_400).astype(np.int64)
    activity = np.bincount(day[(day >= 0) & (day < days)], minlength=days)
    known = np.sort(activity[history.data_days])
    busy = float(np.median(known[len(known) // 2 :])) if len(known) else 0.0
    quiet = history.data_days & (activity < AWAY_SHARE * busy)
    away = quiet if busy >= LEAST_BUSY else np.zeros(days, dtype=bool)
    return Presence(history.data_days & ~away, away, activity, busy)
