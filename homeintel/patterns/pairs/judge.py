"""Judges one pair: on how many of the trigger's occasions the action follows, and on how many it would anyway."""

from dataclasses import dataclass

import numpy as np

from homeintel.patterns.arrays import Bools, Floats, Ints
from homeintel.patterns.history import History, Stream
from homeintel.patterns.pairs.chance import Chance, Chances
from homeintel.patterns.pairs.conditions import Condition, fixed_conditions, sharpest
from homeintel.patterns.pairs.parts import BURST_SECONDS

LAG_WINDOWS = (2.0, 5.0, 10.0, 20.0, 45.0, 90.0, 180.0, 300.0, 600.0)
"""Seconds within which the action must follow; the best one is learned and paid for in the p-value."""

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
        by_chance: what chance explains of them.
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
    by_chance: Chance
    log_p: float

    @property
    def chance(self) -> float:
        """Share of occasions that chance explains."""
        return self.by_chance.share

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
        self._chances = Chances(history, home_days)
        self._fixed: dict[tuple[int, int], list[Condition]] = {}

    def judge(self, trigger: Stream, action: Stream) -> Judged | None:
        """Return the pair at its most telling lag window and condition, or None where the action hardly ever follows."""
        row, lag, free = self._followed(trigger, action)
        drafts = []
        for window in LAG_WINDOWS:
            open_ = free & _occasions(trigger.time, window)
            hit = open_ & (lag <= window)
            if hit.sum() < LEAST_HITS:
                continue
            even = self._chances.even(action, window)
            if divergence(int(hit.sum()), int(open_.sum()), even) < WORTH_A_CONDITION:
                continue
            condition = sharpest(trigger, self._conditions(trigger), open_, hit)
            open_, hit = open_ & condition.holds, hit & condition.holds
            drafts.append((divergence(int(hit.sum()), int(open_.sum()), even), window, condition, open_, hit))
        drafts = sorted(drafts, key=lambda draft: -draft[0])[:WINDOWS_JUDGED]
        judged = []
        for ratio, window, condition, open_, hit in drafts:
            if ratio >= WORTH_JUDGING and hit.sum() >= LEAST_HITS:
                chance = self._chances.of(trigger.select(open_), action, window)
                log_p = chance.log_tail(int(hit.sum()), int(open_.sum())) + condition.cost
                if condition.cost:
                    log_p = min(log_p, self._log_p(trigger, action, window, free, lag))
                log_p = min(0.0, log_p + float(np.log(len(LAG_WINDOWS))))
                judged.append(Judged(trigger, action, window, condition, free, open_, hit, lag, row, chance, log_p))
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
        chance = self._chances.of(trigger.select(open_), action, window)
        log_p = chance.log_tail(int(hit.sum()), int(open_.sum()))
        everything = Condition(np.ones(len(trigger.time), dtype=bool))
        return Judged(trigger, action, window, everything, free, open_, hit, lag, row, chance, log_p)

    def _log_p(self, trigger: Stream, action: Stream, window: float, free: Bools, lag: Floats) -> float:
        """Return the p-value's logarithm without a condition: a sharper pair is no less sure than the whole it is a part of."""
        open_ = free & _occasions(trigger.time, window)
        chance = self._chances.of(trigger.select(open_), action, window)
        return chance.log_tail(int((open_ & (lag <= window)).sum()), int(open_.sum()))

    def _followed(self, trigger: Stream, action: Stream) -> tuple[Ints, Floats, Bools]:
        """Return for each trigger the row of the next action, the seconds to it, and whether it does not hold already."""
        row = np.searchsorted(action.time, trigger.time, side="right")
        lag = np.append(action.time, np.inf)[row] - trigger.time
        return row, lag, ~self._history.holds(action.entity, action.state, trigger.wall)

    def _conditions(self, trigger: Stream) -> list[Condition]:
        key = (trigger.entity, trigger.state)
        if key not in self._fixed:
            self._fixed[key] = fixed_conditions(self._history, trigger)
        return self._fixed[key]


def _occasions(times: Floats, window: float) -> Bools:
    """Return which times no other precedes within the window: someone who moves on and on is one occasion."""
    first = np.ones(len(times), dtype=bool)
    if window > BURST_SECONDS:
        first[1:] = np.diff(times) > window
    return first
