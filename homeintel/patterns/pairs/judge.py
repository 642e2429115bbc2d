"""Judges one pair: on how many of the trigger's occasions the action follows, and on how many it would anyway."""

from dataclasses import dataclass

import numpy as np

from homeintel.patterns.arrays import Bools, Floats, Ints
from homeintel.patterns.calendar import DAY
from homeintel.patterns.history import History, Stream
from homeintel.patterns.pairs.conditions import Condition, fixed_conditions, sharpest
from homeintel.patterns.pairs.parts import BURST_SECONDS
from homeintel.patterns.stats.tails import log_chance_tail

LAG_WINDOWS = (2.0, 5.0, 10.0, 20.0, 45.0, 90.0, 180.0, 300.0, 600.0)
"""Seconds within which the action must follow; the best one is learned and paid for in the p-value."""

OTHER_DAYS = np.array([-14, -8, -7, -6, -5, -4, -3, -2, -1, 1, 2, 3, 4, 5, 6, 7, 8, 14]) * DAY
SAME_DAY = np.array([-95, -80, -70, -60, -50, -40, -32, -25, 25, 32, 40, 50, 60, 70, 80, 95]) * 60.0
"""Where chance is looked up: the same wall-clock time on other days, and the same day a little earlier and later."""

MOST_CONTROLS = 300
"""Of a trigger with more occasions, so many, evenly chosen, stand for all when chance is looked up."""

EVEN_WEIGHT = 50.0
"""Control times that the even rate stands for."""

LEAST_HITS = 4
WORTH_JUDGING = 6.0
"""Log likelihood ratio against an even rate over all days, below which the exact judgement can't succeed."""

WORTH_A_CONDITION = 3.0
"""The same before a condition is looked for."""

WINDOWS_JUDGED = 3
"""The exact judgement is made at so many lag windows, those that stand out most against an even rate."""


@dataclass(frozen=True)
class Judged:
    """One pair within one lag window.

    Args:
        trigger: the trigger's stream.
        action: the action's stream.
        window: seconds.
        condition: what must hold besides.
        able: times at which the action could follow: it does not hold already. Shape (times,).
        open: of these, the occasions: the condition holds.
        hit: occasions on which it followed.
        lag: seconds to the action; infinite where none follows.
        action_row: index of the action that follows; the stream's length where none does.
        chance_hits: of the control times, those with the action.
        chance_trials: control times.
        log_p: logarithm of the p-value, the choice of window and condition paid for.
    """

    trigger: Stream
    action: Stream
    window: float
    condition: Condition
    able: Bools
    open: Bools
    hit: Bools
    lag: Floats
    action_row: Ints
    chance_hits: float
    chance_trials: float
    log_p: float

    @property
    def chance(self) -> float:
        """Share of occasions that chance explains."""
        return (self.chance_hits + 0.5) / (self.chance_trials + 1)

    def strength(self, chance: float) -> float:
        """Return the log likelihood ratio of the hits against a chance rate.

        Triggers of one action are compared at one rate for all: their own would favour the one with the shorter lag.
        """
        return divergence(int(self.hit.sum()), int(self.open.sum()), chance)


def divergence(hits: int, trials: int, chance: float) -> float:
    """Return the log likelihood ratio of hits among trials against a chance rate; 0 where it is not greater."""
    if trials == 0 or hits <= chance * trials:
        return 0.0
    share = min(hits / trials, 1 - 1e-9)
    chance = min(max(chance, 1e-9), 1 - 1e-9)
    return float(trials * (share * np.log(share / chance) + (1 - share) * np.log((1 - share) / (1 - chance))))


