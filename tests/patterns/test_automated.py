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


def test_the_recorded_cause_decides_where_there_is_one() -> None:
    lags = np.linspace(1, 100, 10)
    assert is_automated(lags, np.full(10, AUTOMATION, dtype=np.int64))
    assert not is_automated(np.zeros(0), np.zeros(0, dtype=np.int64), by_clock=True)
