"""What must hold besides for a pair to happen: darkness, daylight, weekdays, hours of the day."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from homeintel.patterns.arrays import Bools, Floats, Ints
from homeintel.patterns.calendar import DAY
from homeintel.patterns.history import History, Stream

LIGHT_COST = 3.5
DAYS_COST = 4.5
HOURS_COST = 6.5
"""Log likelihood a condition must gain over none, and what its choice costs the p-value: the parts of the error allowed that
belong to darkness or daylight, to weekdays or weekends, and to each of some 400 spans of hours add up to less than one."""

LEAST_HITS = 5
"""With fewer, hours of the day are no condition but an accident."""

SHARPER = 2.0
"""Inside a condition the action must follow so many times as often as outside it."""

MOST_HOURS = 18


_SPANS = tuple(grid.ravel() for grid in np.meshgrid(np.arange(24), np.arange(2, MOST_HOURS + 1), indexing="ij"))


@dataclass(frozen=True)
class Condition:
    """A condition, and on which occasions it holds.

    Args:
        holds: shape (occasions,).
        days: `all`, `weekday` or `weekend`.
        texts: as stored, such as `{"after": "sunset", "before": "sunrise"}` or `{"after": "18:00", "before": "23:00"}`.
        cost: log likelihood it must gain.
    """

    holds: Bools
    days: str = "all"
    texts: Mapping[str, str] = field(default_factory=dict)
    cost: float = 0.0


def fixed_conditions(history: History, occasions: Stream) -> list[Condition]:
    """Return no condition, darkness, daylight, weekdays and weekends."""
    everything = np.ones(len(occasions.time), dtype=bool)
    dark = history.calendar.dark(occasions.time)
    day = np.clip((occasions.wall // DAY).astype(np.int64), 0, history.calendar.days - 1)
    weekend = history.calendar.weekdays[day] >= 5
    return [
        Condition(everything),
        Condition(dark, texts={"after": "sunset", "before": "sunrise"}, cost=LIGHT_COST),
        Condition(~dark, texts={"after": "sunrise", "before": "sunset"}, cost=LIGHT_COST),
        Condition(~weekend, days="weekday", cost=DAYS_COST),
        Condition(weekend, days="weekend", cost=DAYS_COST),
    ]


def sharpest(occasions: Stream, fixed: list[Condition], open_: Bools, hit: Bools) -> Condition:
    """Return the condition that explains best on which open occasions the action followed; often none at all.

    Compares the likelihood of one rate with that of two, one inside the condition and one outside it.
    """
    best, most = fixed[0], 0.0
    for condition in [*fixed[1:], *_hours(occasions, open_, hit)]:
        inside, hit_inside = np.count_nonzero(open_ & condition.holds), np.count_nonzero(hit & condition.holds)
        gained = (
            float(_gain(np.asarray(inside), np.asarray(hit_inside), int(open_.sum()), int(hit.sum()))) - condition.cost
        )
        if gained > most:
            best, most = condition, gained
    return best


def _hours(occasions: Stream, open_: Bools, hit: Bools) -> list[Condition]:
    """Return the whole hours of the day, from one to another, that gain most; none where hits are few."""
    if hit.sum() < LEAST_HITS:
        return []
    hour = (occasions.wall % DAY // 3600).astype(np.int64)
    trials = np.cumsum(np.concatenate([[0], np.tile(np.bincount(hour[open_], minlength=24), 2)]))
    hits = np.cumsum(np.concatenate([[0], np.tile(np.bincount(hour[hit], minlength=24), 2)]))
    start, length = _SPANS
    inside = hits[start + length] - hits[start]
    gains = np.where(
        inside >= LEAST_HITS, _gain(trials[start + length] - trials[start], inside, trials[24], hits[24]), 0.0
    )
    best = int(np.argmax(gains))
    first, last = int(start[best]), int(start[best] + length[best]) % 24
    holds = (hour - first) % 24 < length[best]
    return [Condition(holds, texts={"after": f"{first:02d}:00", "before": f"{last:02d}:00"}, cost=HOURS_COST)]


def _gain(in_trials: Ints, in_hits: Ints, trials: int, hits: int) -> Floats:
    """Return the log likelihood gained by a rate inside and one outside; 0 where inside is not clearly higher."""
    out_trials, out_hits = trials - in_trials, hits - in_hits
    sharper = in_hits * np.maximum(out_trials, 1) > SHARPER * out_hits * in_trials
    gained = _fit(in_hits, in_trials) + _fit(out_hits, out_trials) - _fit(np.asarray(hits), np.asarray(trials))
    return np.where(sharper, gained, 0.0)


def _fit(hits: Ints, trials: Ints) -> Floats:
    """Return the log likelihood of hits among trials at their own rate."""
    return np.asarray(_x_log(hits, trials) + _x_log(trials - hits, trials))


def _x_log(part: Ints, whole: Ints) -> Floats:
    return np.asarray(part * np.log(np.maximum(part, 1) / np.maximum(whole, 1)))