class Judge:
    """Judges pairs of one history; keeps what pairs with the same trigger share.

    Args:
        history: the window.
        home_days: days that count: shape (days,).
    """

    def __init__(self, history: History, home_days: Bools) -> None:
        self._history = history
        self._home_days = home_days
        self._seconds = max(1.0, float(home_days.sum()) * DAY)
        self._seconds_able: dict[tuple[int, int], float] = {}
        self._fixed: dict[tuple[int, int], list[Condition]] = {}

    def judge(self, trigger: Stream, action: Stream) -> Judged | None:
        """Return the pair at its most telling lag window and condition, or None where the action hardly ever follows."""
        row, lag, free = self._followed(trigger, action)
        able = self._able(action)
        drafts = []
        for window in LAG_WINDOWS:
            open_ = free & _occasions(trigger.time, window)
            hit = open_ & (lag <= window)
            if hit.sum() < LEAST_HITS:
                continue
            even = float(-np.expm1(-len(action.time) * window / able))
            if divergence(int(hit.sum()), int(open_.sum()), even) < WORTH_A_CONDITION:
                continue
            condition = sharpest(trigger, self._conditions(trigger), open_, hit)
            open_, hit = open_ & condition.holds, hit & condition.holds
            drafts.append((divergence(int(hit.sum()), int(open_.sum()), even), window, condition, open_, hit))
        drafts = sorted(drafts, key=lambda draft: -draft[0])[:WINDOWS_JUDGED]
        judged = []
        for ratio, window, condition, open_, hit in drafts:
            if ratio >= WORTH_JUDGING and hit.sum() >= LEAST_HITS:
                hits, trials = self._chance(trigger.select(open_), action, window)
                log_p = log_chance_tail(int(hit.sum()), int(open_.sum()), hits + 0.5, trials - hits + 0.5)
                log_p = min(0.0, log_p + float(np.log(len(LAG_WINDOWS))) + condition.cost)
                judged.append(
                    Judged(trigger, action, window, condition, free, open_, hit, lag, row, hits, trials, log_p)
                )
        return min(judged, key=lambda pair: pair.log_p, default=None)

    def within(self, trigger: Stream, action: Stream, window: float) -> Judged:
        """Return the pair within a lag window that is given, without a condition, whatever that shows.

        Args:
            trigger: the trigger's stream.
            action: the action's stream.
            window: seconds.
        """
        row, lag, free = self._followed(trigger, action)
        open_ = free & _occasions(trigger.time, window)
        hit = open_ & (lag <= window)
        hits, trials = self._chance(trigger.select(open_), action, window)
        log_p = log_chance_tail(int(hit.sum()), int(open_.sum()), hits + 0.5, trials - hits + 0.5)
        everything = Condition(np.ones(len(trigger.time), dtype=bool))
        return Judged(trigger, action, window, everything, free, open_, hit, lag, row, hits, trials, log_p)

    def _followed(self, trigger: Stream, action: Stream) -> tuple[Ints, Floats, Bools]:
        """Return for each trigger the row of the next action, the seconds to it, and whether it does not hold already."""
        row = np.searchsorted(action.time, trigger.time, side="right")
        lag = np.append(action.time, np.inf)[row] - trigger.time
        return row, lag, ~self._history.holds(action.entity, action.state, trigger.wall)

    def _able(self, action: Stream) -> float:
        """Return the seconds in which the action could be taken: those in which its state did not hold."""
        key = (action.entity, action.state)
        if key not in self._seconds_able:
            rows = self._history.rows(action.entity)
            changes = self._history.changes.time[rows]
            ends = np.append(changes[1:], self._history.calendar.starts[-1])
            held = float((ends - changes)[self._history.changes.state[rows] == action.state].sum())
            share = max(0.0, 1 - held / max(1.0, self._history.span))
            self._seconds_able[key] = max(3600.0, self._seconds * share)
        return self._seconds_able[key]

    def _conditions(self, trigger: Stream) -> list[Condition]:
        key = (trigger.entity, trigger.state)
        if key not in self._fixed:
            self._fixed[key] = fixed_conditions(self._history, trigger)
        return self._fixed[key]

    def _chance(self, occasions: Stream, action: Stream, window: float) -> tuple[float, float]:
        """Return hits and trials of the greater of the two kinds of control time."""
        wall = occasions.wall[:: max(1, len(occasions.wall) // MOST_CONTROLS)]
        found = [self._controls(wall, shifts, action, window) for shifts in (OTHER_DAYS, SAME_DAY)]
        # Few controls show a rate by luck: they are weighed with an even rate over all days.
        even = float(-np.expm1(-len(action.time) * window / self._able(action)))
        return max(found, key=lambda control: (control[0] + EVEN_WEIGHT * even) / (control[1] + EVEN_WEIGHT))

    def _controls(self, wall: Floats, shifts: Floats, action: Stream, window: float) -> tuple[float, float]:
        times = (wall[None, :] + shifts[:, None]).ravel()
        day = np.floor(times / DAY).astype(np.int64)
        inside = (day >= 0) & (day < len(self._home_days))
        times = times[inside & self._home_days[np.clip(day, 0, len(self._home_days) - 1)]]
        times = times[~self._history.holds(action.entity, action.state, times)]
        row = np.searchsorted(action.wall, times, side="right")
        return float((np.append(action.wall, np.inf)[row] - times <= window).sum()), float(len(times))


def _occasions(times: Floats, window: float) -> Bools:
    """Return which times no other precedes within the window: someone who moves on and on is one occasion."""
    first = np.ones(len(times), dtype=bool)
    if window > BURST_SECONDS:
        first[1:] = np.diff(times) > window
    return first
