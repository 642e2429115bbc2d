"""How surprising something is, on one scale for everything."""

from math import exp, log, log1p

import numpy as np

from homeintel.patterns.arrays import Floats, Ints

LARGEST = 20
LEAST_TAIL = 10
"""The tail is fitted to the largest quarter of the values, at most and at least so many of them (of few, to half)."""


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
    third of that least value, since a tail known from few values may be longer than it looks. The scale itself is only
    known from those few excesses, which makes the chance of the next one that of a Lomax distribution.

    Args:
        value: what is judged, positive.
        others: the other values, positive; with fewer than two of them nothing is surprising.

    Source: J. Pickands, "Statistical inference using extreme order statistics", Ann. Statist. 3 (1975); for the unknown
    scale J. Aitchison and I. R. Dunsmore, "Statistical Prediction Analysis" (1975).
    """
    if len(others) < 2:
        return 0.0
    count = min(LARGEST, max(len(others) // 4, min(LEAST_TAIL, len(others) // 2), 2))
    top = np.partition(others, len(others) - count)[-count:]
    least = float(top.min())
    scale = max(float(top.mean()) - least, least / 3, 1e-9)
    return min(0.0, log(count) - count * log1p(max(0.0, value - least) / (count * scale)))


def standing_out(values: Floats, *, ratio: float, least: float, log_limit: float, most: int) -> Ints:
    """Return the positions of the largest values that stand out from all others, the largest first.

    As many as possible, so that two outages do not hide each other: the smallest of them is still `ratio` times the
    largest of the rest, and beyond the tail of the rest.

    Args:
        values: positive, in any order.
        ratio: how many times the largest other value each must reach.
        least: what each must reach anyway.
        log_limit: natural logarithm of the chance that none may exceed.
        most: how many may stand out; a quarter of all values at most.
    """
    order = np.argsort(-values, kind="stable")
    ranked = values[order]
    for count in range(min(most, len(values) // 4), 0, -1):
        smallest = float(ranked[count - 1])
        if smallest >= max(least, ratio * float(ranked[count])) and (
            log_tail_chance(smallest, ranked[count:]) <= log_limit
        ):
            return np.asarray(order[:count])
    return np.zeros(0, dtype=np.int64)


def at_least_one(log_chance: float, trials: int) -> float:
    """Return the log chance that something of the given log chance happens at least once in so many trials."""
    return min(0.0, log_chance + log(max(1, trials))) if log_chance > -700 else log_chance


def chance(log_chance: float) -> float:
    """Return the chance itself."""
    return exp(max(log_chance, -700.0))
