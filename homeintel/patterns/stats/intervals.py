"""Intervals of a share."""

from math import sqrt

Z_95 = 1.959963984540054
"""Two-sided 95 %."""


def wilson(hits: float, trials: float, z: float = Z_95) -> tuple[float, float]:
    """Return Wilson's score interval of hits / trials; (0.0, 1.0) without trials.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).
    """
    if trials <= 0:
        return 0.0, 1.0
    share = hits / trials
    denominator = 1 + z * z / trials
    centre = (share + z * z / (2 * trials)) / denominator
    half = z * sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials)) / denominator
    return max(0.0, centre - half), min(1.0, centre + half)


PRIOR_SHARE, PRIOR_TRIALS = 0.8, 4.0
"""What is known of a habit before it is counted: reported habits are kept on about so many of their occasions, and the ones
that look perfect over a few are partly luck."""


def next_time(
    hits: float, trials: float, *, prior_share: float = PRIOR_SHARE, prior_trials: float = PRIOR_TRIALS
) -> float:
    """Return how likely a habit seen on `hits` of `trials` occasions happens on the next one.

    Args:
        hits: occasions on which it happened.
        trials: occasions.
        prior_share: on which share of occasions such habits happen.
        prior_trials: so many occasions that is worth.

    Source: A. Agresti, B. A. Coull, "Approximate is better than exact for interval estimation of binomial proportions",
    Am. Stat. 52 (1998): a share is best stated after adding a few made occasions.
    """
    return (hits + prior_share * prior_trials) / (trials + prior_trials)
