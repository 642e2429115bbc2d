import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from homeintel.patterns.stats.tails import log_binomial_tail, log_chance_tail


@given(st.integers(0, 400), st.data(), st.floats(1e-6, 1 - 1e-6))
def test_binomial_tail_is_scipys(trials: int, data: st.DataObject, probability: float) -> None:
    hits = data.draw(st.integers(0, trials))
    expected = stats.binom.logsf(hits - 1, trials, probability)
    if expected > -600:
        assert log_binomial_tail(hits, trials, probability) == pytest.approx(expected, rel=1e-6, abs=1e-8)


@given(st.integers(1, 200), st.data(), st.floats(0.05, 50), st.floats(0.05, 500))
def test_chance_tail_is_scipys_beta_binomial(trials: int, data: st.DataObject, a: float, b: float) -> None:
    hits = data.draw(st.integers(0, trials))
    terms = stats.betabinom.logpmf(np.arange(hits, trials + 1), trials, a, b)
    expected = min(0.0, float(special.logsumexp(terms)))
    assert log_chance_tail(hits, trials, a, b) == pytest.approx(expected, rel=1e-6, abs=1e-7)


def test_tails_at_their_ends() -> None:
    assert log_binomial_tail(0, 10, 0.1) == 0.0
    assert log_binomial_tail(11, 10, 0.1) == -np.inf
    assert log_binomial_tail(1, 10, 0.0) == -np.inf
    assert log_binomial_tail(10, 10, 1.0) == 0.0
    assert log_chance_tail(0, 10, 1, 1) == 0.0
    assert log_chance_tail(11, 10, 1, 1) == -np.inf


def test_little_knowledge_of_chance_makes_the_tail_heavier() -> None:
    assert log_chance_tail(8, 10, 0.5, 9.5) > log_chance_tail(8, 10, 5, 95) > log_binomial_tail(8, 10, 0.05)
