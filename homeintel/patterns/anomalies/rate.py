"""Rate: an entity that changes far more often within an hour than it ever does."""

from collections.abc import Iterator

import numpy as np

from homeintel.patterns.anomalies.limits import LOG_CHANCE, spell
from homeintel.patterns.arrays import Floats, Ints
from homeintel.patterns.findings import Anomaly
from homeintel.patterns.history import RESTART, History
from homeintel.patterns.stats.surprise import log_tail_chance, score

LEAST_CHANGES = 40
"""An hour with fewer is nobody's concern."""

RATE_RATIO = 4.0
"""How many times the busiest hour of any other time it must reach."""

MOST_MAD = 12
"""Hours of a window that can be mad; an entity with more is simply busy."""

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
        for first, last, others in _mad_hours(hours, counts):
            inside = times[(times >= first * 3600) & (times < (last + 1) * 3600)]
            log_chance = log_tail_chance(float(counts[(hours >= first) & (hours <= last)].max()), others)
            yield _anomaly(history, entity, inside, others, log_chance)


def _mad_hours(hours: Floats, counts: Ints) -> list[tuple[float, float, Floats]]:
    """Return first and last hour of each mad stretch, and the counts of all other hours.

    The busiest hours are mad where the next one is far calmer; hours that touch are one stretch.
    """
    order = np.argsort(-counts, kind="stable")
    ranked = counts[order].astype(float)
    for mad in range(1, min(MOST_MAD, len(ranked) - LEAST_HOURS) + 1):
        if ranked[mad - 1] < LEAST_CHANGES / 2 or ranked[0] < LEAST_CHANGES:
            return []
        if ranked[mad - 1] >= RATE_RATIO * ranked[mad]:
            break
    else:
        return []
    others = ranked[mad:]
    chosen = np.sort(hours[order[:mad]])
    groups = np.split(chosen, np.flatnonzero(np.diff(chosen) > 1) + 1)
    peaks = [(float(group[0]), float(group[-1]), float(counts[np.isin(hours, group)].max())) for group in groups]
    return [
        (first, last, others)
        for first, last, peak in peaks
        if peak >= LEAST_CHANGES and log_tail_chance(peak, others) <= LOG_CHANCE
    ]


def _anomaly(history: History, entity: int, inside: Floats, others: Floats, log_chance: float) -> Anomaly:
    return Anomaly(
        kind="rate",
        entity_id=history.entities[entity],
        started_at=_start(inside),
        ended_at=float(inside[-1]),
        score=score(log_chance),
        expected=f"at most {others.max():.0f} changes an hour",
        observed=f"{len(inside)} changes in {spell(float(inside[-1] - _start(inside)))}",
        detail={"changes": len(inside), "busiest_other_hour": int(others.max())},
    )


def _start(times: Floats) -> float:
    """Return the first time of the dense part: a lone change earlier in the same hour does not begin it."""
    gaps = np.diff(times)
    lone = np.flatnonzero(gaps > 20 * np.median(gaps) + 60)
    early = lone[lone < len(times) // 4]
    return float(times[early[-1] + 1] if len(early) else times[0])
