"""How often an action would follow a trigger anyway: control times, and the action's own rate by hour."""

from dataclasses import dataclass

import numpy as np

from homeintel.patterns.arrays import Bools, Floats
from homeintel.patterns.calendar import DAY
from homeintel.patterns.history import History, Stream
from homeintel.patterns.pairs.hours import by_hour, rates
from homeintel.patterns.stats.tails import log_chance_tail

OTHER_DAYS = np.array([-14, -8, -7, -6, -5, -4, -3, -2, -1, 1, 2, 3, 4, 5, 6, 7, 8, 14]) * DAY
SAME_DAY = np.array([-95, -80, -70, -60, -50, -40, -32, -25, 25, 32, 40, 50, 60, 70, 80, 95]) * 60.0
"""Where chance is looked up: the same wall-clock time on other days, and the same day a little earlier and later."""

MOST_AGE = 3600.0
SAME_AGE_SHARE = 0.5
MOST_AGES, MOST_EPISODES = 60, 200
"""Where most occasions find the thing changed less than an hour ago, chance is also looked up so long after its other changes:
what was switched on for a quarter of an hour goes off about then, whatever else goes off before it. So many ages, and other
changes, evenly chosen, stand for all."""

MOST_CONTROLS = 300
"""Of a trigger with more occasions, so many, evenly chosen, stand for all when chance is looked up."""

EVEN_WEIGHT = 50.0
"""Control times that the even rate stands for where the two kinds of control time are weighed."""

JEFFREYS = 0.5
"""Times the action is taken to have been seen before any control time was looked at."""


@dataclass(frozen=True)
class Chance:
    """The share of occasions on which the action comes anyway, itself only estimated: Beta(a, b).

    Args:
        a: times seen.
        b: times not seen.
    """

    a: float
    b: float

    @property
    def share(self) -> float:
        """Its mean."""
        return self.a / (self.a + self.b)

    def log_tail(self, hits: int, trials: int) -> float:
        """Return the logarithm of the chance of so many hits or more."""
        return log_chance_tail(hits, trials, self.a, self.b)


def estimated(seen: float, controls: float, usual: float) -> Chance:
    """Return what control times tell, together with what is known before them.

    Before any control time the share is Beta(1/2, b), its mean the action's usual rate at these hours, or the share of the
    control times where that is greater; never more than one half, which is Jeffreys' prior. So a few control times without
    the action are not taken to allow for more than its own rate does, and many with it say what they say.

    Args:
        seen: control times with the action.
        controls: control times.
        usual: the chance that the action's rate by hour gives.
    """
    mean = min(max(usual, seen / max(1.0, controls), 1e-6), JEFFREYS)
    return Chance(seen + JEFFREYS, controls - seen + JEFFREYS * (1 / mean - 1))


class Chances:
    """Looks chance up in one history.

    Args:
        history: the window.
        home_days: days that count: shape (days,).
    """

    def __init__(self, history: History, home_days: Bools) -> None:
        self._history = history
        self._home_days = home_days
        self._days = max(1, int(home_days.sum()))
        self._able: dict[tuple[int, int], float] = {}

    def even(self, action: Stream, window: float) -> float:
        """Return the chance within a window of seconds at an even rate over the time in which the action is possible."""
        return float(-np.expm1(-len(action.time) * window / (self._days * DAY * self._share_able(action))))

    def of(self, occasions: Stream, action: Stream, window: float) -> Chance:
        """Return the greatest of what the kinds of control time tell.

        Args:
            occasions: the trigger's.
            action: the action's stream.
            window: seconds.
        """
        wall = occasions.wall[:: max(1, len(occasions.wall) // MOST_CONTROLS)]
        found = [self._controls(wall, shifts, action, window) for shifts in (OTHER_DAYS, SAME_DAY)]
        found.append(self._same_age(occasions.wall, action, window))
        # Few controls show a rate by luck: they are weighed with an even rate over all days.
        even = self.even(action, window)
        seen, controls = max(found, key=lambda one: (one[0] + EVEN_WEIGHT * even) / (one[1] + EVEN_WEIGHT))
        return estimated(seen, controls, self._usual(occasions, action, window))

    def _usual(self, occasions: Stream, action: Stream, window: float) -> float:
        """Return the mean chance at the occasions' hours of the day."""
        at_hours = -np.expm1(-rates(action, self._days) * window / self._share_able(action))
        return float(by_hour(occasions) @ at_hours / max(1, len(occasions.time)))

    def _share_able(self, action: Stream) -> float:
        """Return the share of the time in which the action could be taken: in which its state did not hold."""
        key = (action.entity, action.state)
        if key not in self._able:
            rows = self._history.rows(action.entity)
            changes = self._history.changes.time[rows]
            ends = np.append(changes[1:], self._history.calendar.starts[-1])
            held = float((ends - changes)[self._history.changes.state[rows] == action.state].sum())
            share = max(0.0, 1 - held / max(1.0, self._history.span))
            self._able[key] = max(3600.0 / (self._days * DAY), share)
        return self._able[key]

    def _controls(self, wall: Floats, shifts: Floats, action: Stream, window: float) -> tuple[float, float]:
        """Return on how many control times the action came, and how many they are."""
        times = (wall[None, :] + shifts[:, None]).ravel()
        day = np.floor(times / DAY).astype(np.int64)
        inside = (day >= 0) & (day < len(self._home_days))
        times = times[inside & self._home_days[np.clip(day, 0, len(self._home_days) - 1)]]
        times = times[~self._history.holds(action.entity, action.state, times)]
        row = np.searchsorted(action.wall, times, side="right")
        return float((np.append(action.wall, np.inf)[row] - times <= window).sum()), float(len(times))

    def _same_age(self, wall: Floats, action: Stream, window: float) -> tuple[float, float]:
        """Return the same as long after other changes of the thing as the occasions are after the latest one."""
        rows = self._history.rows(action.entity)
        changes = self._history.wall[rows]
        latest = np.searchsorted(changes, wall, side="left") - 1
        ages = (wall - changes[np.maximum(latest, 0)])[latest >= 0]
        ages = ages[ages <= MOST_AGE]
        if len(ages) < SAME_AGE_SHARE * len(wall):
            return 0.0, 0.0
        starts = np.flatnonzero(self._history.changes.state[rows] != action.state)
        starts = starts[:: -(-len(starts) // MOST_EPISODES)]
        times = changes[starts][None, :] + ages[:: -(-len(ages) // MOST_AGES)][:, None]
        ends = np.append(changes, np.inf)[starts + 1][None, :]
        times = times[times < ends]
        row = np.searchsorted(action.wall, times, side="right")
        return float((np.append(action.wall, np.inf)[row] - times <= window).sum()), float(len(times))
