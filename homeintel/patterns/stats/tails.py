"""Exact upper tails of the binomial and the beta-binomial distribution, in logarithms, by numpy alone.

scipy.stats would cost 1.5 s of import in each kernel; the tests hold these against it.
"""

from math import exp, lgamma, log, log1p

import numpy as np

from homeintel.patterns.arrays import Floats


def log_binomial_tail(hits: int, trials: int, probability: float) -> float:
    """Return log P(X >= hits) for X binomial(trials, probability); 0.0 where certain, -inf where impossible."""
    if hits <= 0 or (probability >= 1 and hits <= trials):
        return 0.0
    if hits > trials or probability <= 0:
        return -np.inf
    first = _log_choose(trials, hits) + hits * log(probability) + (trials - hits) * log1p(-probability)
    k = np.arange(hits, trials, dtype=np.float64)
    odds = probability / (1 - probability)
    return _log_sum(first, np.log((trials - k) / (k + 1) * odds))


def log_chance_tail(hits: int, trials: int, a: float, b: float) -> float:
    """Return log P(X >= hits) where the chance rate itself was only estimated: X is beta-binomial(trials, a, b).

    The rate has the distribution Beta(a, b), such as (1/2 + times seen, 1/2 + times not seen) after Jeffreys' prior.
    Few observations of chance make the tail heavier: the p-value says so instead of trusting a rate of zero.

    Source: A. Gelman et al., "Bayesian Data Analysis", 3rd ed. (2013), section 2.8 and appendix A.
    """
    if hits <= 0:
        return 0.0
    if hits > trials:
        return -np.inf
    first = _log_choose(trials, hits) + _log_beta(hits + a, trials - hits + b) - _log_beta(a, b)
    k = np.arange(hits, trials, dtype=np.float64)
    return _log_sum(first, np.log((trials - k) / (k + 1) * (k + a) / (trials - k - 1 + b)))


def _log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def _log_sum(first: float, log_ratios: Floats) -> float:
    """Return the logarithm of a sum of terms, given the first one and the ratio of each to the one before."""
    terms = np.concatenate([[0.0], np.cumsum(log_ratios)])
    highest = float(terms.max())
    return min(0.0, first + highest + log(float(np.exp(terms - highest).sum())))


def probability(log_p: float) -> float:
    """Return a p-value from its logarithm; 0.0 where it is too small for a float."""
    return exp(log_p) if log_p > -700 else 0.0
