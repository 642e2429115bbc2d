"""Fits a found window: its centre, its spread, the set of weekdays, the days it happened and could have."""

from dataclasses import dataclass, replace

import numpy as np

from homeintel.patterns.arrays import Bools, Floats, Ints
from homeintel.patterns.calendar import DAY
from homeintel.patterns.history import History, Stream
from homeintel.patterns.routines.grid import Frame, Present
from homeintel.patterns.routines.scan import Candidate
from homeintel.patterns.stats.mixture import normal_over_background
from homeintel.patterns.weekdays import COMMON_SETS, all_masks, in_set

TOLERANCE_SPREADS = 3.0
"""A day counts as kept within so many spreads of the centre: 99.7 % of a normal habit."""

MIN_TOLERANCE = 4.0
"""Minutes; a clock and a person round to these."""

MAX_TOLERANCE = 120.0
"""Minutes; what is wider is no time of day."""

SPLIT_GAIN = 3.0
"""Log likelihood that weekday or weekend must gain over every day: Akaike's 1 for the second rate and 2 for the choice."""

LEAST_PART = 3
SPLIT_TIMES_GAIN = 8.0
"""Log likelihood that times of their own must gain weekdays and weekend, each with so many days."""

REST_SHARE = 0.5
REST_SHARE_OTHER = 0.25
"""On the other weekdays it may happen at most so often as on the set's (of weekday or weekend; of any other set);
otherwise it is one habit, kept unevenly."""

MOSTLY_HELD = 0.5
"""A weekday of which less than this share is possible is one on which the state mostly holds already."""

SET_GAIN = 7.0
"""The same for any other set of weekdays: there are some 95 of them."""


@dataclass(frozen=True)
class Fit:
    """A routine's figures on one clock.

    Args:
        centre: seconds of the day on the frame's clock.
        spread: minutes.
        tolerance: minutes about the centre within which a day counts as kept.
        mask: weekdays.
        kept: days it happened: shape (days,).
        possible: days it could have, of the set: shape (days,).
        events: indices into the stream of the events it explains.
        times: of each kept day, in order, the seconds from the centre: shape (kept,).
    """

    centre: float
    spread: float
    tolerance: float
    mask: int
    kept: Bools
    possible: Bools
    events: Ints
    times: Floats


def fit(
    history: History, stream: Stream, times: Floats, free: Bools, frame: Frame, present: Present, found: Candidate
) -> Fit:
    """Return the fitted routine.

    Args:
        history: the window.
        stream: the stream it was found in.
        times: its times on the frame's clock; NaN where there is none.
        free: which of them no other routine explains.
        frame: the clock.
        present: when somebody is there.
        found: the window.
    """
    usable = present.days
    centre = (found.start + found.width / 2) * 60 % DAY
    weekdays = history.calendar.weekdays
    base = usable & in_set(found.mask)[weekdays]
    reach = min(max(2 * found.width, 20), MAX_TOLERANCE) * 60
    days = _routine_days(times, centre)
    offsets, _ = _nearest(times, days, free, centre, reach, base)
    habit = normal_over_background(offsets, reach, found.width * 60 / 4)
    centre, spread = (centre + habit.centre) % DAY, habit.spread
    tolerance = float(np.clip(TOLERANCE_SPREADS * spread, MIN_TOLERANCE * 60, MAX_TOLERANCE * 60))
    days = _routine_days(times, centre)
    kept = _kept(times, days, free, centre, tolerance, len(usable))
    there = present.at(np.arange(len(usable)) * DAY + centre + np.nan_to_num(frame.shift))
    possible = usable & (kept | (there & ~_held_at(history, stream, frame, centre - tolerance)))
    mask = best_mask(kept, possible, usable, weekdays)
    chosen = in_set(mask)[weekdays]
    offsets, events = _nearest(times, days, free, centre, tolerance, usable & chosen)
    return Fit(centre, spread / 60, tolerance / 60, mask, kept & possible & chosen, possible & chosen, events, offsets)


