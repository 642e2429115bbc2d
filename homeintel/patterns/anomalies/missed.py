"""Missed routines: a habit worth missing did not happen, several times in a row or against its great confidence."""

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np

from homeintel.patterns.calendar import DAY
from homeintel.patterns.findings import Anomaly, Pattern
from homeintel.patterns.history import History

WORTH_MISSING = 0.8
"""Confidence from which a routine is missed when it stays away."""

LEAST_DAYS = 10
"""Days of opportunity a routine must have to be called reliable."""

SURPRISE = 0.02
"""Chance, over the window, of a run of misses so long; a longer one is an anomaly."""


def find_missed(history: History, routines: Sequence[Pattern]) -> Iterator[Anomaly]:
    """Yield every run of missed days that is too long for the routine's own reliability.

    It starts at the routine's minute of the first missed day.
    """
    for routine in routines:
        if routine.confidence < WORTH_MISSING or routine.opportunities < LEAST_DAYS or routine.already_automated:
            continue
        for first, last, length in _runs(routine):
            chance = routine.opportunities * _miss_rate(routine, length) ** length
            if chance <= SURPRISE:
                yield _anomaly(history, routine, first, last, length, chance)


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


def _miss_rate(routine: Pattern, length: int) -> float:
    """Return the share of days missed outside the run, never zero."""
    return (routine.opportunities - routine.occurrences - length + 0.5) / (routine.opportunities - length + 1)


def _anomaly(history: History, routine: Pattern, first: date, last: date, length: int, chance: float) -> Anomaly:
    minute = routine.minute_of_day or 0.0
    wall = ((first - history.calendar.first_day).days * DAY) + minute * 60
    ongoing = last == max(_dates(routine.evidence["missed_on"])) > max(_dates(routine.evidence["kept_on"]))
    end = None if ongoing else float(history.calendar.utc(np.array([(last - first).days * DAY + wall]))[0])
    return Anomaly(
        kind="missed_routine",
        entity_id=routine.entity_id,
        started_at=float(history.calendar.utc(np.array([wall]))[0]),
        ended_at=end,
        score=1 - chance,
        expected=f"{routine.state} about {int(minute // 60):02d}:{int(minute % 60):02d} on {routine.confidence:.0%} of days",
        observed=f"missed {length} times in a row",
        detail={"state": routine.state, "days": routine.days, "missed": length, "minute_of_day": round(minute, 1)},
    )
