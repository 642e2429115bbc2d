"""The detector of routines: every actuator's every state, on the clock and on the sun."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from homeintel.patterns.arrays import Bools
from homeintel.patterns.automated import is_automated
from homeintel.patterns.calendar import DAY
from homeintel.patterns.domains import is_action
from homeintel.patterns.findings import Gate, Pattern
from homeintel.patterns.funnel import Funnel
from homeintel.patterns.history import History, Stream
from homeintel.patterns.routines.fit import Fit, fit
from homeintel.patterns.routines.grid import Frame, make_grid
from homeintel.patterns.routines.scan import MIN_DAYS, Candidate, scan
from homeintel.patterns.routines.sun import NOON, follows_sun, frames
from homeintel.patterns.stats.circular import circular_difference
from homeintel.patterns.stats.intervals import wilson
from homeintel.patterns.weekdays import mask_name, name_mask

MOST_PER_STREAM = 6
"""Nobody does one thing at more than six fixed times."""

PROMISING = np.log(0.05)
"""A window with a greater p-value ends the search in a stream."""

MIN_CONFIDENCE = 0.35
"""What happens on fewer of its days is no habit."""

NEIGHBOUR_MINUTES = 30.0
"""A second routine nearer than this, or than both spreads, is the first one's other half."""

DETECTOR = "routines"


@dataclass(frozen=True)
class Routines:
    """What the detector found.

    Args:
        patterns: kinds `time_of_day` and `sun`, without q-values.
        tests: how many candidates were judged.
        gates: the funnel so far.
    """

    patterns: tuple[Pattern, ...]
    tests: int
    gates: tuple[Gate, ...]


def detect_routines(history: History, home_days: Bools) -> Routines:
    """Return every routine that its entity's own activity does not explain.

    Args:
        history: the window.
        home_days: days with data on which somebody was at home; other days are no opportunities. Shape (days,).
    """
    funnel = Funnel(DETECTOR)
    streams = [s for s in history.streams if is_action(history.entities[s.entity], history.states[s.state])]
    funnel.step("something a person can do", len(streams))
    enough = [stream for stream in streams if _distinct_days(stream) >= MIN_DAYS]
    for stream in streams:
        if _distinct_days(stream) < MIN_DAYS:
            funnel.miss(_distinct_days(stream), f"{_name(history, stream)} on {_distinct_days(stream)} days")
    funnel.step(f"happened on {MIN_DAYS} days or more", len(enough))
    clocks = frames(history.calendar) if enough else {}
    found = [pattern for stream in enough for pattern in _search(history, stream, home_days, clocks, funnel)]
    funnel.step("beats the entity's own activity", len(found))
    kept = [pattern for pattern in found if pattern.confidence >= MIN_CONFIDENCE and pattern.occurrences >= MIN_DAYS]
    for pattern in found:
        if pattern.confidence < MIN_CONFIDENCE:
            text = f"{pattern.entity_id} {pattern.state}: {pattern.occurrences} of {pattern.opportunities} days"
            funnel.miss(pattern.confidence, text)
    funnel.step(f"kept on {MIN_CONFIDENCE:.0%} of its days or more", len(kept))
    return Routines(tuple(kept), len(enough), funnel.gates)


def _distinct_days(stream: Stream) -> int:
    return len(np.unique(np.floor(stream.wall / DAY)))


def _name(history: History, stream: Stream) -> str:
    return f"{history.entities[stream.entity]} {history.states[stream.state]}"


def _search(
    history: History, stream: Stream, usable: Bools, clocks: dict[str, Frame], funnel: Funnel
) -> Iterator[Pattern]:
    free = np.ones(len(stream.time), dtype=bool)
    taken: list[Pattern] = []
    for _ in range(MOST_PER_STREAM):
        best = _best(history, stream, usable, clocks, free)
        if best is None:
            return
        frame, found, fitted = best
        if found.log_p > PROMISING:
            text = f"{_name(history, stream)} about {_clock_text(frame, fitted)}: {found.hits} of {found.days} days, p {np.exp(found.log_p):.2g}"
            funnel.miss(-found.log_p, text)
            return
        free[fitted.events] = False
        if not len(fitted.events):
            return
        pattern = _pattern(history, stream, frame, found, fitted)
        if not any(_same_habit(pattern, other) for other in taken):
            taken.append(pattern)
            yield pattern


def _best(
    history: History, stream: Stream, usable: Bools, clocks: dict[str, Frame], free: Bools
) -> tuple[Frame, Candidate, Fit] | None:
    fits: dict[str, tuple[Frame, Candidate, Fit]] = {}
    for name, frame in clocks.items():
        times = frame.times(stream.wall)
        reference = make_grid(history, stream, times, frame)
        grid = reference if free.all() else make_grid(history, stream, np.where(free, times, np.nan), frame)
        days = usable & ~np.isnan(frame.shift)
        found = scan(grid, reference, history.calendar.weekdays, days)
        if found is not None:
            fits[name] = (frame, found, fit(history, stream, times, free, frame, days, found))
    clock = fits.get("clock")
    suns = [entry for name, entry in fits.items() if name != "clock"]
    if suns:
        sun = min(suns, key=lambda entry: entry[1].log_p)
        if sun[1].log_p <= PROMISING and _sun_wins(stream, clocks, clock, sun):
            return sun
    return clock


def _sun_wins(
    stream: Stream,
    clocks: dict[str, Frame],
    clock: tuple[Frame, Candidate, Fit] | None,
    sun: tuple[Frame, Candidate, Fit],
) -> bool:
    rival = clock[2] if clock is not None and len(np.intersect1d(clock[2].events, sun[2].events)) else None
    if rival is None and clock is not None and clock[1].log_p < sun[1].log_p:
        return False
    on_clock = clocks["clock"].times(stream.wall)
    return follows_sun(stream.wall, on_clock, sun[0].times(stream.wall), rival, sun[2])


def _same_habit(one: Pattern, other: Pattern) -> bool:
    if not name_mask(one.days) & name_mask(other.days) or one.minute_of_day is None or other.minute_of_day is None:
        return False
    reach = max(NEIGHBOUR_MINUTES, 2 * ((one.spread_minutes or 0) + (other.spread_minutes or 0)))
    return bool(abs(circular_difference(one.minute_of_day, other.minute_of_day)) < reach)


def _clock_text(frame: Frame, fitted: Fit) -> str:
    if frame.name == "clock":
        return f"{int(fitted.centre // 3600):02d}:{int(fitted.centre % 3600 // 60):02d}"
    return f"{(fitted.centre - NOON) / 60:+.0f} min from {frame.name}"


def _pattern(history: History, stream: Stream, frame: Frame, found: Candidate, fitted: Fit) -> Pattern:
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
        confidence=occurrences / max(1, opportunities),
        confidence_low=low,
        confidence_high=high,
        expected=found.chance * opportunities,
        p_value=float(np.exp(found.log_p)),
        q_value=1.0,
        minute_of_day=minute if sun else fitted.centre / 60,
        spread_minutes=fitted.spread,
        sun_event=frame.name if sun else None,
        offset_minutes=(fitted.centre - NOON) / 60 if sun else None,
        already_automated=is_automated(fitted.times, stream.cause[fitted.events])
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
