"""Stuck, of numbers: a measurement that stays at one value for much longer than it ever did, while its device reports."""

from collections.abc import Iterator

import numpy as np

from homeintel.patterns.anomalies.limits import extremes, spell
from homeintel.patterns.arrays import Bools, Floats, Ints
from homeintel.patterns.findings import Anomaly
from homeintel.patterns.funnel import Funnel
from homeintel.patterns.history import History
from homeintel.patterns.stats.surprise import score

LEAST_CHANGES = 40
"""Hours in which the value changed; fewer show no rhythm."""

LEAST_VALUES = 8
"""Different values; what knows fewer is a setting or a mode."""

STUCK_RATIO = 4.0
"""How many times its longest other stay a value must last, in hours in which its device reports."""

SHORTEST = 12.0
"""Hours of reports; a shorter stay is nobody's concern."""

REST_SHARE = 0.2
"""A value at which the measurement spends so much of its other time is where it rests: no power, no light, full."""

COUNTER_SHARE = 0.98
"""A measurement of which so many steps go one way counts something; it stands still when nothing happens."""


def find_stuck_values(history: History, funnel: Funnel) -> Iterator[Anomaly]:
    """Yield every stay of a measurement at one value that is too long for its own stays.

    Home Assistant records a repeated value only where an attribute changed with it. So a stay is measured in hours in
    which any of the device's entities reported: a device that is silent altogether is not stuck.

    It starts with the last report of the hour in which the value was reached.
    """
    for entity, alive in _measurements(history):
        rows = history.hours(entity)
        hourly = history.hourly
        changed = _changed(hourly.low[rows], hourly.high[rows], hourly.last[rows])
        values, hours = hourly.last[rows][changed], hourly.hour[rows][changed]
        if len(hours) < LEAST_CHANGES or len(np.unique(values)) < LEAST_VALUES or is_counter(hourly.last[rows]):
            continue
        ends = np.append(hours[1:], int(history.calendar.starts[-1] // 3600))
        stays = np.asarray(np.searchsorted(alive, ends) - np.searchsorted(alive, hours, side="right"), np.float64)
        name = history.entities[entity]
        found = extremes(stays, ratio=STUCK_RATIO, least=SHORTEST, funnel=funnel, name=name)
        for row, log_chance in zip(found.chosen, found.log_chances, strict=True):
            if _rests(values, stays, int(row)):
                funnel.miss(1.0, f"{name}: often rests at {values[row]:.4g}")
                continue
            start = float(hourly.last_time[rows][changed][row])
            lasts = row == len(hours) - 1
            end = float(history.calendar.starts[-1]) if lasts else float(hours[row + 1] * 3600)
            yield Anomaly(
                kind="stuck",
                entity_id=name,
                started_at=start,
                ended_at=None if lasts else end,
                score=score(float(log_chance)),
                expected=f"another value within {found.usual + 1:.0f} hours of reports",
                observed=f"{values[row]:.4g} for {spell(end - start)}",
                detail={"value": float(values[row]), "hours": int(stays[row]), "longest_other_hours": int(found.usual)},
            )


def is_counter(values: Floats) -> bool:
    """Return whether a series mostly goes one way; shape (n,)."""
    steps = np.diff(values)
    return bool(np.mean(steps >= 0) > COUNTER_SHARE or np.mean(steps <= 0) > COUNTER_SHARE) if len(steps) else True


def _measurements(history: History) -> Iterator[tuple[int, Ints]]:
    """Yield every numeric series, and the hours in which its device reported anything."""
    hourly, changes = history.hourly, history.changes
    numeric = np.unique(hourly.entity[~np.isnan(hourly.last)]).tolist()
    for entity in numeric:
        own = history.siblings(entity)
        hours = [hourly.hour[history.hours(one)] for one in own]
        hours += [(changes.time[history.rows(one)] // 3600).astype(np.int64) for one in own]
        yield entity, np.unique(np.concatenate(hours))


def _changed(low: Floats, high: Floats, last: Floats) -> Bools:
    """Return the hours in which the value was not the one before."""
    changed = np.ones(len(last), dtype=bool)
    changed[1:] = (low[1:] < high[1:]) | (last[1:] != last[:-1])
    return changed


def _rests(values: Floats, stays: Floats, row: int) -> bool:
    """Return whether the measurement often stays at this value, or it is the end of its range and known already."""
    others = np.arange(len(values)) != row
    same = others & (values == values[row])
    spent = stays + 1  # a value is there for the hour in which it is reached
    total = float(spent[others].sum())
    at_the_end = values[row] in (values[others].min(), values[others].max())
    return bool(total and spent[same].sum() >= REST_SHARE * total) or bool(at_the_end and same.any())
