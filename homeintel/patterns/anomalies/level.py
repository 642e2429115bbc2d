"""Level: a measurement that stands for hours where it never stands at that time of day."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from homeintel.patterns.anomalies.limits import LOG_CHANCE, MOST_OF_A_KIND, spell
from homeintel.patterns.anomalies.stuck_value import is_counter
from homeintel.patterns.arrays import Floats, Ints
from homeintel.patterns.findings import Anomaly
from homeintel.patterns.funnel import Funnel
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


STATE_SHARE = 0.8
"""Hours of a stretch that may have one and the same value."""


def find_levels(history: History, funnel: Funnel) -> Iterator[Anomaly]:
    """Yield the stretches of hours in which a numeric series stood far from its own level at that time of day.

    The usual level is the median of the same hour on the other days; counters that only grow are left out, and so is
    what stood there from the first hour known.
    """
    for entity in np.unique(history.hourly.entity).tolist():
        rows = history.hours(entity)
        values, hours = history.hourly.last[rows], history.hourly.hour[rows]
        if np.isnan(values).any() or len(np.unique(hours // 24)) < LEAST_DAYS or is_counter(values):
            continue
        grid, first = _filled(hours, values)
        season = _season(history, grid, first)
        for stretch in _stretches(grid - season, history.entities[entity], funnel):
            if _is_state(grid, stretch):
                continue
            yield _anomaly(history, entity, stretch, (grid - season, season), first)


@dataclass(frozen=True)
class Stretch:
    """Hours that stand apart: from, to (exclusive), the chance of it, the usual spread, the largest other deviation."""

    start: int
    end: int
    log_chance: float
    spread: float
    largest_other: float


def _is_state(grid: Floats, stretch: Stretch) -> bool:
    """Return whether the stretch is one known value all along, as of something that is switched off: no level."""
    inside, outside = grid[stretch.start : stretch.end], np.delete(grid, np.s_[stretch.start : stretch.end])
    values, counts = np.unique(inside, return_counts=True)
    most = int(np.argmax(counts))
    return bool(counts[most] >= STATE_SHARE * len(inside) and np.any(outside == values[most]))


def _stretches(apart: Floats, name: str, funnel: Funnel) -> list[Stretch]:
    """Return the stretches that stand apart; as many as possible, so that two do not hide each other."""
    if len(apart) < LEAST_DAYS * 24:
        return []
    level = np.median(np.lib.stride_tricks.sliding_window_view(apart, BLOCK_HOURS), axis=1)
    spread = MAD_TO_SIGMA * float(np.median(np.abs(level - np.median(level))))
    if spread <= 0:
        return []
    peaks: list[tuple[float, int, int]] = []
    other = np.ones(len(level), dtype=bool)
    found: list[Stretch] = []
    for _ in range(MOST_OF_A_KIND):
        peak = int(np.argmax(np.abs(level) * other))
        height = float(abs(level[peak]))
        if height < LEVEL_SIGMAS * spread or not other[peak]:
            break
        start, end = _extent(apart, peak + BLOCK_HOURS // 2, 0.5 * float(level[peak]))
        peaks.append((height, start, end))
        other[max(0, start - 2 * BLOCK_HOURS) : end + 2 * BLOCK_HOURS] = False
        found = _judged(peaks, np.abs(level[other]), spread) or found
    if peaks and not found:
        times = peaks[0][0] / max(float(np.abs(level[other]).max()) if other.any() else 0.0, spread)
        funnel.miss(times / LEVEL_RATIO, f"{name}: {times:.1f} times its largest other deviation")
    return sorted(found, key=lambda stretch: stretch.start)


def _judged(peaks: Sequence[tuple[float, int, int]], others: Floats, spread: float) -> list[Stretch]:
    """Return the peaks as stretches where the least of them is far beyond everything else; empty otherwise."""
    if not len(others) or min(height for height, *_ in peaks) < LEVEL_RATIO * others.max():
        return []
    sparse = others[::BLOCK_HOURS]
    made = [
        Stretch(start, end, log_tail_chance(height, sparse), spread, float(others.max()))
        for height, start, end in peaks
    ]
    return [one for one in made if one.start > 0] if all(one.log_chance <= LOG_CHANCE for one in made) else []


def _anomaly(history: History, entity: int, stretch: Stretch, series: tuple[Floats, Floats], first: int) -> Anomaly:
    apart, season = series
    start, end = stretch.start, stretch.end
    shift = float(np.median(apart[start:end]))
    return Anomaly(
        kind="level",
        entity_id=history.entities[entity],
        started_at=float((first + start) * 3600),
        ended_at=None if end >= len(apart) else float((first + end) * 3600),
        score=score(stretch.log_chance),
        expected=f"about {np.median(season[start:end]):.4g} at that time of day",
        observed=f"{shift:+.3g} for {spell((end - start) * 3600.0)}",
        detail={
            "shift": round(shift, 3),
            "spread": round(stretch.spread, 3),
            "largest_other": round(stretch.largest_other, 3),
        },
    )


def _filled(hours: Ints, values: Floats) -> tuple[Floats, int]:
    """Return one value an hour, the last known one where none came, and the first hour."""
    first = int(hours[0])
    row = np.searchsorted(hours, np.arange(first, int(hours[-1]) + 1), side="right") - 1
    return np.asarray(values[row]), first


def _season(history: History, grid: Floats, first: int) -> Floats:
    """Return the median of the same local hour over all days."""
    place = (history.calendar.wall((first + np.arange(len(grid))) * 3600.0) // 3600).astype(np.int64)
    day, hour = place // 24 - int(place[0] // 24), place % 24
    by_day = np.full((int(day[-1]) + 1, 24), np.nan)
    by_day[day, hour] = grid  # of an hour that autumn repeats the later one
    by_day.sort(axis=0)  # missing ones go last
    known = np.maximum(np.count_nonzero(~np.isnan(by_day), axis=0), 1)
    columns = np.arange(24)
    middle = (by_day[(known - 1) // 2, columns] + by_day[known // 2, columns]) / 2
    return np.asarray(middle[hour])


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
