"""Missed routines: a habit worth missing did not happen, several times in a row or against its great confidence."""

from collections.abc import Iterator, Sequence
from datetime import date
from math import log

import numpy as np

from homeintel.patterns.calendar import DAY
from homeintel.patterns.findings import Anomaly, Pattern
from homeintel.patterns.history import History
from homeintel.patterns.stats.surprise import score

WORTH_MISSING = 0.8
"""Share of the other days, from which a routine is missed when it stays away."""

LEAST_DAYS = 10
"""Days of opportunity beside the missed ones that a routine must have to be called reliable."""

LEAST_RUN = 2
LOG_SURPRISE = -5.3
"""Natural logarithm of the chance, over the window, of a run of misses so long: 1 in 200, as a home has few routines."""


def find_missed(history: History, routines: Sequence[Pattern]) -> Iterator[Anomaly]:
    """Yield every run of missed days that is too long for the routine's own reliability.

    It starts at the routine's minute of the first missed day.
    """
    for routine in routines:
        if routine.already_automated:
            continue
        for first, last, length in _runs(routine):
            others = routine.opportunities - length
            if length < LEAST_RUN or others < LEAST_DAYS or routine.occurrences < WORTH_MISSING * others:
                continue
            miss_rate = (others - routine.occurrences + 0.5) / (others + 1)
            log_chance = min(0.0, log(routine.opportunities) + length * log(miss_rate))
            if log_chance <= LOG_SURPRISE:
                yield _anomaly(history, routine, (first, last, length), log_chance)


def _runs(routine: Pattern) -> Iterator[tuple[date, date, int]]:
    kept = set(_dates(routine.evidence["kept_on"]))
    run: list[date] = []
    for day in sorted(kept | set(_dates(routine.evidence["missed_on"]))):
        if day not in kept:
            run.append(day)
            continue
        if run:
            yield run[0], run[-1], len(run)
        run = []
    if run:
        yield run[0], run[-1], len(run)


def _dates(texts: object) -> list[date]:
    assert isinstance(texts, list)
    return [date.fromisoformat(text) for text in texts]


def _anomaly(history: History, routine: Pattern, run: tuple[date, date, int], log_chance: float) -> Anomaly:
    first, last, length = run
    minute = routine.minute_of_day or 0.0
    wall = ((first - history.calendar.first_day).days * DAY) + minute * 60
    ongoing = last == max(_dates(routine.evidence["missed_on"])) > max(_dates(routine.evidence["kept_on"]))
    end = None if ongoing else float(history.calendar.utc(np.array([(last - first).days * DAY + wall]))[0])
    return Anomaly(
        kind="missed_routine",
        entity_id=routine.entity_id,
        started_at=float(history.calendar.utc(np.array([wall]))[0]),
        ended_at=end,
        score=score(log_chance),
        expected=f"{routine.state} about {int(minute // 60):02d}:{int(minute % 60):02d} on {routine.confidence:.0%} of days",
        observed=f"missed {length} times in a row",
        detail={"state": routine.state, "days": routine.days, "missed": length, "minute_of_day": round(minute, 1)},
    )
