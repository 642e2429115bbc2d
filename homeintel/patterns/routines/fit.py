"""Fits a found window: its centre, its spread, the set of weekdays, the days it happened and could have."""

from dataclasses import dataclass, replace

import numpy as np

from homeintel.patterns.arrays import Bools, Floats, Ints
from homeintel.patterns.calendar import DAY
from homeintel.patterns.history import History, Stream
from homeintel.patterns.routines.grid import Frame, Present
from homeintel.patterns.routines.scan import MIN_DAYS, Candidate
from homeintel.patterns.stats.mixture import Mixture, normal_over_background
from homeintel.patterns.weekdays import ANY_SET, COMMON_SETS, in_set, set_costs

TOLERANCE_SPREADS = 3.0
WIDE_TOLERANCE = 60.0
WIDE_SPREADS = 2.5
"""A day counts as kept within three spreads of the centre: 99.7 % of a normal habit. Beyond 60 minutes it is two and a half (98.8 %),
for further out of a wide habit there is more of everything else than of it."""

MIN_TOLERANCE = 4.0
"""Minutes; a clock and a person round to these."""

MAX_TOLERANCE = 120.0
"""Minutes; what is wider is no time of day."""

LEAST_PART = 3
SPLIT_TIMES_GAIN = 4.5
"""Log likelihood that times of their own must gain weekdays and weekend, each with so many days: one habit seems to be two
in three of a thousand cases."""

SPLIT_REACH = 0.6
"""Widths of the window about its centre in which the times are compared."""

WIDE_MINUTES = 70.0
NARROW_SECONDS = 600.0
NARROW_GAIN = 3.5
"""In windows so wide a narrow habit is looked for, begun with this spread, and taken where its log likelihood is so much greater."""

STAYS_GAIN = 3.0
"""Log likelihood by which another set of weekdays must be better than the one a window was found on, the common ones among
themselves excepted: few days in a row of luck look like a set of their own."""

SPLIT_MINUTES = 20.0
"""Habits of weekdays and weekends that are less apart are one habit to whoever lives by them."""

ODD_COST = 3.5
"""Sets of weekdays that cost more are odd: such a one is chosen only where it explains the possible days alone better."""

MOSTLY_HELD = 0.5
"""A weekday on which less than this share of the days with somebody there is possible is one on which the state mostly holds."""

HARDLY_THERE = 0.2
"""A weekday of which less than this share of all days is possible is one on which hardly anybody is there."""


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
        there: days of the set on which somebody was there at that time: shape (days,).
        events: indices into the stream of the events it explains.
        times: of each kept day, in order, the seconds from the centre: shape (kept,).
        peak: log likelihood by which a normal habit explains the times about the centre better than an even background.
    """

    centre: float
    spread: float
    tolerance: float
    mask: int
    kept: Bools
    possible: Bools
    there: Bools
    events: Ints
    times: Floats
    peak: float


def fit(
    history: History,
    stream: Stream,
    times: Floats,
    free: Bools,
    frame: Frame,
    present: Present,
    found: Candidate,
    least_share: float = 0.0,
    *,
    narrow: bool = True,
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
        least_share: of its days on which a routine must happen; its weekdays are looked for accordingly.
        narrow: whether a narrow habit is looked for in a wide window.
    """
    usable = present.days
    centre = (found.start + found.width / 2) * 60 % DAY
    weekdays = history.calendar.weekdays
    base = usable & in_set(found.mask)[weekdays]
    reach = min(max(2 * found.width, 20), MAX_TOLERANCE) * 60
    days = _routine_days(times, centre)
    offsets, _ = _nearest(times, days, free, centre, reach, base)
    habit = _habit(offsets, reach, found.width * 60, narrow=narrow)
    peak = habit.log_likelihood + len(offsets) * float(np.log(2 * reach))
    centre, spread = (centre + habit.centre) % DAY, habit.spread
    tolerance = max(min(TOLERANCE_SPREADS * spread, WIDE_TOLERANCE * 60), WIDE_SPREADS * spread)
    tolerance = float(np.clip(tolerance, MIN_TOLERANCE * 60, MAX_TOLERANCE * 60))
    days = _routine_days(times, centre)
    kept = _kept(times, days, free, centre, tolerance, len(usable))
    there = present.at(np.arange(len(usable)) * DAY + centre + np.nan_to_num(frame.shift), stream.entity)
    possible = usable & (kept | (there & ~_held_at(history, stream, frame, centre - tolerance)))
    somebody = usable & (there | kept)
    mask = found.mask
    if not found.settled:
        chance = found.chance_within(2 * tolerance / 60)
        counted = (somebody, usable) if frame.by_clock else (possible, possible)
        mask = best_mask(kept, possible, *counted, weekdays, chance, least_share, found.mask, frame.sets)
    chosen = in_set(mask)[weekdays]
    offsets, events = _nearest(times, days, free, centre, tolerance, usable & chosen)
    own = possible & chosen
    return Fit(centre, spread / 60, tolerance / 60, mask, kept & own, own, somebody & chosen, events, offsets, peak)


