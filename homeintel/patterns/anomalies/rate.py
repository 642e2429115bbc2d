"""Rate: an entity that changes far more often within an hour than it ever does."""

from collections.abc import Iterator

import numpy as np

from homeintel.patterns.anomalies.limits import LOG_CHANCE
from homeintel.patterns.findings import Anomaly
from homeintel.patterns.history import RESTART, History
from homeintel.patterns.stats.surprise import log_tail_chance, score

LEAST_CHANGES = 40
"""An hour with fewer is nobody's concern."""

RATE_RATIO = 4.0
"""How many times the busiest hour of any other time it must reach."""

LEAST_HOURS = 5
"""Fewer hours with any change show no rule."""


def find_rates(history: History) -> Iterator[Anomaly]:
    """Yield the hours in which an entity went mad; hours that touch are one. It starts with its first change."""
    for entity in range(len(history.entities)):
        rows = history.rows(entity)
        times = history.changes.time[rows][history.changes.cause[rows] != RESTART]
        if len(times) < LEAST_CHANGES:
            continue
        hours, counts = np.unique(times // 3600, return_counts=True)
        busiest = int(np.argmax(counts))
        near = np.abs(hours - hours[busiest]) <= 2
        others = counts[~near].astype(float)
        if counts[busiest] < LEAST_CHANGES or len(others) < LEAST_HOURS or counts[busiest] < RATE_RATIO * others.max():
            continue
        log_chance = log_tail_chance(float(counts[busiest]), others)
        if log_chance > LOG_CHANCE:
            continue
        mad = hours[near & (counts > 2 * others.max())]
        inside = times[(times >= mad[0] * 3600) & (times < (mad[-1] + 1) * 3600)]
        yield Anomaly(
            kind="rate",
            entity_id=history.entities[entity],
            started_at=float(_start(inside)),
            ended_at=float(inside[-1]),
            score=score(log_chance),
            expected=f"at most {others.max():.0f} changes an hour",
            observed=f"{len(inside)} changes in {len(mad)} hours"
            if len(mad) > 1
            else f"{len(inside)} changes in an hour",
            detail={"changes": len(inside), "busiest_other_hour": int(others.max())},
        )


def _start(times: np.ndarray) -> float:
    """Return the first time of the dense part: a lone change earlier in the same hour does not begin it."""
    gaps = np.diff(times)
    lone = np.flatnonzero(gaps > 20 * np.median(gaps) + 60)
    early = lone[lone < len(times) // 4]
    return float(times[early[-1] + 1] if len(early) else times[0])
