"""Looks for the window of the day in which an entity enters a state on more days than its own activity explains."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from homeintel.patterns.arrays import Bools, Floats
from homeintel.patterns.history import History, Stream
from homeintel.patterns.routines.grid import Frame, Grid, Present, make_grid
from homeintel.patterns.routines.windows import Windows, look, strength, tally
from homeintel.patterns.stats.bayes import log_bayes_factor
from homeintel.patterns.stats.tails import log_chance_tail
from homeintel.patterns.weekdays import set_costs

WIDTHS = ((2, (6, 12)), (5, (20, 30, 45, 70, 105, 160)))
"""Bins and widths looked at, minutes: a habit of 2 minutes' spread and one of 40 each fill one of them."""

MIN_DAYS = 4
"""Fewer distinct days can't be told from an accident, so such streams are not even counted as tried.

Source: R. E. Tarone, "A modified Bonferroni method for discrete data", Biometrics 46 (1990)."""

LEAST_NARROWING = 0.25
"""A fitted window is never taken to be less likely by chance than so much of the one that was found."""

GROWING_SETS = 6
COARSE_MINUTES = 5
"""Other sets of weekdays than the common ones are looked at in bins so long or longer: a habit of few minutes fills those too."""

TAIL_MARGIN = 3.0

BATCH = 16
"""Streams judged at once: their arrays fit a processor's cache."""

HABIT = (3.9, 2.1)
"""The share of days on which people keep a habit, as a beta distribution: two thirds, nine times in ten between a third and nine
tenths."""

MOST_CHANCE = 16.0
MOST_RATE = 0.95
"""Chance is taken to be known no better than from so many events, for it differs from evening to evening; and no greater."""

MOST_SET_COST = 2.5
"""Sets of weekdays share their days, so that to choose among all costs a habit's evidence no more than among a dozen others."""

