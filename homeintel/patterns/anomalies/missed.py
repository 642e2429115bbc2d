"""Missed routines: a habit worth missing did not happen, several times in a row or against its great confidence."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from math import log

import numpy as np

from homeintel.patterns.arrays import Bools
from homeintel.patterns.calendar import DAY
from homeintel.patterns.findings import Anomaly, Pattern
from homeintel.patterns.funnel import Funnel
from homeintel.patterns.history import History
from homeintel.patterns.stats.surprise import score
from homeintel.patterns.stats.tails import log_binomial_tail

WORTH_MISSING = 0.8
"""Share of the other days, from which a routine is missed when it stays away."""

LEAST_DAYS = 10
"""Days of opportunity beside the missed ones that a routine must have to be called reliable."""

LEAST_BEFORE = 3
"""Days it was kept before the first miss: a habit that only began in the window was not missed before."""

LEAST_RUN = 2

LEAST_SCATTERED = 3
"""Missed days of a run that was kept once on its second day: one day missed alone begins nothing."""

PLACES, PLACES_SCATTERED = 2.0, 4.0
"""A run that still lasts could have begun on several days, all the more where it was kept on its second or its last day: its
chance is so many times that of one run."""

MOST_KEPT = 1
"""Days kept within a run that still lasts, the last one among them: the same thing done by whim does not end it. One that is
over has none."""

USUAL_ROUTINES = 15
"""Routines a home usually has; with more of them each run must be as much more surprising."""

LOG_SURPRISE = {True: -5.3, False: -8.0}
"""Natural logarithm of the chance, over the window, of so long a run that still lasts, and of one that is over: 1 in 200,
as a home has few routines, and 1 in 3,000, as nobody can do anything about it any more."""


@dataclass(frozen=True)
class _Run:
    """Days from a first to a last miss, among which hardly any was kept."""

    first: date
    last: date
    missed: int
    lasts: bool
    log_chance: float
    scattered: bool


def find_missed(history: History, routines: Sequence[Pattern], funnel: Funnel) -> Iterator[Anomaly]:
    """Yield of every reliable routine the runs of missed days that are too long for it.

    It starts at the routine's minute of the first missed day.
    """
    by_hand = [routine for routine in routines if not routine.already_automated]
    more = log(max(1.0, len(by_hand) / USUAL_ROUTINES))
    for routine in by_hand:
        for run in _runs(routine, more, funnel):
            yield _anomaly(history, routine, run)


def _runs(routine: Pattern, more: float, funnel: Funnel) -> list[_Run]:
    """Return the surprising runs that do not overlap, the most surprising first, scattered ones last; nearest miss to the funnel.

    Args:
        routine: one that people keep.
        more: logarithm of how many times the usual number of routines the home has, which each must beat.
        funnel: of missed routines.
    """
    candidates = sorted(_candidates(routine), key=lambda run: (run.scattered, run.log_chance, run.first))
    found: list[_Run] = []
    for run in candidates:
        if run.log_chance > LOG_SURPRISE[run.lasts] - more:
            text = f"{routine.entity_id} {routine.state}: missed {run.missed} times from {run.first}"
            funnel.miss(run.log_chance / LOG_SURPRISE[run.lasts], text)
        elif all(run.last < other.first or other.last < run.first for other in found):
            found.append(run)
    return found


def _candidates(routine: Pattern) -> Iterator[_Run]:
    """Yield every run of misses; a chance repetition inside it (the same thing done by whim) does not end it."""
    kept = set(_dates(routine.evidence["kept_on"]))
    days = sorted(kept | set(_dates(routine.evidence["missed_on"])))
    missed = np.array([day not in kept for day in days], dtype=bool)
    total = np.concatenate([[0], np.cumsum(missed)])
    for first in np.flatnonzero(missed).tolist():
        for end in _ends(missed, first):
            misses, others = int(total[end] - total[first]), len(days) - (end - first)
            kept_there = others - int(missed.sum() - misses)
            scattered = not missed[first : first + 2].all()
            if misses < (LEAST_SCATTERED if scattered else LEAST_RUN):
                continue
            if (
                int((~missed[:first]).sum()) < LEAST_BEFORE
                or others < LEAST_DAYS
                or kept_there < WORTH_MISSING * others
            ):
                continue
            rate = (others - kept_there + 0.5) / (others + 1)
            lasts = end == len(days)
            places = (PLACES_SCATTERED if scattered or not missed[-1] else PLACES) if lasts else len(days)
            log_chance = min(0.0, log(places) + log_binomial_tail(misses, end - first, rate))
            last = int(np.flatnonzero(missed[:end])[-1])
            yield _Run(days[first], days[last], misses, lasts, log_chance, scattered)


def _ends(missed: Bools, first: int) -> Iterator[int]:
    """Yield where a run that begins at a day may end, exclusive: at the window's end, or where the routine was kept again."""
    kept = np.flatnonzero(~missed[first:])
    if len(kept) <= MOST_KEPT:
        yield len(missed)
    if len(kept):
        yield first + int(kept[0])


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
