"""Looks for the window of the day in which an entity enters a state on more days than its own activity explains."""

from dataclasses import dataclass

import numpy as np

from homeintel.patterns.arrays import Bools, Floats, Ints
from homeintel.patterns.routines.grid import BIN_MINUTES, Grid
from homeintel.patterns.stats.tails import log_chance_tail
from homeintel.patterns.weekdays import all_masks, in_set

WIDTHS_MINUTES = (6, 12, 20, 32, 48, 72, 108, 160)
"""Widths looked at: a habit of 2 minutes' spread and one of 40 each fill one of them."""

USUAL_HOURS = 6.0
"""The usual level is the share of days reached or passed in this many hours of the day; see `_usual`."""

SIDE_WINDOWS = 3
"""Chance beside a window is looked up in one and in so many windows of its width on each side."""

PRIOR_DAYS = 4.0
"""Days of the usual level that stand beside what a side window shows: it holds few days itself."""

MIN_DAYS = 3
"""Fewer distinct days are an accident."""


@dataclass(frozen=True)
class Candidate:
    """The window that stands out most.

    Args:
        start: minutes from local midnight on the frame's clock.
        width: minutes.
        mask: weekdays it was found on; see `homeintel.patterns.weekdays`.
        hits: days it happened.
        days: days it could have.
        chance: share of days that chance explains.
        log_p: logarithm of the p-value, the search over windows, widths and weekdays paid for.
        strength: log likelihood ratio, for ranking.
    """

    start: float
    width: float
    mask: int
    hits: int
    days: int
    chance: float
    log_p: float
    strength: float


def search_size(masks: int) -> float:
    """Return how many independent windows a scan looks at: half-overlapping ones, each width, each set of weekdays."""
    return sum(2 * 1440 / width for width in WIDTHS_MINUTES) * masks


def scan(grid: Grid, reference: Grid, weekdays: Ints, usable: Bools) -> Candidate | None:
    """Return the window that stands out most, or None where none has three distinct days.

    Args:
        grid: the events not yet explained.
        reference: all events of the stream; chance is judged by them.
        weekdays: Monday 0 of each day: shape (days,).
        usable: days with data on which somebody was at home: shape (days,).
    """
    groups = np.zeros((7, grid.days), dtype=np.float32)
    groups[weekdays[usable], np.flatnonzero(usable)] = 1
    masks = np.array([in_set(mask) for mask in all_masks()[:3]], dtype=np.float32)
    best: tuple[float, int, int, int] | None = None
    tables = {}
    for index, width in enumerate(WIDTHS_MINUTES):
        table = _Table.of(grid, reference, groups, masks, width // BIN_MINUTES)
        tables[index] = table
        strength = table.strength()
        kind, start = divmod(int(np.argmax(strength)), strength.shape[1])
        if best is None or strength[kind, start] > best[0]:
            best = (float(strength[kind, start]), index, kind, start)
    assert best is not None
    greatest, index, set_number, window = best
    return tables[index].candidate(set_number, window, WIDTHS_MINUTES[index], greatest)


@dataclass(frozen=True)
class _Table:
    """Every window of one width, by set of weekdays: shapes (sets, BINS).

    Args:
        hits: days it happened.
        days: days it could have.
        a: chance as a beta distribution: first parameter.
        b: second parameter.
    """

    hits: Floats
    days: Floats
    a: Floats
    b: Floats

    @classmethod
    def of(cls, grid: Grid, reference: Grid, groups: Floats, masks: Floats, bins: int) -> "_Table":
        hits, days = _counts(grid, groups, masks, bins)
        all_hits, all_days = _counts(reference, groups, masks, bins) if reference is not grid else (hits, days)
        usual, weight = _usual(all_hits, all_days, bins)
        a, b = usual * weight, (1 - usual) * weight
        for windows in (1, SIDE_WINDOWS):
            for side in (1, -1):
                side_hits = sum(np.roll(all_hits, side * bins * step, axis=1) for step in range(1, windows + 1))
                side_days = sum(np.roll(all_days, side * bins * step, axis=1) for step in range(1, windows + 1))
                side_a = side_hits + PRIOR_DAYS * usual
                side_b = side_days - side_hits + PRIOR_DAYS * (1 - usual)
                greater = side_a * (a + b) > a * (side_a + side_b)
                a, b = np.where(greater, side_a, a), np.where(greater, side_b, b)
        return cls(hits, days, a, b)

    def strength(self) -> Floats:
        """Return days times the divergence of the share of days from that of chance; 0 where it is not greater."""
        chance = np.clip(self.a / (self.a + self.b), 1e-9, 1 - 1e-9)
        days = np.maximum(self.days, 1)
        share = np.clip(self.hits / days, 1e-9, 1 - 1e-9)
        divergence = share * np.log(share / chance) + (1 - share) * np.log((1 - share) / (1 - chance))
        return np.asarray(np.where((share > chance) & (self.hits >= MIN_DAYS), days * divergence, 0.0))

    def candidate(self, kind: int, start: int, width: int, strength: float) -> Candidate | None:
        if strength <= 0:
            return None
        hits, days = int(self.hits[kind, start]), int(self.days[kind, start])
        a, b = float(self.a[kind, start]), float(self.b[kind, start])
        log_p = log_chance_tail(hits, days, a, b) + float(np.log(search_size(len(self.hits))))
        mask = all_masks()[kind]
        return Candidate(start * BIN_MINUTES, width, mask, hits, days, a / (a + b), min(0.0, log_p), strength)


def _counts(grid: Grid, groups: Floats, masks: Floats, bins: int) -> tuple[Floats, Floats]:
    hits = grid.hits(bins)
    counts = (masks @ (groups @ found.astype(np.float32)) for found in (hits, grid.possible(hits)))
    first, second = (np.asarray(count, dtype=np.float64) for count in counts)
    return first, second


def _usual(hits: Floats, days: Floats, bins: int) -> tuple[Floats, Floats]:
    """Return the entity's usual level as a share of days, and how many days' worth of evidence it rests on.

    The level is the one reached in `USUAL_HOURS` of the day, and never less than what one unlucky day would give.
    A lamp used all day reaches its level nearly everywhere, so an hour at which the home wakes up must beat the rest of
    the day; a lamp with one or two habits does not reach any in six hours, so they don't hide each other.
    """
    rank = int(USUAL_HOURS * 60 / BIN_MINUTES)
    share = hits / np.maximum(days, 1)
    reached = -np.partition(-share, rank, axis=1)[:, rank]
    weight = np.maximum(np.median(days, axis=1), 1) * max(1.0, rank / bins)
    level = reached + 0.5 / weight
    return np.clip(level, 0, 0.99)[:, None], weight[:, None] * np.ones_like(hits)