INDEPENDENT_WIDTHS = 3.0
"""The widths overlap so much that they count as three: of 4,368 streams in 80 simulated homes without any routine, 90 p-values are
under 0.02 where 87 are due, but 9 under 0.001 where 4 are. The tail is what `homeintel.patterns.doubt` is for."""


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
        able_minutes: minutes of a day in which it could have happened at all: so many windows were searched.
        log_p: logarithm of the p-value, the search over windows, widths and weekdays paid for.
        strength: log likelihood ratio, what was paid for the search taken off.
        settled: the set of weekdays is known, not to be looked for again.
    """

    start: float
    width: float
    mask: int
    hits: int
    days: int
    a: float
    b: float
    able_minutes: float
    log_p: float
    strength: float
    settled: bool = False

    @property
    def chance(self) -> float:
        """Share of days that chance explains."""
        return self.a / (self.a + self.b)

    def chance_within(self, width: float) -> float:
        """Return the share of days that chance explains within another width, minutes."""
        return float(-np.expm1(np.log1p(-min(self.chance, 0.99)) * max(LEAST_NARROWING, width / self.width)))

    def on_set(self, hits: int, days: int, width: float, mask: int) -> float:
        """Return the log p-value of hits on a set of weekdays found afterwards, the search paid for.

        Args:
            hits: days it happened.
            days: days it could have.
            width: minutes within which it did; chance grows and shrinks with it.
            mask: the set of weekdays.
        """
        rate, weight = self.chance_within(width), self.a + self.b
        tail = log_chance_tail(hits, days, rate * weight, (1 - rate) * weight)
        return min(0.0, tail + log_searched(min(width, self.width), self.able_minutes) + float(set_costs()[mask]))

    def evidence(self, hits: int, days: int, width: float, mask: int) -> float:
        """Return the log Bayes factor of a habit against chance, the search paid for; as `on_set`."""
        rate = min(self.chance_within(width), MOST_RATE)
        weight = min(self.a + self.b, MOST_CHANCE / rate)
        chance = rate * weight, (1 - rate) * weight
        searched = log_searched(min(width, self.width), self.able_minutes)
        return log_bayes_factor(hits, days, HABIT, chance) - searched - min(float(set_costs()[mask]), MOST_SET_COST)


def log_searched(width: float, able_minutes: float) -> float:
    """Return the logarithm of how many independent windows of all widths a p-value must pay for.

    Args:
        width: minutes.
        able_minutes: minutes of a day in which it could have happened.
    """
    return float(np.log(INDEPENDENT_WIDTHS * max(1.0, able_minutes / width)))


def scan(
    history: History,
    streams: Sequence[Stream],
    times: Sequence[Floats],
    free: Sequence[Bools],
    background: Sequence[Bools],
    frame: Frame,
    present: Present,
    least_share: float = 0.0,
) -> list[Candidate | None]:
    """Return for each stream the window that stands out most, or None where none has four distinct days.

    Args:
        history: the window.
        streams: the streams.
        times: of each stream, its times on the frame's clock.
        free: which of them were not looked at yet; what is beside a window is judged by all of them.
        background: which of them belong to no routine: what the entity does at any time.
        frame: the clock.
        present: when somebody is there.
        least_share: of a set's days; what happens on fewer is not looked at.
    """
    weekday = np.arange(7)[:, None] == history.calendar.weekdays
    groups = (weekday & present.days).astype(np.float32)
    found: list[Candidate | None] = []
    for first in range(0, len(streams), BATCH):
        part = slice(first, first + BATCH)
        found += _scan_batch(
            history, streams[part], times[part], free[part], background[part], frame, present, groups, least_share
        )
    return found


def _scan_batch(
    history: History,
    streams: Sequence[Stream],
    times: Sequence[Floats],
    free: Sequence[Bools],
    background: Sequence[Bools],
    frame: Frame,
    present: Present,
    groups: Floats,
    least_share: float,
) -> list[Candidate | None]:
    best: list[Candidate | None] = [None] * len(streams)
    untouched = all(bool(mask.all()) for mask in free)
    for bin_minutes, widths in WIDTHS:
        reference = make_grid(history, streams, times, frame, present, bin_minutes)
        grid = reference if untouched else _grid_of(history, streams, times, free, frame, present, bin_minutes)
        rest = reference if untouched else _grid_of(history, streams, times, background, frame, present, bin_minutes)
        counted = tally(rest, groups)
        for width in widths:
            growing = GROWING_SETS if frame.by_clock and bin_minutes >= COARSE_MINUTES else 0
            found = look(grid, reference, counted, groups, width // bin_minutes, growing=growing)
            net = strength(found, MIN_DAYS, least_share)
            for row in range(len(streams)):
                best[row] = _better(found, net[row], row, width, bin_minutes, best[row])
    return best


def _grid_of(
    history: History,
    streams: Sequence[Stream],
    times: Sequence[Floats],
    chosen: Sequence[Bools],
    frame: Frame,
    present: Present,
    bin_minutes: int,
) -> Grid:
    own = [np.where(mask, time, np.nan) for mask, time in zip(chosen, times, strict=True)]
    return make_grid(history, streams, own, frame, present, bin_minutes)


def _better(
    found: Windows, net: Floats, row: int, width: int, bin_minutes: int, known: Candidate | None
) -> Candidate | None:
    """Return the best window of a stream: the known one, or that of any kind of set of weekdays here."""
    searched = log_searched(width, 1440 * float(found.able_share[row]))
    starts = np.argmax(net, axis=-1)
    for kind, start in enumerate(starts.tolist()):
        gained = float(net[kind, start])
        # The exact tail is hardly ever smaller than the likelihood ratio by so much; most windows need no closer look.
        if not np.isfinite(gained) or (known is not None and searched - gained - TAIL_MARGIN > known.log_p):
            continue
        candidate = _candidate(found, (row, kind, start), width, bin_minutes, gained)
        if known is None or (candidate.log_p, -candidate.strength) < (known.log_p, -known.strength):
            known = candidate
    return known


def _candidate(found: Windows, place: tuple[int, int, int], width: int, bin_minutes: int, gained: float) -> Candidate:
    hits, days, mask = int(found.hits[place]), int(found.days[place]), int(found.masks[place])
    a, b = float(found.chance.a[place]), float(found.chance.b[place])
    able_minutes = 1440 * float(found.able_share[place[0]])
    searched = log_searched(width, able_minutes) + float(set_costs()[mask])
    log_p = min(0.0, log_chance_tail(hits, days, a, b) + searched)
    return Candidate(place[2] * bin_minutes, width, mask, hits, days, a, b, able_minutes, log_p, gained)
