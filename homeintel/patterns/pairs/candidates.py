"""Which (trigger, action) pairs are worth a closer look: one pass over all changes, cheap and generous."""

from dataclasses import dataclass

import numpy as np

from homeintel.patterns.arrays import Bools, Floats, Ints
from homeintel.patterns.pairs.counts import CELLS, counted_blocks
from homeintel.patterns.pairs.hours import expected_a_second, of_each
from homeintel.patterns.pairs.parts import Parts

MOST_LAG = 600.0
"""Seconds; what comes later is not the trigger's doing as far as anyone can tell."""

SCREEN_LAGS = (10.0, 60.0, 180.0, MOST_LAG)
SCREEN_HITS = 3
SCREEN_RATIO = 8.0
SCREEN_SHARE = 0.03
"""A pair passes the screen where, at one of the lags, its log likelihood ratio against the action's rate at these hours is so
great (less can't survive the correction over thousands of pairs), and it happens on so many of the trigger's occasions: after
dark alone, say, of a sensor that is tripped all day. An even rate over 24 hours would let every pair of a dense home pass, as
people are awake in 16 of them."""

LEAST_EXPECTED = 1e-3
"""Matches: fewer are taken for so many."""


@dataclass(frozen=True)
class Screened:
    """The outcome of the screen.

    Args:
        pairs: indices into the triggers and the actions: shape (pairs, 2), ordered.
        ratios: the greatest log likelihood ratio of each: shape (pairs,).
        judged: pairs that have any occasion at all; what the false-discovery rate counts.
        nearest: of the pairs dropped the nearest to passing, as indices; None where all passed.
    """

    pairs: Ints
    ratios: Floats
    judged: int
    nearest: tuple[int, int] | None = None


def screen(parts: Parts, home_days: Bools, *, cells: int = CELLS) -> Screened:
    """Return the pairs worth judging.

    Args:
        parts: triggers and actions.
        home_days: days that count: shape (days,).
        cells: at most so many counts are held at once; changes nothing in the result.
    """
    triggers, actions = parts.triggers, parts.actions
    if not triggers or not actions:
        return Screened(np.zeros((0, 2), dtype=np.int64), np.zeros(0), 0)
    n_trigger = np.array([len(s.time) for s in triggers])
    hours, days = of_each(triggers), max(1, int(home_days.sum()))
    pairs, ratios, judged, misses = [], [], 0, []
    for begin, counts in counted_blocks(triggers, actions, SCREEN_LAGS, cells=cells):
        trigger, action = np.nonzero(counts.any(axis=2))
        table = np.cumsum(counts[trigger, action], axis=1)
        a_second = expected_a_second(hours, actions[begin : begin + counts.shape[1]], days)[trigger, action]
        action += begin
        ratio, nearness, passing = _judged(table, n_trigger[trigger], a_second)
        judged += len(trigger)
        pairs.append(np.stack([trigger[passing], action[passing]], axis=1))
        ratios.append(ratio[passing].max(axis=1))
        if not passing.all():
            best = int(np.argmax(np.where(passing, -1.0, nearness)))
            misses.append((-float(nearness[best]), int(trigger[best]), int(action[best])))
    found = np.concatenate(pairs)
    order = np.lexsort((found[:, 1], found[:, 0]))
    return Screened(found[order], np.concatenate(ratios)[order], judged, min(misses)[1:] if misses else None)


def _judged(table: Ints, n_trigger: Ints, a_second: Floats) -> tuple[Floats, Floats, Bools]:
    """Return the log likelihood ratios, shape (pairs, lags), how near each pair is to passing, and which pass."""
    expected = a_second[:, None] * np.array(SCREEN_LAGS)
    over = np.maximum(table, 1) / np.maximum(expected, LEAST_EXPECTED)
    ratio = np.where(table > expected, table * np.log(over) - (table - expected), 0.0)
    least = SCREEN_SHARE * n_trigger[:, None]
    enough = (table >= SCREEN_HITS) & (ratio >= SCREEN_RATIO) & (table >= least)
    nearness = np.minimum(ratio / SCREEN_RATIO, table / np.maximum(SCREEN_HITS, least)).max(axis=1)
    return ratio, nearness, np.asarray(enough.any(axis=1))
