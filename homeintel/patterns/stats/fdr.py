"""False-discovery rate over all candidates of a night."""

import numpy as np
from numpy.typing import ArrayLike

from homeintel.patterns.arrays import Floats


def benjamini_hochberg(p_values: ArrayLike, tests: int | None = None) -> Floats:
    """Return the q-value of each p-value, in the order given.

    Args:
        p_values: shape (n,), in [0, 1].
        tests: how many candidates were judged in all; those not listed count as p = 1. Default: n.

    Source: Y. Benjamini and Y. Hochberg, "Controlling the false discovery rate", J. R. Stat. Soc. B 57 (1995).
    """
    p = np.asarray(p_values, dtype=np.float64)
    count = max(len(p), tests or 0)
    order = np.argsort(p, kind="stable")
    scaled = p[order] * count / np.arange(1, len(p) + 1)
    lowest_from_here = np.minimum.accumulate(scaled[::-1])[::-1]
    q = np.empty_like(p)
    q[order] = np.minimum(lowest_from_here, 1.0)
    return q
