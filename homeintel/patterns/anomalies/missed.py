"""Missed routines: a habit worth missing did not happen, several times in a row or against its great confidence."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from math import log

import numpy as np

from homeintel.patterns.calendar import DAY
from homeintel.patterns.findings import Anomaly, Pattern
from homeintel.patterns.history import History
from homeintel.patterns.stats.surprise import score
from homeintel.patterns.stats.tails import log_binomial_tail

WORTH_MISSING = 0.8
"""Share of the other days, from which a routine is missed when it stays away."""

LEAST_DAYS = 10
"""Days of opportunity beside the missed ones that a routine must have to be called reliable."""

LEAST_RUN = 2

LEAST_SHARE = 0.75
"""Of the days of a run that still lasts, those that must be missed; of one that is over, all."""

LOG_SURPRISE = {True: -5.3, False: -7.6}
"""Natural logarithm of the chance, over the window, of so long a run that still lasts, and of one that is over: 1 in 200,
as a home has few routines, and 1 in 2,000, as nobody can do anything about it any more."""


@dataclass(frozen=True)
class _Run:
    """Days from a first to a last miss, among which hardly any was kept."""

    first: date
    last: date
    missed: int
    lasts: bool
    log_chance: float


def find_missed(history: History, routines: Sequence[Pattern]) -> Iterator[Anomaly]:
    """Yield of every reliable routine the run of missed days that is too long for it.

    It starts at the routine's minute of the first missed day.
    """
    for routine in routines:
        if not routine.already_automated:
            run = _worst_run(routine)
            if run is not None:
                yield _anomaly(history, routine, run)


def _worst_run(routine: Pattern) -> _Run | None:
    """Return the most surprising run; a chance repetition inside it (the same thing done by whim) does not end it."""
    kept = set(_dates(routine.evidence["kept_on"]))
    days = sorted(kept | set(_dates(routine.evidence["missed_on"])))
    missed = np.array([day not in kept for day in days], dtype=bool)
    total = np.concatenate([[0], np.cumsum(missed)])
    worst: _Run | None = None
    for first in np.flatnonzero(missed).tolist():
        for last in np.flatnonzero(missed[first:]).tolist():
            end = first + last + 1
            misses, others = int(total[end] - total[first]), len(days) - (end - first)
            kept_there = others - int(missed.sum() - misses)
            lasts = end == len(days)
            if (
                misses < max(LEAST_RUN, (LEAST_SHARE if lasts else 1.0) * (end - first))
                or not missed[first : first + 2].all()
            ):
                continue
            if others < LEAST_DAYS or kept_there < WORTH_MISSING * others:
                continue
            rate = (others - kept_there + 0.5) / (others + 1)
            places = 2 if lasts else len(days)
            log_chance = min(0.0, log(places) + log_binomial_tail(misses, end - first, rate))
            if log_chance <= LOG_SURPRISE[lasts] and (worst is None or log_chance < worst.log_chance):
                worst = _Run(days[first], days[end - 1], misses, lasts, log_chance)
    return worst


def _dates(texts: object) -> list[date]:
    assert isinstance(texts, list)
    return [date.fromisoformat(text) for text in texts]


def _anomaly(history: History, routine: Pattern, run: _Run) -> Anomaly:
    minute = routine.minute_of_day or 0.0
    wall = [(day - history.calendar.first_day).days * DAY + minute * 60 for day in (run.first, run.last)]
    started, ended = (float(moment) for moment in history.calendar.utc(np.array(wall)))
    about = f"{int(minute // 60):02d}:{int(minute % 60):02d}"
    return Anomaly(
        kind="missed_routine",
        entity_id=routine.entity_id,
        started_at=started,
        ended_at=None if run.lasts else ended,
        score=score(run.log_chance),
        expected=f"{routine.state} about {about} on {routine.confidence:.0%} of days",
        observed=f"missed {run.missed} times from {run.first} to {run.last}",
        detail={"state": routine.state, "days": routine.days, "missed": run.missed, "minute_of_day": round(minute, 1)},
    )
