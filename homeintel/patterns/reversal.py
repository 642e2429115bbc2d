"""What becomes of a change: is it taken back within minutes, does it take back what came minutes before?"""

import numpy as np

from homeintel.patterns.arrays import Floats
from homeintel.patterns.automated import MACHINE_SPREAD_SECONDS
from homeintel.patterns.domains import PASSING_STATES
from homeintel.patterns.history import AUTOMATION, History
from homeintel.patterns.stats.robust import robust_spread

UNDONE_SECONDS = 180.0
"""A change taken back within so many seconds was not wanted."""

TAKES_BACK_SECONDS = 600.0
"""A routine that mostly comes so soon after the entity's own change is that change's other half."""

TAKES_BACK_MACHINE_SECONDS = 7200.0
"""The same after a machine's change, which people often leave for a while."""

FOLLOWS_SECONDS = 2700.0
FOLLOWS_SHARE = 0.8
"""What nearly always comes within this time of the entity's own change before, and keeps closer to it than to the clock,
follows that change: a blind opened a quarter of an hour after it was closed has no hour of its own."""


def times_undone(history: History, entity: int, times: Floats) -> int:
    """Return how many of an entity's changes somebody took back within minutes; a timer's doing does not count.

    Args:
        history: the window.
        entity: index into `History.entities`.
        times: Unix seconds of the changes.
    """
    rows = history.rows(entity)
    changes, causes = history.changes.time[rows], history.changes.cause[rows]
    following = np.searchsorted(changes, times, side="right")
    known = following < len(changes)
    delay = changes[following[known]] - times[known]
    by_machine = causes[following[known]] == AUTOMATION
    if len(delay) >= 4 and robust_spread(delay) < MACHINE_SPREAD_SECONDS:
        return 0
    return int(np.sum((delay <= UNDONE_SECONDS) & ~by_machine))


def takes_back(history: History, entity: int, times: Floats, spread_minutes: float) -> bool:
    """Return whether changes come after the entity's own change before, rather than at a time of the day.

    They do if most come within minutes of it, or hours of a machine's; or nearly all within the hour, with a delay that varies
    less than their time of the day does.

    Args:
        history: the window.
        entity: index into `History.entities`.
        times: Unix seconds of the changes.
        spread_minutes: how much their time of the day varies, a standard deviation.
    """
    rows = history.rows(entity)
    passing = np.array([text in PASSING_STATES for text in history.states], dtype=bool)
    own = ~passing[history.changes.state[rows]]
    changes, causes = history.changes.time[rows][own], history.changes.cause[rows][own]
    before = np.searchsorted(changes, times, side="left") - 1
    known = before >= 0
    delay = times[known] - changes[before[known]]
    if not len(delay):
        return False
    most = np.where(causes[before[known]] == AUTOMATION, TAKES_BACK_MACHINE_SECONDS, TAKES_BACK_SECONDS)
    if np.mean(delay <= most) >= 0.5:
        return True
    near = delay[delay <= FOLLOWS_SECONDS]
    return bool(len(near) >= FOLLOWS_SHARE * len(delay) and robust_spread(near) < spread_minutes * 60)
