import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from homeintel.patterns.stats.circular import circular_difference, circular_median
from homeintel.patterns.stats.fdr import benjamini_hochberg
from homeintel.patterns.stats.intervals import next_time, wilson
from homeintel.patterns.stats.mixture import normal_over_background
from homeintel.patterns.stats.robust import robust_spread, trimmed_spread


@given(st.integers(1, 500), st.data())
def test_wilson_is_scipys(trials: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, trials))
    expected = stats.binomtest(hits, trials).proportion_ci(method="wilson")
    assert wilson(hits, trials) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_wilson_without_trials_knows_nothing() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50))
def test_benjamini_hochberg_is_scipys(p_values: list[float]) -> None:
    assert benjamini_hochberg(p_values) == pytest.approx(stats.false_discovery_control(p_values), abs=1e-12)


def test_candidates_that_are_not_listed_count() -> None:
    assert benjamini_hochberg([0.001, 0.01], tests=100).tolist() == pytest.approx([0.1, 0.5])
    assert benjamini_hochberg([], tests=10).tolist() == []


@given(st.floats(0, 1439.99), st.floats(-700, 700))
def test_circular_difference_undoes_an_addition(minute: float, shift: float) -> None:
    assert float(circular_difference((minute + shift) % 1440, minute)) == pytest.approx(shift, abs=1e-6)


def test_midnight_is_between_its_neighbours() -> None:
    assert circular_median([1438.0, 3.0], near=0.0) == pytest.approx(0.5)
    assert np.isnan(circular_median([], near=0.0))


def test_spreads_of_a_normal_sample_and_of_nothing() -> None:
    sample = np.random.default_rng(0).normal(0, 10, 4000)
    assert robust_spread(sample) == pytest.approx(10, rel=0.06)
    assert 6 < trimmed_spread(sample) < 10
    assert (robust_spread(sample[:1]), trimmed_spread(sample[:1])) == (0.0, 0.0)


@pytest.mark.parametrize(("spread", "background"), [(120.0, 0), (600.0, 10), (1500.0, 6)])
def test_the_mixture_finds_the_spread_under_a_background(spread: float, background: int) -> None:
    rng = np.random.default_rng(3)
    reach = 5400.0
    habit = rng.normal(200, spread, 60)
    offsets = np.concatenate([habit[np.abs(habit) < reach], rng.uniform(-reach, reach, background)])
    found = normal_over_background(offsets, reach, 900.0)
    assert found.centre == pytest.approx(200, abs=0.5 * spread)
    assert found.spread == pytest.approx(spread, rel=0.35)
    assert found.share == pytest.approx(60 / (60 + background), abs=0.2)


def test_the_mixture_of_nothing_keeps_the_first_guess() -> None:
    found = normal_over_background(np.array([]), 3600.0, 300.0)
    assert (found.centre, found.spread) == (0.0, 300.0)


def test_the_next_time_weighs_what_was_known_before_by_its_occasions() -> None:
    assert next_time(9, 9) == pytest.approx((9 + 3.2) / 13)
    assert next_time(9, 9, prior_share=0.7, prior_trials=8) == pytest.approx((9 + 5.6) / 17)
    assert next_time(0, 0, prior_share=0.7, prior_trials=8) == pytest.approx(0.7)