def _habit(offsets: Floats, reach: float, width: float, *, narrow: bool) -> Mixture:
    """Return the normal habit in a window, begun in all of it; where that is wide, a narrow one inside if clearly better.

    A narrow habit among many whims makes a wide window stand out; EM begun in all of it finds only the window again.
    """
    whole = normal_over_background(offsets, reach, width / 4)
    if not narrow or width < WIDE_MINUTES * 60 or len(offsets) < MIN_DAYS:
        return whole
    crowd = (np.abs(offsets[:, None] - offsets) <= NARROW_SECONDS).sum(axis=1)
    start = float(offsets[np.argmax(crowd)])
    inner = normal_over_background(offsets - start, reach, NARROW_SECONDS)
    inner = replace(inner, centre=inner.centre + start)
    return inner if inner.log_likelihood > whole.log_likelihood + NARROW_GAIN else whole


def split(
    history: History, times: Floats, free: Bools, present: Present, found: Candidate
) -> tuple[Candidate, Candidate] | None:
    """Return the windows of weekdays and of weekends, the one with more days first, where the two differ in time.

    One wide window may hold two habits, such as a blind at seven on weekdays and at nine on weekends. Compares one normal
    habit with two of the same spread; None where two do not explain the times clearly better.

    Args:
        history: the window.
        times: the stream's times on the frame's clock.
        free: which of them no other routine explains.
        present: when somebody is there.
        found: the wide window.
    """
    centre = (found.start + found.width / 2) * 60 % DAY
    days = _routine_days(times, centre)
    base = present.days & in_set(found.mask)[history.calendar.weekdays]
    offsets, rows = _nearest(times, days, free, centre, SPLIT_REACH * found.width * 60, base)
    weekend = history.calendar.weekdays[np.unique(days[rows])] >= 5
    parts = (offsets[~weekend], offsets[weekend])
    if min(len(part) for part in parts) < LEAST_PART:
        return None
    pooled = np.concatenate([part - part.mean() for part in parts])
    spread = max(float(np.sqrt((pooled**2).sum() / (len(pooled) - 2))), 60.0)
    whole = max(float(np.std(offsets, ddof=1)), 60.0)
    apart = abs(float(parts[0].mean() - parts[1].mean()))
    if len(offsets) * np.log(whole / spread) < SPLIT_TIMES_GAIN or apart < SPLIT_MINUTES * 60:
        return None
    width = float(np.clip(3 * spread / 60, 6.0, found.width))
    made = [
        replace(
            found,
            start=(centre + float(part.mean())) / 60 - width / 2,
            width=width,
            mask=COMMON_SETS[kind][1],
            settled=True,
        )
        for kind, part in ((1, parts[0]), (2, parts[1]))
    ]
    made.sort(key=lambda part: part.mask, reverse=len(parts[1]) > len(parts[0]))
    return made[0], made[1]


def best_mask(
    kept: Bools,
    possible: Bools,
    there: Bools,
    usable: Bools,
    weekdays: Ints,
    chance: float,
    least_share: float,
    known: int,
    masks: Ints = ANY_SET,
) -> int:
    """Return the set of weekdays that explains the kept days best, the choice paid for.

    Compares the likelihood of one rate inside the set, chance outside it, with that of chance on all days. A weekday on
    which the state mostly holds already, or hardly anybody is there, counts with all its days: what another habit has done
    there is not this one's, and nobody has a habit of what can hardly be done.

    Args:
        kept: days it happened: shape (days,).
        possible: days it could have.
        there: days on which somebody was there at that time.
        usable: days that count at all.
        weekdays: Monday 0 of each day.
        chance: the share of days that chance explains.
        least_share: of a set's days on which it must happen, `MIN_DAYS` at least, if there is such a set.
        known: the set it was found on, which stays unless another is clearly better; a common one, unless another common one is.
        masks: the sets to choose from.
    """
    hits = np.bincount(weekdays[kept & possible], minlength=7)
    able = np.bincount(weekdays[possible], minlength=7)
    somebody = np.bincount(weekdays[there], minlength=7)
    usual = np.bincount(weekdays[usable], minlength=7)
    common = [mask for _, mask in COMMON_SETS]
    stays = np.isin(masks, common if known in common else known)
    inside, costs = (masks[:, None] >> np.arange(7) & 1).astype(float), set_costs()[masks]

    def best(days: Ints) -> int:
        in_hits, in_days = inside @ hits, inside @ days
        rate = float(np.clip(chance, 1e-6, 1 - 1e-6))
        share = np.clip(in_hits / np.maximum(in_days, 1), 1e-9, 1 - 1e-9)
        gain = in_hits * np.log(share / rate) + (in_days - in_hits) * np.log((1 - share) / (1 - rate))
        net = np.where(share > rate, gain, 0.0) - costs + np.where(stays, STAYS_GAIN, 0.0)
        enough = (share >= least_share) & (in_hits >= MIN_DAYS)
        return int(masks[np.argmax(np.where(enough | ~enough.any(), net, -np.inf))])

    found = best(np.where((able <= MOSTLY_HELD * somebody) | (able <= HARDLY_THERE * usual), usual, able))
    return found if set_costs()[found] < ODD_COST else best(able)


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
