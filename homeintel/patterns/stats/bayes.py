"""How much more likely counts are under one rate, known only roughly, than under another."""

from math import lgamma

Beta = tuple[float, float]
"""A share that is known only roughly, as a beta distribution."""


def log_bayes_factor(hits: int, trials: int, habit: Beta, chance: Beta) -> float:
    """Return the log of how much more likely so many hits are where their share is a habit's than where it is chance's.

    Zero trials give 0.

    Source: R. E. Kass and A. E. Raftery, "Bayes factors", J. Am. Stat. Assoc. 90 (1995); beta-binomial likelihoods.
    """
    return _log_likelihood(hits, trials, habit) - _log_likelihood(hits, trials, chance)


def _log_likelihood(hits: int, trials: int, share: Beta) -> float:
    a, b = share
    return _log_beta(a + hits, b + trials - hits) - _log_beta(a, b)


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)
