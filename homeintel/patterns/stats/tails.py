"""Exact upper tails of the binomial and the beta-binomial distribution, in logarithms, by numpy alone.

scipy.stats would cost 1.5 s of import in each kernel; the tests hold these against it.
"""

import numpy as np
from numpy.typing import ArrayLike

from homeintel.patterns.arrays import Floats

_LANCZOS = (
    0.99999999999980993,
    676.5203681218851,
    -1259.1392167224028,
    771.32342877765313,
    -176.61502916214059,
    12.507343278686905,
    -0.13857109526572012,
    9.9843695780195716e-6,
    1.5056327351493116e-7,
)
"""Lanczos' coefficients for g = 7, n = 9 (Godfrey 2001): about 15 digits for arguments above 0.5."""


def log_gamma(x: ArrayLike) -> Floats:
    """Return the logarithm of the gamma function for x > 0, element by element.

    Source: C. Lanczos, "A precision approximation of the gamma function", SIAM J. Numer. Anal. B 1 (1964).
    """
    values = np.asarray(x, dtype=np.float64)
    small = values < 0.5
    shifted = np.where(small, values, values - 1.0)  # below 0.5: log_gamma(x) = log_gamma(x + 1) - log(x)
    series = np.full(values.shape, _LANCZOS[0])
    for index, coefficient in enumerate(_LANCZOS[1:], start=1):
        series = series + coefficient / (shifted + index)
    base = shifted + 7.5
    result = 0.5 * np.log(2 * np.pi) + (shifted + 0.5) * np.log(base) - base + np.log(series)
    return np.asarray(np.where(small, result - np.log(np.where(small, values, 1.0)), result))


def log_binomial_tail(hits: int, trials: int, probability: float) -> float:
    """Return log P(X >= hits) for X binomial(trials, probability); 0.0 where certain, -inf where impossible."""
    if hits <= 0:
        return 0.0
    if hits > trials or probability <= 0:
        return -np.inf
    if probability >= 1:
        return 0.0
    k = np.arange(hits, trials + 1, dtype=np.float64)
    terms = _log_choose(trials, k) + k * np.log(probability) + (trials - k) * np.log1p(-probability)
    return min(0.0, _log_sum(terms))


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
    k = np.arange(hits, trials + 1, dtype=np.float64)
    terms = _log_choose(trials, k) + _log_beta(k + a, trials - k + b) - float(_log_beta(np.asarray(a), np.asarray(b)))
    return min(0.0, _log_sum(terms))


def _log_choose(n: int, k: Floats) -> Floats:
    return np.asarray(log_gamma(n + 1.0) - log_gamma(k + 1.0) - log_gamma(n - k + 1.0))


def _log_beta(a: Floats, b: Floats) -> Floats:
    return np.asarray(log_gamma(a) + log_gamma(b) - log_gamma(a + b))


def _log_sum(terms: Floats) -> float:
    highest = float(terms.max())
    return highest + float(np.log(np.exp(terms - highest).sum()))
