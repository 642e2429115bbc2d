"""Level: a measurement that stands for hours where it never stands at that time of day."""

from collections.abc import Iterator

import numpy as np

from homeintel.patterns.anomalies.limits import spell
from homeintel.patterns.arrays import Floats, Ints
from homeintel.patterns.findings import Anomaly
from homeintel.patterns.history import History
from homeintel.patterns.stats.robust import MAD_TO_SIGMA
from homeintel.patterns.stats.surprise import log_tail_chance, score

LEAST_DAYS = 7
"""Fewer days show no season of the day."""

BLOCK_HOURS = 6
"""Levels are judged over so many hours: a peak of one hour is no level."""

LEVEL_SIGMAS = 5.0
LEVEL_RATIO = 2.0
"""A block must lie so many robust standard deviations, and so many times the largest other one, from its usual level."""


LOG_LEVEL = -14.0
"""Natural logarithm of the chance below which a level is an anomaly; measurements have longer tails than other things."""


def find_levels(history: History) -> Iterator[Anomaly]:
    """Yield the stretches of hours in which a numeric series stood far from its own level at that time of day.

    The usual level is the median of the same hour on the other days; counters that only grow are left out.
    """
    for entity in np.unique(history.hourly.entity).tolist():
        low, high = np.searchsorted(history.hourly.entity, (entity, entity + 1))
        values = history.hourly.last[low:high]
        if np.isnan(values).any() or len(np.unique(history.hourly.hour[low:high] // 24)) < LEAST_DAYS:
            continue
        if _counter(values):
            continue
        yield from _stretches(history, entity, history.hourly.hour[low:high], values)


def _counter(values: Floats) -> bool:
    steps = np.diff(values)
    return bool(np.mean(steps >= 0) > 0.98 or np.mean(steps <= 0) > 0.98)


def _stretches(history: History, entity: int, hours: Ints, values: Floats) -> Iterator[Anomaly]:
    grid, first = _filled(hours, values)
    season = _season(history, grid, first)
    apart = grid - season
    block = np.lib.stride_tricks.sliding_window_view(apart, BLOCK_HOURS)
    level = np.median(block, axis=1)
    spread = MAD_TO_SIGMA * float(np.median(np.abs(level - np.median(level))))
    peak = int(np.argmax(np.abs(level)))
    if spread <= 0 or abs(level[peak]) < LEVEL_SIGMAS * spread:
        return
    start, end = _extent(apart, peak + BLOCK_HOURS // 2, 0.5 * level[peak])
    away = np.ones(len(level), dtype=bool)
    away[max(0, start - 2 * BLOCK_HOURS) : end + 2 * BLOCK_HOURS] = False
    others = np.abs(level[away])
    if not len(others) or abs(level[peak]) < LEVEL_RATIO * others.max():
        return
    log_chance = log_tail_chance(float(abs(level[peak])), others[::BLOCK_HOURS])
    if log_chance > LOG_LEVEL:
        return
    shift = float(np.median(apart[start:end]))
    lasts = end >= len(apart)
    yield Anomaly(
        kind="level",
        entity_id=history.entities[entity],
        started_at=float((first + start) * 3600),
        ended_at=None if lasts else float((first + end) * 3600),
        score=score(log_chance),
        expected=f"about {np.median(season[start:end]):.4g} at that time of day",
        observed=f"{shift:+.3g} for {spell((end - start) * 3600.0)}",
        detail={"shift": round(shift, 3), "spread": round(spread, 3), "largest_other": round(float(others.max()), 3)},
    )


def _filled(hours: Ints, values: Floats) -> tuple[Floats, int]:
    """Return one value an hour, the last known one where none came, and the first hour."""
    first = int(hours[0])
    row = np.searchsorted(hours, np.arange(first, int(hours[-1]) + 1), side="right") - 1
    return np.asarray(values[row]), first


def _season(history: History, grid: Floats, first: int) -> Floats:
    """Return the median of the same local hour over all days."""
    local = (history.calendar.wall((first + np.arange(len(grid))) * 3600.0) // 3600 % 24).astype(np.int64)
    season = np.zeros(24)
    for hour in range(24):
        season[hour] = np.median(grid[local == hour]) if np.any(local == hour) else np.median(grid)
    return np.asarray(season[local])


def _extent(apart: Floats, peak: int, limit: float) -> tuple[int, int]:
    """Return from which hour to which the deviation stays beyond a limit, on its side, short returns apart."""
    beyond = apart >= limit if limit > 0 else apart <= limit
    start = end = min(peak, len(apart) - 1)
    while start > 0 and beyond[max(0, start - 2) : start].any():
        start -= 1
    while end < len(apart) and beyond[end : end + 2].any():
        end += 1
    while start < end - 1 and not beyond[start]:
        start += 1
    return start, end
