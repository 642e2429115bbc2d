"""One round of the search: of each stream the window that stands out most, on the clock or on the sun."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from homeintel.patterns.arrays import Bools, Floats
from homeintel.patterns.calendar import DAY
from homeintel.patterns.history import History, Stream
from homeintel.patterns.routines.finding import Finding
from homeintel.patterns.routines.fit import fit, split
from homeintel.patterns.routines.grid import Frame, Present
from homeintel.patterns.routines.scan import MIN_DAYS, Candidate, scan
from homeintel.patterns.routines.sun import follows_sun
from homeintel.patterns.stats.tails import log_chance_tail

PROMISING = np.log(0.05)
"""A window by the sun with a greater p-value is not weighed against the clock's."""

SUN_DAYS = 5
SUN_STRENGTH = 7.0
"""With fewer days, or where the clock shows so little (log likelihood), nothing can be told to follow the sun."""


def best_of_each(
    history: History,
    streams: Sequence[Stream],
    free: Sequence[Bools],
    background: Sequence[Bools],
    present: Present,
    clocks: Mapping[str, Frame],
    least_share: float,
) -> list[Finding | None]:
    """Return each stream's window that stands out most, fitted, or None where none has enough days.

    Args:
        history: the window.
        streams: the streams.
        free: which of their events were not looked at yet.
        background: which belong to no routine.
        present: when somebody is there.
        clocks: the clock first, then the sun's two.
        least_share: of its days on which a routine must happen.
    """
    found: dict[str, list[Finding | None]] = {}
    strong = np.zeros(len(streams), dtype=bool)
    for name, frame in clocks.items():
        days = replace(present, days=present.days & ~np.isnan(frame.shift))
        rows = [
            row for row, s in enumerate(streams) if name == "clock" or (strong[row] and distinct_days(s) >= SUN_DAYS)
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


def other_half(history: History, stream: Stream, free: Bools, present: Present, found: Finding) -> Finding | None:
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
    return Finding(frame, replace(found.other, log_p=log_p), fitted)


def distinct_days(stream: Stream) -> int:
    """Return on how many local days something happened."""
    return len(np.unique(np.floor(stream.wall / DAY)))


def _fitted(
    history: History,
    stream: Stream,
    times: Floats,
    free: Bools,
    frame: Frame,
    days: Present,
    candidate: Candidate,
    least_share: float = 0.0,
) -> Finding:
    """Return the candidate's fit; one window that holds two habits of different weekdays is narrowed to the first."""
    parts = split(history, times, free, days, candidate) if frame.by_clock else None
    narrowed = candidate if parts is None else parts[0]
    fitted = fit(history, stream, times, free, frame, days, narrowed, least_share)
    if fitted.kept.sum() < max(MIN_DAYS, least_share * fitted.possible.sum()):
        fitted = fit(history, stream, times, free, frame, days, narrowed, least_share, narrow=False)
    return _refined(Finding(frame, candidate, fitted, parts[1] if parts is not None else None))


def _refined(found: Finding) -> Finding:
    """Return the candidate with the p-value of the set of weekdays that was fitted; of its own set, the smaller of both."""
    fitted = found.fit
    hits, days = int(fitted.kept.sum()), int(fitted.possible.sum())
    log_p = found.candidate.on_set(hits, days, 2 * fitted.tolerance, fitted.mask)
    if fitted.mask == found.candidate.mask:
        log_p = min(found.candidate.log_p, log_p)
    return replace(found, candidate=replace(found.candidate, log_p=log_p))


def _decide(stream: Stream, clocks: Mapping[str, Frame], found: Mapping[str, Finding | None]) -> Finding | None:
    """Return the clock's window, or the sun's where it explains the same events better."""
    clock = found["clock"]
    suns = [entry for name, entry in found.items() if name != "clock" and entry is not None]
    winners = [sun for sun in suns if sun.candidate.log_p <= PROMISING and _sun_wins(stream, clocks, clock, sun)]
    return min(winners, key=lambda sun: sun.fit.spread, default=clock)


def _sun_wins(stream: Stream, clocks: Mapping[str, Frame], clock: Finding | None, sun: Finding) -> bool:
    rival = clock.fit if clock is not None and len(np.intersect1d(clock.fit.events, sun.fit.events)) else None
    if rival is None and clock is not None and clock.candidate.log_p < sun.candidate.log_p:
        return False
    on_clock = clocks["clock"].times(stream.wall)
    return follows_sun(on_clock, sun.frame.times(stream.wall), rival, sun.fit)
