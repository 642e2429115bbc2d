"""The detector of routines: every actuator's every state, on the clock and on the sun."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from homeintel.patterns.arrays import Bools, Floats
from homeintel.patterns.automated import is_automated, too_few_to_tell
from homeintel.patterns.calendar import DAY
from homeintel.patterns.domains import MOST_PER_DAY, is_action
from homeintel.patterns.findings import Pattern, Traced, Traces
from homeintel.patterns.funnel import Funnel
from homeintel.patterns.history import History, Stream
from homeintel.patterns.limits import IN_FORCE, Limits
from homeintel.patterns.reversal import takes_back, times_undone
from homeintel.patterns.routines.fit import Fit, fit, split
from homeintel.patterns.routines.grid import Frame, Present
from homeintel.patterns.routines.scan import MIN_DAYS, Candidate, scan
from homeintel.patterns.routines.sun import NOON, follows_sun, frames
from homeintel.patterns.stats.circular import circular_difference
from homeintel.patterns.stats.intervals import next_time, wilson
from homeintel.patterns.stats.tails import log_chance_tail, probability
from homeintel.patterns.weekdays import mask_name, name_mask

MOST_PER_STREAM = 6
"""Nobody does one thing at more than six fixed times."""

PROMISING = np.log(0.05)
"""A window by the sun with a greater p-value is not weighed against the clock's."""

SUN_DAYS = 5
SUN_STRENGTH = 7.0
"""With fewer days, or where the clock shows so little (log likelihood), nothing can be told to follow the sun."""

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

NARROW_PRIOR = (0.65, 6.0)
WIDE_PRIOR = (0.55, 8.0)
WIDE_SPREAD = 20.0
"""What is known of a routine before it is counted, share of days and how many days that is worth: it was found because it was kept
well in this window. Habits that vary by more than so many minutes are also kept less well."""

NEAR_SPREADS = 2.5
LEAST_SPREAD = 1.5
"""Evidence is counted within so many spreads of the centre, of so many minutes at least: 99 in 100 days of a normal habit."""

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
    enough = [stream for stream in streams if _distinct_days(stream) >= MIN_DAYS]
    for stream in streams:
        if _distinct_days(stream) < MIN_DAYS:
            funnel.miss(_distinct_days(stream), f"{_name(history, stream)} on {_distinct_days(stream)} days")
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


def _text(pattern: Pattern) -> str:
    days = f"{pattern.occurrences} of {pattern.opportunities} days, by chance {pattern.expected:.1f}"
    return f"{pattern.entity_id} {pattern.state}: {days}"


def _distinct_days(stream: Stream) -> int:
    return len(np.unique(np.floor(stream.wall / DAY)))


def _name(history: History, stream: Stream) -> str:
    return f"{history.entities[stream.entity]} {history.states[stream.state]}"


@dataclass(frozen=True)
class _Found:
    """A candidate on one clock, with its fit; `other`: the window of the other weekdays, found with it."""

    frame: Frame
    candidate: Candidate
    fit: Fit
    other: Candidate | None = None


def _search(
    history: History, streams: Sequence[Stream], present: Present, funnel: Funnel, limits: Limits
) -> Iterator[tuple[Traced, str]]:
    """Yield the routines of all streams, and why one is none after all: the most telling window of each, then the next."""
    most_log_p = np.log(limits.routine_p_value)
    clocks = frames(history.calendar) if streams else {}
    free: dict[int, Bools] = {row: np.ones(len(s.time), dtype=np.bool_) for row, s in enumerate(streams)}
    background = {row: mask.copy() for row, mask in free.items()}
    taken: dict[int, list[Pattern]] = {row: [] for row in free}
    left = list(free)
    for _ in range(MOST_PER_STREAM):
        own = [[masks[row] for row in left] for masks in (free, background)]
        least_share = limits.routine_confidence
        found = _round(history, [streams[row] for row in left], own[0], own[1], present, clocks, least_share)
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
            other = _other_part(history, streams[row], free[row], present, best)
            if other is not None and other.candidate.log_p <= most_log_p:
                free[row][other.fit.events] = False
                parts.append(other)
            for part in parts:
                traced = _traced(history, streams[row], part)
                why_not = _why_not(history, streams[row], part, traced, taken[row])
                if not why_not:
                    taken[row].append(traced.pattern)
                    background[row][part.fit.events] = False
                yield traced, why_not
        left = going_on


def _traced(history: History, stream: Stream, part: _Found) -> Traced:
    """Return a finding with its evidence, told by the days near the centre: a day further out is as likely a whim."""
    fitted = part.fit
    near = NEAR_SPREADS * max(fitted.spread, LEAST_SPREAD)
    hits, days = int((np.abs(fitted.times) <= 60 * near).sum()), int(fitted.possible.sum())
    evidence = part.candidate.evidence(hits, days, 2 * near, fitted.mask)
    share = int(fitted.kept.sum()) / len(stream.time)
    return Traced(_pattern(history, stream, part), stream.time[fitted.events], evidence=evidence, share=share)


def _why_not(history: History, stream: Stream, part: _Found, traced: Traced, taken: Sequence[Pattern]) -> str:
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