def split(history: History, fitted: Fit, found: Candidate) -> Candidate | None:
    """Return the window of the weekdays, or the weekend, alone, where the two differ in time; None where they don't.

    One wide window may hold two habits, such as a blind at seven on weekdays and at nine on weekends.
    """
    weekdays = history.calendar.weekdays[np.flatnonzero(fitted.kept)]
    if len(weekdays) != len(fitted.times):
        return None
    weekend = weekdays >= 5
    parts = [fitted.times[~weekend], fitted.times[weekend]]
    if min(len(part) for part in parts) < LEAST_PART:
        return None
    spreads = [max(float(np.std(part, ddof=1)), 60.0) for part in parts]
    whole = max(float(np.std(fitted.times, ddof=1)), 60.0)
    gain = sum(len(part) * np.log(whole / spread) for part, spread in zip(parts, spreads, strict=True))
    if gain < SPLIT_TIMES_GAIN:
        return None
    chosen = int(len(parts[1]) > len(parts[0]))
    centre = fitted.centre + float(np.median(parts[chosen]))
    width = max(4 * spreads[chosen] / 60, 6.0)
    return replace(found, start=centre / 60 - width / 2, width=width, mask=COMMON_SETS[1 + chosen][1])


def best_mask(kept: Bools, possible: Bools, usable: Bools, weekdays: Ints) -> int:
    """Return the set of weekdays that explains the kept days best: every day, unless another gains clearly.

    Compares the likelihood of one rate for all days with one rate inside the set and another outside it. A weekday on
    which the state mostly holds already counts with all its days: what another habit has done there is not this one's.

    Args:
        kept: days it happened: shape (days,).
        possible: days it could have.
        usable: days that count at all.
        weekdays: Monday 0 of each day.

    Source: H. Akaike, "A new look at the statistical model identification", IEEE Trans. Autom. Control 19 (1974).
    """
    hits = np.bincount(weekdays[kept & possible], minlength=7)
    able = np.bincount(weekdays[possible], minlength=7)
    there = np.bincount(weekdays[usable], minlength=7)
    days = np.where(able < MOSTLY_HELD * there, there, able)
    masks = all_masks()
    inside = np.array([in_set(mask) for mask in masks], dtype=float)
    in_hits, in_days = inside @ hits, inside @ days
    gain = _log_likelihood(in_hits, in_days) + _log_likelihood(hits.sum() - in_hits, days.sum() - in_days)
    gain -= _log_likelihood(np.array([hits.sum()]), np.array([days.sum()]))
    limit = np.where(np.arange(len(masks)) < len(COMMON_SETS), REST_SHARE, REST_SHARE_OTHER)
    out_hits, out_days = hits.sum() - in_hits, np.maximum(days.sum() - in_days, 1)
    higher = in_hits * out_days * limit >= out_hits * np.maximum(in_days, 1)
    cost = np.array([0.0, SPLIT_GAIN, SPLIT_GAIN] + [SET_GAIN] * (len(masks) - 3))
    net = np.where(higher, gain, -np.inf) - cost
    net[0] = 0.0
    return masks[int(np.argmax(net))]


def _log_likelihood(hits: Ints | Floats, days: Ints | Floats) -> Floats:
    share = hits / np.maximum(days, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(hits > 0, hits * np.log(share), 0) + np.where(
            hits < days, (days - hits) * np.log(1 - share), 0
        )
    return np.asarray(terms)


def _routine_days(times: Floats, centre: float) -> Ints:
    """Return the day whose centre is nearest to each time; -1 for NaN."""
    return np.where(np.isnan(times), -1, np.floor((np.nan_to_num(times) - centre) / DAY + 0.5)).astype(np.int64)


def _nearest(
    times: Floats, days: Ints, free: Bools, centre: float, tolerance: float, usable: Bools
) -> tuple[Floats, Ints]:
    """Return of each usable day the free event nearest to the centre: seconds from it; and all events near it."""
    offsets = times - (days * DAY + centre)
    near = free & (days >= 0) & (days < len(usable)) & (np.abs(offsets) <= tolerance)
    near &= usable[np.clip(days, 0, len(usable) - 1)]
    rows = np.flatnonzero(near)
    order = rows[np.lexsort((np.abs(offsets[rows]), days[rows]))]
    _, first = np.unique(days[order], return_index=True)
    return offsets[order[first]], rows


def _kept(times: Floats, days: Ints, free: Bools, centre: float, tolerance: float, count: int) -> Bools:
    offsets = times - (days * DAY + centre)
    near = free & (days >= 0) & (days < count) & (np.abs(offsets) <= tolerance)
    kept = np.zeros(count, dtype=bool)
    kept[days[near]] = True
    return kept


def _held_at(history: History, stream: Stream, frame: Frame, second: float) -> Bools:
    shift = np.nan_to_num(frame.shift)
    return history.holds(stream.entity, stream.state, np.arange(len(shift)) * DAY + second + shift)
