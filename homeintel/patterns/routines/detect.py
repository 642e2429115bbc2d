"""The detector of routines: every actuator's every state, on the clock and on the sun."""

from collections.abc import Iterator, Sequence

import numpy as np

from homeintel.patterns.automated import too_few_to_tell
from homeintel.patterns.domains import MOST_PER_DAY, is_action
from homeintel.patterns.findings import Pattern, Traced, Traces
from homeintel.patterns.funnel import Funnel
from homeintel.patterns.history import History, Stream
from homeintel.patterns.limits import IN_FORCE, Limits
from homeintel.patterns.reversal import takes_back
from homeintel.patterns.routines.finding import Finding, traced_finding
from homeintel.patterns.routines.grid import Present
from homeintel.patterns.routines.round import best_of_each, distinct_days, other_half
from homeintel.patterns.routines.scan import MIN_DAYS
from homeintel.patterns.routines.sun import NOON, frames
from homeintel.patterns.stats.circular import circular_difference
from homeintel.patterns.weekdays import name_mask

MOST_PER_STREAM = 6
"""Nobody does one thing at more than six fixed times."""

LEAST_SHARE = 0.25
SURE = np.log(1e-6)
"""Of the days on which somebody was there at that time: what was rarely possible at all, and happened then, is no habit, unless
its p-value says so loudly."""

OTHER_HALF = "no second half of a routine found before"
TAKES_BACK = "not the undoing of what came minutes before"
RARELY_POSSIBLE = "possible on enough of the days with somebody there"
TOO_EXACT = "not a few times on one second of the day"
NO_PEAK = "at a time of its own, not spread over hours"
REMOVED = (OTHER_HALF, TAKES_BACK, RARELY_POSSIBLE, TOO_EXACT, NO_PEAK)
"""Why a finding is no routine, as steps of the funnel."""

LEAST_PEAK = 1.25
"""Log likelihood by which a normal habit must explain the times about the centre better than an even background does: a few evenings
of coming home early fill a window of four hours as evenly as whims do, and have no time of their own."""

NEIGHBOUR_MINUTES = 30.0
"""A second routine nearer than this, or than both spreads, is the first one's other half."""

DETECTOR = "routines"


def detect_routines(history: History, present: Present, limits: Limits = IN_FORCE) -> Traces:
    """Return every routine that its entity's own activity does not explain.

    Args:
        history: the window.
        present: when somebody is there; other days and hours are no opportunities.
        limits: what a routine must reach.
    """
    least, lift = limits.routine_confidence, limits.routine_lift
    funnel = Funnel(DETECTOR)
    streams = [s for s in history.streams if is_action(history.entities[s.entity], history.states[s.state])]
    funnel.step("something a person can do", len(streams))
    most = MOST_PER_DAY * max(1, int(present.days.sum()))
    streams = [stream for stream in streams if len(stream.time) <= most]
    funnel.step(f"done at most {MOST_PER_DAY:.0f} times a day", len(streams))
    enough = [stream for stream in streams if distinct_days(stream) >= MIN_DAYS]
    for stream in streams:
        if distinct_days(stream) < MIN_DAYS:
            funnel.miss(distinct_days(stream), f"{_name(history, stream)} on {distinct_days(stream)} days")
    funnel.step(f"happened on {MIN_DAYS} days or more", len(enough))
    judged = list(_search(history, enough, present, funnel, limits))
    funnel.step("beats the entity's own activity", len(judged))
    for reason in REMOVED:
        for traced, why_not in judged:
            if why_not == reason:
                funnel.miss(traced.pattern.confidence, _text(traced.pattern))
        judged = [(traced, why_not) for traced, why_not in judged if why_not != reason]
        funnel.step(reason, len(judged))
    found = [traced for traced, _ in judged]
    kept = []
    for traced in found:
        pattern = traced.pattern
        kept_days = pattern.occurrences >= max(MIN_DAYS, least * pattern.opportunities)
        if kept_days and pattern.occurrences > lift * pattern.expected:
            kept.append(traced)
        else:
            funnel.miss(pattern.confidence, _text(pattern))
    funnel.step(f"kept on {least:.0%} of its days, {lift:g} times as often as by chance", len(kept))
    return Traces(tuple(kept), len(enough), funnel.gates)


