"""The screen of pairs: cheap in a dense home, and nothing that would be reported is lost by it."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeintel.patterns.arrays import Bools
from homeintel.patterns.calendar import DAY
from homeintel.patterns.funnel import Funnel
from homeintel.patterns.history import Stream
from homeintel.patterns.mirrors import without_mirrors
from homeintel.patterns.pairs import detect, detect_pairs
from homeintel.patterns.pairs.candidates import Screened, screen
from homeintel.patterns.pairs.hours import by_hour, expected_a_second, of_each, rates
from homeintel.patterns.pairs.parts import Parts, take_parts
from homeintel.patterns.presence import find_presence
from homeintel.patterns.stats.fdr import benjamini_hochberg
from homeintel.simulate import simulate_home
from homeintel.store import Store
from tests.patterns.homes import Home, history_of


def _everything(parts: Parts, home_days: Bools, *, cells: int) -> Screened:
    """A screen that lets every pair pass."""
    grids = np.meshgrid(np.arange(len(parts.triggers)), np.arange(len(parts.actions)), indexing="ij")
    pairs = np.stack([grid.ravel() for grid in grids], axis=1)
    return Screened(pairs, np.zeros(len(pairs)), screen(parts, home_days, cells=cells).judged)


@pytest.mark.parametrize(
    ("kind", "seed", "least"), [("noisy", 21, 3), ("hard", 22, 2), ("family", 23, 3), ("empty", 24, 0)]
)
def test_no_pair_that_would_be_reported_is_screened_out(
    store: Store, monkeypatch: pytest.MonkeyPatch, kind: str, seed: int, least: int
) -> None:
    home = simulate_home(seed=seed, days=30, end=date(2026, 11, 8), kind=kind)
    history = without_mirrors(history_of(home, store))
    home_days = find_presence(history).home
    screened = detect_pairs(history, home_days)
    monkeypatch.setattr(detect, "screen", _everything)
    judged = detect_pairs(history, home_days)
    q_values = benjamini_hochberg([traced.pattern.p_value for traced in judged.found], judged.tests)
    reported = [traced.pattern for traced, q in zip(judged.found, q_values.tolist(), strict=True) if q <= 0.05]
    assert len(reported) >= least
    assert [one for one in reported if one not in [traced.pattern for traced in screened.found]] == []
    assert screened.tests == judged.tests


def test_a_dense_home_without_habits_lets_next_to_nothing_pass(store: Store) -> None:
    rng = np.random.default_rng(1)
    home = Home(days=14)
    home.life(rng, [f"light.lamp_{number}" for number in range(40)], uses=20)
    home.life(rng, [f"binary_sensor.door_{number}" for number in range(20)], uses=20)
    history = home.history(store)
    everyday = np.ones(home.days, dtype=bool)
    screened = screen(take_parts(history, everyday, Funnel("co_occurrence")), everyday)
    assert screened.judged == 120 * 80
    own = 2 * 40  # on, then off of the same lamp
    assert len(screened.pairs) <= own + 0.002 * screened.judged


def _stream(wall: list[int]) -> Stream:
    times = np.sort(np.array(wall, dtype=np.float64))
    return Stream(0, 0, times, times, np.zeros(len(times), dtype=np.int64))


WALLS = st.lists(st.integers(0, 4 * int(DAY) - 1), min_size=1, max_size=30)


@settings(max_examples=60, deadline=None)
@given(WALLS)
def test_rates_of_all_hours_give_back_the_changes(wall: list[int]) -> None:
    stream = _stream(wall)
    assert by_hour(stream).sum() == len(wall)
    assert (rates(stream, 4) * 4 * 3600).sum() == pytest.approx(len(wall))


def test_a_rate_is_taken_from_three_hours_around_the_clock() -> None:
    stream = _stream([30 * 60, int(DAY) + 30 * 60, 12 * 3600])
    found = rates(stream, 2) * 2 * 3 * 3600
    assert found.round(9).tolist() == [2, 2, *[0] * 9, 1, 1, 1, *[0] * 9, 2]


@settings(max_examples=40, deadline=None)
@given(st.lists(WALLS, min_size=1, max_size=3), st.lists(WALLS, min_size=1, max_size=3))
def test_what_is_expected_is_the_actions_rate_at_each_of_the_triggers_times(
    first: list[list[int]], second: list[list[int]]
) -> None:
    triggers, actions = [_stream(wall) for wall in first], [_stream(wall) for wall in second]
    expected = [
        [sum(rates(action, 4)[int(time % DAY // 3600)] for time in trigger.wall) for action in actions]
        for trigger in triggers
    ]
    assert expected_a_second(of_each(triggers), actions, 4) == pytest.approx(np.array(expected))
