"""Looks for the window of the day in which an entity enters a state on more days than its own activity explains."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from homeintel.patterns.arrays import Bools, Floats, Ints
from homeintel.patterns.history import History, Stream
from homeintel.patterns.routines.chance import Chance, chance_of
from homeintel.patterns.routines.grid import Frame, Grid, Present, make_grid
from homeintel.patterns.stats.tails import log_chance_tail
from homeintel.patterns.weekdays import COMMON_SETS, all_masks, in_set

WIDTHS = ((2, (6, 12)), (5, (20, 30, 45, 70, 105, 160)))
"""Bins and widths looked at, minutes: a habit of 2 minutes' spread and one of 40 each fill one of them."""

MIN_DAYS = 4
"""Fewer distinct days can't be told from an accident, so such streams are not even counted as tried.

Source: R. E. Tarone, "A modified Bonferroni method for discrete data", Biometrics 46 (1990)."""

LEAST_NARROWING = 0.25
"""A fitted window is never taken to be less likely by chance than so much of the one that was found."""

BATCH = 16
"""Streams judged at once: their arrays fit a processor's cache."""


@dataclass(frozen=True)
class Candidate:
    """The window that stands out most.

    Args:
        start: minutes from local midnight on the frame's clock.
        width: minutes.
        mask: weekdays it was found on; see `homeintel.patterns.weekdays`.
        hits: days it happened.
        days: days it could have.
        a: chance as a beta distribution: first parameter.
        b: second parameter.
        log_p: logarithm of the p-value, the search over windows, widths and weekdays paid for.
        strength: log likelihood ratio, for ranking.
    """

    start: float
    width: float
    mask: int
    hits: int
    days: int
    a: float
    b: float
    log_p: float
    strength: float

    @property
    def chance(self) -> float:
        """Share of days that chance explains."""
        return self.a / (self.a + self.b)

    def on_set(self, hits: int, days: int, width: float) -> float:
        """Return the log p-value of hits on a set of weekdays found afterwards, the search over all sets paid for.

        Args:
            hits: days it happened.
            days: days it could have.
            width: minutes within which it did; chance grows and shrinks with it.
        """
        rate = min(0.9, self.chance * max(LEAST_NARROWING, width / self.width))
        weight = self.a + self.b
        tail = log_chance_tail(hits, days, rate * weight, (1 - rate) * weight)
        return min(0.0, tail + log_searched(min(width, self.width), len(all_masks())))


INDEPENDENT_WIDTHS = 3.0
"""The widths overlap so much that they count as three; in homes without any routine the p-values are conservative still."""


def log_searched(width: float, sets: int) -> float:
    """Return the logarithm of how many independent windows a p-value must pay for.

    Each width has an equal part of the error allowed, shared by its windows and the sets of weekdays.

    Args:
        width: minutes.
        sets: how many sets of weekdays were looked at.
    """
    return float(np.log(INDEPENDENT_WIDTHS * 1440 / width * sets))


def scan(
    history: History,
    streams: Sequence[Stream],
    times: Sequence[Floats],
    free: Sequence[Bools],
    frame: Frame,
    present: Present,
) -> list[Candidate | None]:
    """Return for each stream the window that stands out most, or None where none has three distinct days.

    Args:
        history: the window.
        streams: the streams.
        times: of each stream, its times on the frame's clock.
        free: which of them no routine explains yet; chance is judged by all of them.
        frame: the clock.
        present: when somebody is there.
    """
    sets = np.array([in_set(mask) for _, mask in COMMON_SETS], dtype=np.float32)
    groups = sets[:, history.calendar.weekdays] * present.days
    found: list[Candidate | None] = []
    for first in range(0, len(streams), BATCH):
        part = slice(first, first + BATCH)
        found += _scan_batch(history, streams[part], times[part], free[part], frame, present, groups)
    return found


def _scan_batch(
    history: History,
    streams: Sequence[Stream],
    times: Sequence[Floats],
    free: Sequence[Bools],
    frame: Frame,
    present: Present,
    groups: Floats,
) -> list[Candidate | None]:
    best: list[Candidate | None] = [None] * len(streams)
    untouched = all(bool(mask.all()) for mask in free)
    for bin_minutes, widths in WIDTHS:
        reference = make_grid(history, streams, times, frame, present, bin_minutes)
        left = [np.where(mask, own, np.nan) for mask, own in zip(free, times, strict=True)]
        grid = reference if untouched else make_grid(history, streams, left, frame, present, bin_minutes)
        for width in widths:
            bins = width // bin_minutes
            hits, days = counts(grid, groups, bins)
            all_hits, all_days = (hits, days) if untouched else counts(reference, groups, bins)
            chance = chance_of(all_hits, all_days, bins, bin_minutes)
            strength = _strength(hits, days, chance)
            for row in range(len(streams)):
                kind, start = divmod(int(np.argmax(strength[row])), grid.bins)
                greatest = float(strength[row, kind, start])
                known = best[row]
                if greatest > 0 and (known is None or greatest > known.strength):
                    place = (row, kind, start)
                    best[row] = _candidate(place, width, bin_minutes, hits, days, chance, greatest)
    return best


def counts(grid: Grid, groups: Floats, bins: int) -> tuple[Floats, Floats]:
    """Return days it happened and days it could have, by stream, set of weekdays and window start."""
    hits = grid.hits(bins)
    happened = np.matmul(groups, hits.astype(np.float32)).astype(np.float64)
    return happened, np.matmul(groups, grid.possible(hits).astype(np.float32)).astype(np.float64)


def _strength(hits: Floats, days: Floats, chance: Chance) -> Floats:
    """Return days times the divergence of the share of days from that of chance; 0 where it is not greater."""
    rate = np.clip(chance.rate, 1e-9, 1 - 1e-9)
    share = np.clip(hits / np.maximum(days, 1), 1e-9, 1 - 1e-9)
    divergence = share * np.log(share / rate) + (1 - share) * np.log((1 - share) / (1 - rate))
    return np.asarray(np.where((share > rate) & (hits >= MIN_DAYS), days * divergence, 0.0))


def _candidate(
    place: tuple[int, int, int],
    width: int,
    bin_minutes: int,
    hits: Floats | Ints,
    days: Floats | Ints,
    chance: Chance,
    strength: float,
) -> Candidate:
    happened, possible = int(hits[place]), int(days[place])
    a, b = float(chance.a[place]), float(chance.b[place])
    log_p = log_chance_tail(happened, possible, a, b) + log_searched(width, len(COMMON_SETS))
    _, kind, start = place
    return Candidate(
        start * bin_minutes, width, COMMON_SETS[kind][1], happened, possible, a, b, min(0.0, log_p), strength
    )
