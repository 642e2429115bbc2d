"""How surprising something is, on one scale for everything."""

from math import exp, log

import numpy as np

from homeintel.patterns.arrays import Floats

LARGEST = 20
"""The largest values that the tail is fitted to."""


def score(log_chance: float) -> float:
    """Return a chance as a score in [0, 1): 0 for what happens anyway, 0.5 at one in a hundred, 0.75 at one in a million.

    Args:
        log_chance: natural logarithm of the chance that such a thing happens in the window by accident.
    """
    digits = max(0.0, -log_chance / log(10))
    return digits / (digits + 2)


def log_tail_chance(value: float, others: Floats) -> float:
    """Return the log chance that the largest of such values is at least `value`, judged by the others' upper tail.

    The excesses of the largest others over the least of them are taken as exponential; the scale is never less than a
    third of that least value, since a tail known from few values may be longer than it looks.

    Args:
        value: what is judged, positive.
        others: the other values, positive; with fewer than two of them nothing is surprising.

    Source: J. Pickands, "Statistical inference using extreme order statistics", Ann. Statist. 3 (1975).
    """
    if len(others) < 2:
        return 0.0
    count = min(LARGEST, max(2, len(others) // 4))
    top = np.partition(others, len(others) - count)[-count:]
    least = float(top.min())
    scale = max(float(top.mean()) - least, least / 3, 1e-9)
    return min(0.0, log(count) - (value - least) / scale)


def at_least_one(log_chance: float, trials: int) -> float:
    """Return the log chance that something of the given log chance happens at least once in so many trials."""
    return min(0.0, log_chance + log(max(1, trials))) if log_chance > -700 else log_chance


def chance(log_chance: float) -> float:
    """Return the chance itself."""
    return exp(max(log_chance, -700.0))
