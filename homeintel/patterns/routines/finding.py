"""A routine as it was found: a window on one clock with its fit, and what is told of it."""

from dataclasses import dataclass

import numpy as np

from homeintel.patterns.automated import is_automated
from homeintel.patterns.findings import Pattern, Traced
from homeintel.patterns.history import History, Stream
from homeintel.patterns.reversal import times_undone
from homeintel.patterns.routines.fit import Fit
from homeintel.patterns.routines.grid import Frame
from homeintel.patterns.routines.scan import Candidate
from homeintel.patterns.routines.sun import NOON
from homeintel.patterns.stats.circular import circular_difference
from homeintel.patterns.stats.intervals import next_time, wilson
from homeintel.patterns.stats.tails import probability
from homeintel.patterns.weekdays import mask_name

NARROW_PRIOR = (0.65, 6.0)
WIDE_PRIOR = (0.55, 8.0)
WIDE_SPREAD = 20.0
"""What is known of a routine before it is counted, share of days and how many days that is worth: it was found because it was kept
well in this window. Habits that vary by more than so many minutes are also kept less well."""

NEAR_SPREADS = 2.5
LEAST_SPREAD = 1.5
"""Evidence is counted within so many spreads of the centre, of so many minutes at least: 99 in 100 days of a normal habit."""


@dataclass(frozen=True)
class Finding:
    """A candidate on one clock, with its fit; `other`: the window of the other weekdays, found with it."""

    frame: Frame
    candidate: Candidate
    fit: Fit
    other: Candidate | None = None


def traced_finding(history: History, stream: Stream, part: Finding) -> Traced:
    """Return a finding with its evidence, told by the days near the centre: a day further out is as likely a whim."""
    fitted = part.fit
    near = NEAR_SPREADS * max(fitted.spread, LEAST_SPREAD)
    hits, days = int((np.abs(fitted.times) <= 60 * near).sum()), int(fitted.possible.sum())
    evidence = part.candidate.evidence(hits, days, 2 * near, fitted.mask)
    share = int(fitted.kept.sum()) / len(stream.time)
    return Traced(_pattern(history, stream, part), stream.time[fitted.events], evidence=evidence, share=share)


def _pattern(history: History, stream: Stream, best: Finding) -> Pattern:
    frame, found, fitted = best.frame, best.candidate, best.fit
    occurrences, opportunities = int(fitted.kept.sum()), int(fitted.possible.sum())
    low, high = wilson(occurrences, opportunities)
    sun = frame.name != "clock"
    wall = stream.wall[fitted.events]
    minute = float(np.median(circular_difference(wall / 60, wall[0] / 60)) + wall[0] / 60) % 1440
    calendar = history.calendar
    kept_days = [calendar.date_of(day).isoformat() for day in np.flatnonzero(fitted.kept).tolist()]
    missed = [calendar.date_of(day).isoformat() for day in np.flatnonzero(fitted.possible & ~fitted.kept).tolist()]
    return Pattern(
        kind="sun" if sun else "time_of_day",
        entity_id=history.entities[stream.entity],
        state=history.states[stream.state],
        days=mask_name(fitted.mask),
        occurrences=occurrences,
        opportunities=opportunities,
        confidence=_confidence(occurrences, opportunities, fitted.spread),
        confidence_low=low,
        confidence_high=high,
        expected=found.chance_within(2 * fitted.tolerance) * opportunities,
        p_value=probability(found.log_p),
        q_value=1.0,
        minute_of_day=minute if sun else fitted.centre / 60,
        spread_minutes=fitted.spread,
        sun_event=frame.name if sun else None,
        offset_minutes=(fitted.centre - NOON) / 60 if sun else None,
        undone=times_undone(history, stream.entity, stream.time[fitted.events]),
        already_automated=is_automated(fitted.times, stream.cause[fitted.events], by_clock=True)
        or ("", history.entities[stream.entity]) in history.known_automations,
        first_seen=float(stream.time[fitted.events].min()),
        last_seen=float(stream.time[fitted.events].max()),
        evidence={
            "tolerance_minutes": round(fitted.tolerance, 1),
            "kept_on": kept_days,
            "missed_on": missed,
            "seconds_from_centre": [round(float(offset)) for offset in fitted.times],
            "days_left_out": int(calendar.days - fitted.possible.sum()),
        },
    )


def _confidence(occurrences: int, opportunities: int, spread: float) -> float:
    share, days = WIDE_PRIOR if spread > WIDE_SPREAD else NARROW_PRIOR
    return next_time(occurrences, opportunities, prior_share=share, prior_trials=days)
