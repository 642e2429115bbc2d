"""Rate: an entity that reports far more often within an hour than it ever does."""

from collections.abc import Iterator

import numpy as np

from homeintel.patterns.anomalies.limits import LOG_CHANCE, spell
from homeintel.patterns.arrays import Floats, Ints
from homeintel.patterns.findings import Anomaly
from homeintel.patterns.funnel import Funnel
from homeintel.patterns.history import RESTART, History
from homeintel.patterns.stats.surprise import log_tail_chance, score

LEAST_CHANGES = 40
"""An hour with fewer is nobody's concern."""

RATE_RATIO = 4.0
"""How many times the busiest hour of any other time it must reach."""

MOST_MAD = 12
"""Hours of a window that can be mad; an entity with more is simply busy."""

LEAST_HOURS = 5
"""Fewer hours with any report show no rule."""


def find_rates(history: History, funnel: Funnel) -> Iterator[Anomaly]:
    """Yield the hours in which an entity went mad; hours that touch are one.

    Discrete entities are counted by their changes, and it starts with the first of them; numeric series, and discrete
    ones too chatty to keep change by change, by their reports, and it starts with the hour.
    """
    for entity in range(len(history.entities)):
        rows = history.rows(entity)
        times = history.changes.time[rows][history.changes.cause[rows] != RESTART]
        if len(times) >= LEAST_CHANGES:
            own_hours, changes = np.unique(times // 3600, return_counts=True)
            name = history.entities[entity]
            for first, last, others in _mad_hours(own_hours.astype(np.int64), changes, name, funnel):
                inside = times[(times >= first * 3600) & (times < (last + 1) * 3600)]
                busiest = float(changes[(own_hours >= first) & (own_hours <= last)].max())
                span = (_start(inside), float(inside[-1]))
                yield _anomaly(history, entity, span, (len(inside), busiest, "changes"), others)
        of_hours = history.hours(entity)
        hours, counts = history.hourly.hour[of_hours], history.hourly.count[of_hours]
        for first, last, others in _mad_hours(hours, counts, history.entities[entity], funnel):
            own = (hours >= first) & (hours <= last)
            span = (float(first * 3600), float(history.hourly.last_time[of_hours][own][-1]))
            yield _anomaly(history, entity, span, (int(counts[own].sum()), float(counts[own].max()), "reports"), others)


def _mad_hours(hours: Ints, counts: Ints, name: str, funnel: Funnel) -> list[tuple[int, int, Floats]]:
    """Return first and last hour of each mad stretch, and the counts of all other hours.

    The busiest hours are mad where the next one is far calmer; hours that touch are one stretch. One that begins with
    the entity's first hour began before anything is known of it.
    """
    if len(counts) <= LEAST_HOURS or counts.max() < LEAST_CHANGES:
        return []
    order = np.argsort(-counts, kind="stable")
    ranked = counts[order].astype(float)
    most = min(MOST_MAD, len(ranked) - LEAST_HOURS)
    ratios = np.where(ranked[:most] >= LEAST_CHANGES / 2, ranked[:most] / ranked[1 : most + 1], 0.0)
    mad = int(np.flatnonzero(ratios >= RATE_RATIO)[-1]) + 1 if (ratios >= RATE_RATIO).any() else 0
    if not mad:
        text = f"{name}: {ranked[0]:.0f} in its busiest hour, {ranked[1]:.0f} in the next"
        funnel.miss(float(ratios.max()) / RATE_RATIO, text)
        return []
    others = ranked[mad:]
    chosen = np.sort(hours[order[:mad]])
    groups = np.split(chosen, np.flatnonzero(np.diff(chosen) > 1) + 1)
    peaks = [(int(group[0]), int(group[-1]), float(counts[np.isin(hours, group)].max())) for group in groups]
    return [
        (first, last, others)
        for first, last, peak in peaks
        if peak >= LEAST_CHANGES and first > hours[0] and log_tail_chance(peak, others) <= LOG_CHANCE
    ]


def _anomaly(
    history: History, entity: int, span: tuple[float, float], seen: tuple[int, float, str], others: Floats
) -> Anomaly:
    number, busiest, what = seen
    return Anomaly(
        kind="rate",
        entity_id=history.entities[entity],
        started_at=span[0],
        ended_at=span[1],
        score=score(log_tail_chance(busiest, others)),
        expected=f"at most {others.max():.0f} {what} an hour",
        observed=f"{number} {what} in {spell(span[1] - span[0])}",
        detail={what: number, "busiest_other_hour": int(others.max())},
    )


def _start(times: Floats) -> float:
    """Return the first time of the dense part: a lone change earlier in the same hour does not begin it."""
    gaps = np.diff(times)
    lone = np.flatnonzero(gaps > 20 * np.median(gaps) + 60)
    early = lone[lone < len(times) // 4]
    return float(times[early[-1] + 1] if len(early) else times[0])
