"""A normal habit over an even background."""

from dataclasses import dataclass

import numpy as np

from homeintel.patterns.arrays import Floats

ROUNDS = 40
LEAST_SPREAD = 1.0
"""Seconds."""


@dataclass(frozen=True)
class Mixture:
    """A normal part over an even background.

    Args:
        centre: mean of the normal part, in the unit of the offsets.
        spread: its standard deviation.
        share: its share of the offsets.
        log_likelihood: of all offsets.
    """

    centre: float
    spread: float
    share: float
    log_likelihood: float


def normal_over_background(offsets: Floats, reach: float, spread: float) -> Mixture:
    """Return a mixture of a normal part and an even background, fitted by EM.

    A spread taken inside a narrow window is too small, one taken in a wide window too large; the mixture is neither.

    Args:
        offsets: seconds from a first guess of the centre, each at most `reach` away; may be empty.
        reach: seconds.
        spread: a first guess of the standard deviation, seconds.

    Source: A. P. Dempster, N. M. Laird, D. B. Rubin, "Maximum likelihood from incomplete data via the EM algorithm",
    J. R. Stat. Soc. B 39 (1977).
    """
    found = Mixture(0.0, max(spread, LEAST_SPREAD), 0.8, 0.0)
    for _ in range(ROUNDS):
        weight, likelihood = _weigh(offsets, reach, found)
        total = float(weight.sum())
        if total < 2:
            return Mixture(found.centre, found.spread, 0.0, -len(offsets) * float(np.log(2 * reach)))
        centre = float((weight * offsets).sum() / total)
        variance = float((weight * (offsets - centre) ** 2).sum() / (total - 0.5))
        share = float(np.clip(total / len(offsets), 0.05, 0.98))
        found = Mixture(centre, max(float(np.sqrt(variance)), LEAST_SPREAD), share, likelihood)
    return found


def _weigh(offsets: Floats, reach: float, found: Mixture) -> tuple[Floats, float]:
    """Return how surely each offset belongs to the normal part, and the log likelihood."""
    apart = (offsets - found.centre) / found.spread
    normal = found.share * np.exp(-0.5 * apart**2) / (found.spread * np.sqrt(2 * np.pi))
    density = normal + (1 - found.share) / (2 * reach)
    return np.asarray(normal / density), float(np.log(density).sum())