def _search(
    history: History, streams: Sequence[Stream], present: Present, funnel: Funnel, limits: Limits
) -> Iterator[tuple[Traced, str]]:
    """Yield the routines of all streams, and why one is none after all: the most telling window of each, then the next."""
    most_log_p = np.log(limits.routine_p_value)
    clocks = frames(history.calendar) if streams else {}
    free = {row: np.ones(len(s.time), dtype=np.bool_) for row, s in enumerate(streams)}
    background = {row: mask.copy() for row, mask in free.items()}
    taken: dict[int, list[Pattern]] = {row: [] for row in free}
    left = list(free)
    for _ in range(MOST_PER_STREAM):
        own = [[masks[row] for row in left] for masks in (free, background)]
        least_share = limits.routine_confidence
        found = best_of_each(history, [streams[row] for row in left], own[0], own[1], present, clocks, least_share)
        going_on = []
        for row, best in zip(left, found, strict=True):
            if best is None or not len(best.fit.events):
                continue
            if best.candidate.log_p > most_log_p:
                funnel.miss(-best.candidate.log_p, _miss_text(history, streams[row], best))
                continue
            going_on.append(row)
            free[row][best.fit.events] = False
            parts = [best]
            other = other_half(history, streams[row], free[row], present, best)
            if other is not None and other.candidate.log_p <= most_log_p:
                free[row][other.fit.events] = False
                parts.append(other)
            for part in parts:
                traced = traced_finding(history, streams[row], part)
                why_not = _why_not(history, streams[row], part, traced, taken[row])
                if not why_not:
                    taken[row].append(traced.pattern)
                    background[row][part.fit.events] = False
                yield traced, why_not
        left = going_on


def _why_not(history: History, stream: Stream, part: Finding, traced: Traced, taken: Sequence[Pattern]) -> str:
    """Return which of `REMOVED` a finding is; empty for a routine."""
    if any(_same_habit(traced.pattern, known) for known in taken):
        return OTHER_HALF
    if takes_back(history, stream.entity, traced.times, traced.pattern.spread_minutes or 0.0):
        return TAKES_BACK
    if part.fit.kept.sum() <= LEAST_SHARE * part.fit.there.sum() and part.candidate.log_p > SURE:
        return RARELY_POSSIBLE
    if too_few_to_tell(part.fit.times):
        return TOO_EXACT
    if part.fit.peak < LEAST_PEAK:
        return NO_PEAK
    return ""


def _same_habit(one: Pattern, other: Pattern) -> bool:
    if not name_mask(one.days) & name_mask(other.days) or one.minute_of_day is None or other.minute_of_day is None:
        return False
    reach = max(NEIGHBOUR_MINUTES, 2 * ((one.spread_minutes or 0) + (other.spread_minutes or 0)))
    return bool(abs(circular_difference(one.minute_of_day, other.minute_of_day)) < reach)


def _text(pattern: Pattern) -> str:
    days = f"{pattern.occurrences} of {pattern.opportunities} days, by chance {pattern.expected:.1f}"
    return f"{pattern.entity_id} {pattern.state}: {days}"


def _miss_text(history: History, stream: Stream, found: Finding) -> str:
    centre, candidate = found.fit.centre, found.candidate
    about = (
        f"{int(centre // 3600):02d}:{int(centre % 3600 // 60):02d}"
        if found.frame.name == "clock"
        else f"{(centre - NOON) / 60:+.0f} min from {found.frame.name}"
    )
    days = f"{candidate.hits} of {candidate.days} days, p {np.exp(candidate.log_p):.2g}"
    return f"{_name(history, stream)} about {about}: {days}"


def _name(history: History, stream: Stream) -> str:
    return f"{history.entities[stream.entity]} {history.states[stream.state]}"