def _round(
    history: History,
    streams: Sequence[Stream],
    free: Sequence[Bools],
    background: Sequence[Bools],
    present: Present,
    clocks: Mapping[str, Frame],
    least_share: float,
) -> list[_Found | None]:
    found: dict[str, list[_Found | None]] = {}
    strong = np.zeros(len(streams), dtype=bool)
    for name, frame in clocks.items():
        days = replace(present, days=present.days & ~np.isnan(frame.shift))
        rows = [
            row for row, s in enumerate(streams) if name == "clock" or (strong[row] and _distinct_days(s) >= SUN_DAYS)
        ]
        times = [frame.times(streams[row].wall) for row in rows]
        chosen = [streams[row] for row in rows]
        masks = [[own[row] for row in rows] for own in (free, background)]
        candidates = scan(history, chosen, times, masks[0], masks[1], frame, days, least_share)
        found[name] = [None] * len(streams)
        for row, own, candidate in zip(rows, times, candidates, strict=True):
            if candidate is not None and (name == "clock" or candidate.log_p <= PROMISING):
                found[name][row] = _fitted(history, streams[row], own, free[row], frame, days, candidate, least_share)
                strong[row] |= candidate.strength >= SUN_STRENGTH
    return [
        _decide(stream, clocks, {name: own[row] for name, own in found.items()}) for row, stream in enumerate(streams)
    ]


def _fitted(
    history: History,
    stream: Stream,
    times: Floats,
    free: Bools,
    frame: Frame,
    days: Present,
    candidate: Candidate,
    least_share: float = 0.0,
) -> _Found:
    """Return the candidate's fit; one window that holds two habits of different weekdays is narrowed to the first."""
    parts = split(history, times, free, days, candidate) if frame.by_clock else None
    narrowed = candidate if parts is None else parts[0]
    fitted = fit(history, stream, times, free, frame, days, narrowed, least_share)
    if fitted.kept.sum() < max(MIN_DAYS, least_share * fitted.possible.sum()):
        fitted = fit(history, stream, times, free, frame, days, narrowed, least_share, narrow=False)
    return _refined(_Found(frame, candidate, fitted, parts[1] if parts is not None else None))


def _refined(found: _Found) -> _Found:
    """Return the candidate with the p-value of the set of weekdays that was fitted; of its own set, the smaller of both."""
    fitted = found.fit
    hits, days = int(fitted.kept.sum()), int(fitted.possible.sum())
    log_p = found.candidate.on_set(hits, days, 2 * fitted.tolerance, fitted.mask)
    if fitted.mask == found.candidate.mask:
        log_p = min(found.candidate.log_p, log_p)
    return replace(found, candidate=replace(found.candidate, log_p=log_p))


def _other_part(history: History, stream: Stream, free: Bools, present: Present, found: _Found) -> _Found | None:
    """Return the habit of the other weekdays, found in the same window; None where it does not stand out by itself.

    Where to look was told by the first part, so nothing is paid for a search.
    """
    if found.other is None:
        return None
    frame, days = found.frame, replace(present, days=present.days & ~np.isnan(found.frame.shift))
    fitted = fit(history, stream, frame.times(stream.wall), free, frame, days, found.other)
    hits, possible = int(fitted.kept.sum()), int(fitted.possible.sum())
    rate, weight = found.other.chance_within(2 * fitted.tolerance), found.other.a + found.other.b
    log_p = max(found.candidate.log_p, log_chance_tail(hits, possible, rate * weight, (1 - rate) * weight))
    if hits < MIN_DAYS or fitted.mask & found.fit.mask:
        return None
    return _Found(frame, replace(found.other, log_p=log_p), fitted)


def _decide(stream: Stream, clocks: Mapping[str, Frame], found: Mapping[str, _Found | None]) -> _Found | None:
    """Return the clock's window, or the sun's where it explains the same events better."""
    clock = found["clock"]
    suns = [entry for name, entry in found.items() if name != "clock" and entry is not None]
    winners = [sun for sun in suns if sun.candidate.log_p <= PROMISING and _sun_wins(stream, clocks, clock, sun)]
    return min(winners, key=lambda sun: sun.fit.spread, default=clock)


def _sun_wins(stream: Stream, clocks: Mapping[str, Frame], clock: _Found | None, sun: _Found) -> bool:
    rival = clock.fit if clock is not None and len(np.intersect1d(clock.fit.events, sun.fit.events)) else None
    if rival is None and clock is not None and clock.candidate.log_p < sun.candidate.log_p:
        return False
    on_clock = clocks["clock"].times(stream.wall)
    return follows_sun(on_clock, sun.frame.times(stream.wall), rival, sun.fit)


def _same_habit(one: Pattern, other: Pattern) -> bool:
    if not name_mask(one.days) & name_mask(other.days) or one.minute_of_day is None or other.minute_of_day is None:
        return False
    reach = max(NEIGHBOUR_MINUTES, 2 * ((one.spread_minutes or 0) + (other.spread_minutes or 0)))
    return bool(abs(circular_difference(one.minute_of_day, other.minute_of_day)) < reach)


def _miss_text(history: History, stream: Stream, found: _Found) -> str:
    centre, candidate = found.fit.centre, found.candidate
    about = (
        f"{int(centre // 3600):02d}:{int(centre % 3600 // 60):02d}"
        if found.frame.name == "clock"
        else f"{(centre - NOON) / 60:+.0f} min from {found.frame.name}"
    )
    days = f"{candidate.hits} of {candidate.days} days, p {np.exp(candidate.log_p):.2g}"
    return f"{_name(history, stream)} about {about}: {days}"


def _confidence(occurrences: int, opportunities: int, spread: float) -> float:
    share, days = WIDE_PRIOR if spread > WIDE_SPREAD else NARROW_PRIOR
    return next_time(occurrences, opportunities, prior_share=share, prior_trials=days)


def _pattern(history: History, stream: Stream, best: _Found) -> Pattern:
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
