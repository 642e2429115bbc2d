"""Rate, too low: a measurement that reports far less often over a day than it ever does."""

from collections.abc import Iterator

import numpy as np

from homeintel.patterns.anomalies.limits import spell
from homeintel.patterns.anomalies.rhythm import rests
from homeintel.patterns.arrays import Bools, Floats, Ints
from homeintel.patterns.findings import Anomaly
from homeintel.patterns.funnel import Funnel
from homeintel.patterns.history import History
from homeintel.patterns.stats.surprise import log_tail_chance, score

WINDOW_HOURS = 24
"""Reports are counted over whole days, so that a calm night is part of each."""

STEP_HOURS = 6
"""Hours from one of the other days that are compared to the next."""

LEAST_A_DAY = 12.0
"""A measurement that usually reports less often has no rhythm that could slow down within days."""

LEAST_DAYS = 5
"""Days of reports that show a rhythm."""

SLOW_RATIO = 4.0
"""How many times rarer than on its slowest other day the reports must be."""

LOG_SLOW = -8.5
"""Natural logarithm of the chance below which a rate is too low: 1 in 5,000. Counts of whole days vary so little that the
least scale the tail is given, a third of its own threshold, already asks for more than they ever show."""

LONGEST_PAUSE_SHARE = 0.6
"""Where one pause makes more of it, it is that pause, which is judged as silence."""


def find_slow(history: History, funnel: Funnel) -> Iterator[Anomaly]:
    """Yield of every measurement the stretch of a day or more in which it reported far less often than ever else.

    Hours in which the whole home wrote nothing take no time. It starts with the last report at the usual rhythm.
    """
    home = _known_hours(history)
    for entity in np.unique(history.hourly.entity[~np.isnan(history.hourly.last)]).tolist():
        rows = history.hours(entity)
        hours = history.hourly.hour[rows]
        place = np.minimum(np.searchsorted(home, hours), len(home) - 1)
        counts = np.zeros(len(home) - place[0])
        np.add.at(counts, place - place[0], history.hourly.count[rows])
        stretch = _slowest(counts, history.entities[entity], funnel)
        if stretch is None:
            continue
        first, last, pause, others = stretch
        inside = (place - place[0] >= first) & (place - place[0] < last)
        span = _span(history.hourly.last_time[rows], inside, float(history.calendar.starts[-1]))
        if span is None:
            continue
        start, end, number = span
        if rests(history, history.siblings(entity), start, end):
            funnel.miss(1.0, f"{history.entities[entity]}: what it measures was off")
            continue
        yield Anomaly(
            kind="rate",
            entity_id=history.entities[entity],
            started_at=start,
            ended_at=end if end < history.hourly.last_time[rows][-1] else None,
            score=score(log_tail_chance(pause, others)),
            expected=f"{np.median(WINDOW_HOURS / others):.0f} reports a day",
            observed=f"{number} in {spell(end - start)}",
            detail={
                "device": history.device_of.get(history.entities[entity]),
                "reports": number,
                "usual_a_day": round(float(np.median(WINDOW_HOURS / others)), 1),
            },
        )


def _known_hours(history: History) -> Ints:
    """Return the window's hours, as Unix time // 3600, without those in which the home has no data at all."""
    starts, gaps = history.calendar.starts, history.gaps
    hours = np.arange(int(starts[0] // 3600), int(np.ceil(starts[-1] / 3600)))
    middle = hours * 3600.0 + 1800.0
    known = history.data_days[np.clip(history.calendar.day_of(middle), 0, history.calendar.days - 1)]
    for start, end in zip(gaps.start[gaps.entity < 0], gaps.end[gaps.entity < 0], strict=True):
        known &= (middle < start) | (middle >= end)
    return np.union1d(hours[known], history.hourly.hour)


def _slowest(counts: Floats, name: str, funnel: Funnel) -> tuple[int, int, float, Floats] | None:
    """Return from which hour to which the reports were too rare, hours between them at its worst, and on other days."""
    if len(counts) < (LEAST_DAYS + 1) * WINDOW_HOURS:
        return None
    total = np.concatenate([[0.0], np.cumsum(counts)])
    pause = WINDOW_HOURS / (total[WINDOW_HOURS:] - total[:-WINDOW_HOURS] + 1)
    if np.median(pause) > WINDOW_HOURS / LEAST_A_DAY:
        return None
    worst = int(np.argmax(pause))
    slow = _around(pause > SLOW_RATIO * np.median(pause), worst)
    first, last = int(slow[0]), int(slow[-1]) + WINDOW_HOURS
    rest = np.ones(len(pause), dtype=bool)
    rest[max(0, first - WINDOW_HOURS + 1) : last] = False
    others = pause[rest][::STEP_HOURS]
    if len(others) < LEAST_DAYS * WINDOW_HOURS // STEP_HOURS or first == 0:
        return None
    largest = float(pause[rest].max())
    if pause[worst] < SLOW_RATIO * largest or log_tail_chance(float(pause[worst]), others) > LOG_SLOW:
        if pause[worst] > largest:
            text = f"{name}: every {pause[worst]:.1f} hours on its slowest day, {largest:.1f} on the next"
            funnel.miss(float(pause[worst]) / largest / SLOW_RATIO, text)
        return None
    return first, last, float(pause[worst]), others


def _around(slow: Bools, worst: int) -> Ints:
    """Return the positions of the run of slow windows about the worst one."""
    start = end = worst
    while start > 0 and slow[start - 1]:
        start -= 1
    while end < len(slow) - 1 and slow[end + 1]:
        end += 1
    return np.arange(start, end + 1)


def _span(times: Floats, inside: Bools, window_end: float) -> tuple[float, float, int] | None:
    """Return start, end and reports of the slow stretch, cut to its long pauses; None where one pause is all of it."""
    position = np.flatnonzero(inside)
    if not len(position):
        return None
    around = np.arange(max(0, position[0] - 1), min(len(times), position[-1] + 2))
    own = times[around] if position[-1] + 1 < len(times) else np.append(times[around], window_end)
    pauses = np.diff(own)
    long = np.flatnonzero(pauses >= max(3 * float(np.median(np.diff(times))), 2 * 3600.0))
    if not len(long):
        return None
    start, end = float(own[long[0]]), float(own[long[-1] + 1])
    if pauses.max() > LONGEST_PAUSE_SHARE * (end - start):
        return None
    return start, end, int(np.count_nonzero((times > start) & (times < end)))
