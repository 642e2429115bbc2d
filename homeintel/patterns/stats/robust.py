"""Spreads that one odd value can't move."""

import numpy as np

from homeintel.patterns.arrays import Floats

MAD_TO_SIGMA = 1.4826
"""Of a normal distribution: standard deviation over median absolute deviation."""


def robust_spread(values: Floats) -> float:
    """Return a standard deviation estimated from the median absolute deviation; 0.0 for fewer than two values.

    Source: F. R. Hampel, "The influence curve and its role in robust estimation", JASA 69 (1974).
    """
    if len(values) < 2:
        return 0.0
    return float(MAD_TO_SIGMA * np.median(np.abs(values - np.median(values))))


def trimmed_spread(values: Floats) -> float:
    """Return the standard deviation after the outer tenth on each side is pulled in (winsorised); 0.0 below two."""
    if len(values) < 2:
        return 0.0
    low, high = np.quantile(values, (0.1, 0.9))
    return float(np.std(np.clip(values, low, high), ddof=1))
