"""A normal habit over an even background."""

import numpy as np

from homeintel.patterns.arrays import Floats

ROUNDS = 40
LEAST_SPREAD = 1.0
"""Seconds."""


def normal_over_background(offsets: Floats, reach: float, spread: float) -> tuple[float, float]:
    """Return centre and standard deviation of the normal part of a mixture with an even background, by EM.

    A spread taken inside a narrow window is too small, one taken in a wide window too large; the mixture is neither.

    Args:
        offsets: seconds from a first guess of the centre, each at most `reach` away; may be empty.
        reach: seconds.
        spread: a first guess of the standard deviation, seconds.

    Source: A. P. Dempster, N. M. Laird, D. B. Rubin, "Maximum likelihood from incomplete data via the EM algorithm",
    J. R. Stat. Soc. B 39 (1977).
    """
    centre, share = 0.0, 0.8
    spread = max(spread, LEAST_SPREAD)
    for _ in range(ROUNDS):
        normal = share * np.exp(-0.5 * ((offsets - centre) / spread) ** 2) / (spread * np.sqrt(2 * np.pi))
        weight = normal / (normal + (1 - share) / (2 * reach))
        total = float(weight.sum())
        if total < 2:
            break
        centre = float((weight * offsets).sum() / total)
        spread = max(float(np.sqrt((weight * (offsets - centre) ** 2).sum() / (total - 0.5))), LEAST_SPREAD)
        share = float(np.clip(total / len(offsets), 0.05, 0.98))
    return centre, spread
