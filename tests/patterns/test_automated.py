"""Whether a machine does it already."""

import numpy as np
import pytest

from homeintel.patterns.automated import is_automated
from homeintel.patterns.history import AUTOMATION


@pytest.mark.parametrize(
    ("exact", "late", "expected"),
    [(11, 2, True), (11, 11, True), (11, 12, False), (4, 0, False), (5, 5, True)],
)
def test_half_the_changes_on_one_second_of_the_day_are_a_machines(exact: int, late: int, expected: bool) -> None:
    seconds = np.concatenate([np.linspace(0.0, 0.4, exact), 900 + 61.0 * np.arange(late)])
    assert is_automated(seconds, np.zeros(0, dtype=np.int64), by_clock=True) is expected


def test_a_persons_minutes_are_not_a_machines() -> None:
    seconds = np.random.default_rng(1).normal(0, 240, 40)
    assert not is_automated(seconds, np.zeros(40, dtype=np.int64), by_clock=True)


def test_lags_are_judged_by_their_middle() -> None:
    lags = np.concatenate([np.full(6, 3.0), np.linspace(4, 60, 5)])
    none = np.zeros(len(lags), dtype=np.int64)
    assert not is_automated(lags, none)
    assert is_automated(np.full(6, 300.2), none)
    assert not is_automated(np.full(4, 300.2), none)


@pytest.mark.parametrize(
    ("lag", "spread", "expected"),
    [
        (0.8, 0.25, True),
        (3.0, 0.3, True),
        (3.0, 0.8, False),
        (12.0, 0.9, True),
        (300.0, 0.9, True),
        (300.0, 1.2, False),
    ],
)
def test_a_short_lag_is_a_machines_only_where_it_varies_by_little_of_itself(
    lag: float, spread: float, expected: bool
) -> None:
    middle = np.linspace(lag - 1.4 * spread, lag + 1.4 * spread, 15)  # the middle 60 % span 1.68 spreads
    assert is_automated(middle, np.zeros(15, dtype=np.int64)) is expected


@pytest.mark.parametrize("lag", [2.0, 3.0, 6.0])
def test_people_who_react_within_seconds_are_not_called_machines(lag: float) -> None:
    rng = np.random.default_rng(1)
    called = [is_automated(rng.lognormal(np.log(lag), 0.45, 12), np.zeros(12, dtype=np.int64)) for _ in range(400)]
    assert np.mean(called) < 0.02


def test_the_recorded_cause_decides_where_there_is_one() -> None:
    lags = np.linspace(1, 100, 10)
    assert is_automated(lags, np.full(10, AUTOMATION, dtype=np.int64))
    assert not is_automated(np.zeros(0), np.zeros(0, dtype=np.int64), by_clock=True)
