"""Judges one pair: on how many of the trigger's occasions the action follows, and on how many it would anyway."""

from dataclasses import dataclass

import numpy as np

from homeintel.patterns.arrays import Bools, Floats, Ints
from homeintel.patterns.calendar import DAY
from homeintel.patterns.history import History, Stream
from homeintel.patterns.pairs.candidates import collapse
from homeintel.patterns.stats.tails import log_chance_tail

LAG_WINDOWS = (2.0, 5.0, 10.0, 20.0, 45.0, 90.0, 180.0, 300.0, 600.0)
"""Seconds within which the action must follow; the best one is learned and paid for in the p-value."""

OTHER_DAYS = np.array([-7, -3, -2, -1, 1, 2, 3, 7]) * DAY
SAME_DAY = np.array([-60, -45, -35, -25, 25, 35, 45, 60]) * 60.0
"""Where chance is looked up: the same wall-clock time on other days, and the same day a little earlier and later."""

LEAST_HITS = 4


@dataclass(frozen=True)
class Judged:
    """One pair within one lag window.

    Args:
        trigger: the trigger's stream, one time an occasion.
        action: the action's stream.
        window: seconds.
        open: occasions on which the action could follow: it did not hold already. Shape (occasions,).
        hit: occasions on which it followed.
        lag: seconds to the action; infinite where none follows.
        action_row: index of the action that follows; the stream's length where none does.
        chance: share of occasions that chance explains.
        chance_hits: of the control times, those with the action.
        chance_trials: control times.
        log_p: logarithm of the p-value, the choice of the window paid for.
    """

    trigger: Stream
    action: Stream
    window: float
    open: Bools
    hit: Bools
    lag: Floats
    action_row: Ints
    chance: float
    chance_hits: float
    chance_trials: float
    log_p: float

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


def judge(history: History, trigger: Stream, action: Stream, home_days: Bools) -> Judged | None:
    """Return the pair at its most telling lag window, or None where the action hardly ever follows."""
    best: Judged | None = None
    for window in LAG_WINDOWS:
        found = judge_window(history, trigger, action, home_days, window)
        if found is not None and (best is None or found.log_p < best.log_p):
            best = found
    return best


def judge_window(history: History, trigger: Stream, action: Stream, home_days: Bools, window: float) -> Judged | None:
    """Return the pair at one lag window in seconds, or None where the action hardly ever follows."""
    occasions = collapse(trigger, window)
    row = np.searchsorted(action.time, occasions.time, side="right")
    times = np.append(action.time, np.inf)
    lag = times[row] - occasions.time
    free = ~history.holds(action.entity, action.state, occasions.wall)
    hit = (lag <= window) & free
    if hit.sum() < LEAST_HITS:
        return None
    hits, trials = _chance(history, occasions.select(free), action, home_days, window)
    chance = (hits + 0.5) / (trials + 1)
    log_p = log_chance_tail(int(hit.sum()), int(free.sum()), hits + 0.5, trials - hits + 0.5) + float(
        np.log(len(LAG_WINDOWS))
    )
    return Judged(occasions, action, window, free, hit, lag, row, chance, hits, trials, min(0.0, log_p))


def _chance(
    history: History, occasions: Stream, action: Stream, home_days: Bools, window: float
) -> tuple[float, float]:
    """Return hits and trials of the greater of the two kinds of control time."""
    best = (0.0, float(len(occasions.time)))
    for shifts in (OTHER_DAYS, SAME_DAY):
        times = (occasions.wall[None, :] + shifts[:, None]).ravel()
        day = np.floor(times / DAY).astype(np.int64)
        inside = (day >= 0) & (day < len(home_days))
        times = times[inside & home_days[np.clip(day, 0, len(home_days) - 1)]]
        times = times[~history.holds(action.entity, action.state, times)]
        follows = np.searchsorted(action.wall, times + window, side="right") > np.searchsorted(
            action.wall, times, side="right"
        )
        hits, trials = float(follows.sum()), float(len(times))
        if (hits + 0.5) * (best[1] + 1) > (best[0] + 0.5) * (trials + 1):
            best = (hits, trials)
    return best
