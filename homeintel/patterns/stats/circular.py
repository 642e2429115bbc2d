"""Circular time of day: 23:58 and 00:03 are five minutes apart."""

import numpy as np
from numpy.typing import ArrayLike

from homeintel.patterns.arrays import Floats

DAY_MINUTES = 1440.0


def circular_difference(a: ArrayLike, b: ArrayLike, period: float = DAY_MINUTES) -> Floats:
    """Return a - b on the circle, in [-period / 2, period / 2)."""
    half = period / 2
    return np.asarray((np.asarray(a, dtype=np.float64) - np.asarray(b, dtype=np.float64) + half) % period - half)


def circular_median(values: ArrayLike, near: float, period: float = DAY_MINUTES) -> float:
    """Return the median of `values` on the circle, unrolled around `near`, in [0, period); NaN when empty."""
    differences = circular_difference(values, near, period)
    return float((near + np.median(differences)) % period) if len(differences) else float("nan")
