"""What an action's chance is taken from: control times on other days, beside, as long after a change, and its rate by hour."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeintel.patterns import detect_all
from homeintel.patterns.history import History, Stream
from homeintel.patterns.pairs.chance import Chances, estimated
from homeintel.patterns.pairs.judge import Judge
from homeintel.store import Store
from tests.patterns.homes import Home


def test_a_usual_rate_of_one_half_is_jeffreys_prior() -> None:
    chance = estimated(3, 80, 0.5)
    assert (chance.a, chance.b) == (3.5, 77.5)


def test_without_a_control_time_the_share_is_the_usual_one() -> None:
    assert estimated(0, 0, 0.02).share == pytest.approx(0.02)


def test_control_times_with_the_action_are_not_diluted_by_a_low_rate() -> None:
    assert estimated(20, 50, 0.01).share == pytest.approx(0.4)


def test_few_control_times_allow_for_no_more_than_the_rate_does() -> None:
    cautious, informed = estimated(0, 40, 0.5), estimated(0, 40, 0.01)
    assert informed.share == pytest.approx(0.5 / (40 + 50))
    assert informed.log_tail(5, 10) < cautious.log_tail(5, 10) - 3


@given(st.integers(0, 50), st.integers(0, 300), st.floats(0, 1), st.floats(0, 1))
def test_chance_grows_with_the_rate_and_never_falls_below_what_was_seen(
    seen: int, more: int, one: float, other: float
) -> None:
    controls = seen + more
    low, high = (estimated(seen, controls, rate) for rate in sorted((one, other)))
    assert 0 < low.share <= high.share < 1
    assert low.share >= min(seen / max(1, controls), 0.5) * 0.999
    assert low.log_tail(3, 5) <= high.log_tail(3, 5) + 1e-9


def _streams(history: History, *names: str) -> tuple[Stream, ...]:
    found = {(history.entities[s.entity], history.states[s.state]): s for s in history.streams}
    return tuple(found[name.rpartition(" ")[0], name.rpartition(" ")[2]] for name in names)


def _together(seed: int) -> Home:
    """Two lamps, the second switched on after the first; each goes off by itself after ten minutes or so."""
    rng = np.random.default_rng(seed)
    home = Home()
    home.life(rng, ["light.desk", "light.bath"])
    for day in range(home.days):
        for hour in (8, 12, 16, 20):
            minute = 60 * hour + rng.uniform(0, 120)
            home.switch(day, minute, "light.first", rng.lognormal(np.log(10), 0.5))
            home.switch(day, minute + rng.uniform(10, 40) / 60, "light.second", rng.lognormal(np.log(10), 0.5))
    return home


def test_what_goes_off_at_its_own_age_does_not_follow_another(store: Store) -> None:
    history = _together(1).history(store)
    first, second = _streams(history, "light.first off", "light.second off")
    everyday = np.ones(30, dtype=bool)
    pair = Judge(history, everyday).within(first, second, 300.0)
    assert pair.hit.sum() > 20
    assert pair.chance == pytest.approx(pair.hit.sum() / pair.open.sum(), abs=0.1)
    found = {(p.trigger_entity_id, p.entity_id, p.state) for p in detect_all(history).patterns if p.trigger_entity_id}
    assert found == {("light.first", "light.second", "on")}


def test_what_goes_off_after_another_whatever_its_age_is_a_pair(store: Store) -> None:
    rng = np.random.default_rng(2)
    home = Home()
    home.life(rng, ["light.desk", "light.bath"])
    for day in range(home.days):
        for hour in (9, 14, 19):
            minute, lasts = 60 * hour + rng.uniform(0, 120), rng.uniform(5, 55)
            home.switch(day, minute, "switch.tv", lasts)
            home.switch(day, minute + 0.3, "light.shelf", lasts - 0.3 + rng.lognormal(np.log(15), 0.4) / 60)
    pairs = {(p.trigger_entity_id, p.entity_id, p.state) for p in detect_all(home.history(store)).patterns}
    assert ("switch.tv", "light.shelf", "off") in pairs


def test_the_even_chance_is_over_the_time_in_which_the_thing_is_off(store: Store) -> None:
    home = Home(days=10)
    for day in range(home.days):
        home.change(day, 0, "light.lamp", "off")
        home.change(day, 720, "light.lamp", "on")
    history = home.history(store)
    (action,) = _streams(history, "light.lamp on")
    even = Chances(history, np.ones(10, dtype=bool)).even(action, 600.0)
    assert even == pytest.approx(1 - np.exp(-10 * 600 / (10 * 43200)), rel=1e-6)


def test_a_condition_makes_no_pair_less_sure(store: Store) -> None:
    rng = np.random.default_rng(3)
    home = Home()
    home.life(rng, ["light.desk", "light.bath"])
    for day in range(home.days):
        for minute in rng.uniform(500, 1000, 2):
            home.switch(day, minute, "switch.tv", 20)
        # At the same minutes of other days the blind is closed as well: little tells the pair by these alone.
        minute = 1170 + rng.normal(0, 3)
        home.switch(day, minute, "switch.tv", 20)
        if rng.random() < 0.7:
            home.change(day, minute + rng.lognormal(4.8, 0.4) / 60, "cover.blind", "closed")
            home.change(day, 1400, "cover.blind", "open")
    trigger, action = _streams(history := home.history(store), "switch.tv on", "cover.blind closed")
    judge = Judge(history, np.ones(home.days, dtype=bool))
    pair = judge.judge(trigger, action)
    assert pair is not None
    assert pair.condition.cost > 0
    assert pair.chance > judge.within(trigger, action, pair.window).chance
    assert pair.log_p <= judge.within(trigger, action, pair.window).log_p + np.log(9) + 1e-9
