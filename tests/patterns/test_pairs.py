"""Pairs: conditions, common causes, chains, groups, sensors that only see who acts."""

import numpy as np
import pytest

from homeintel.patterns import detect_all
from homeintel.patterns.calendar import Calendar
from homeintel.patterns.findings import Pattern
from homeintel.patterns.history import History
from homeintel.store import Store
from tests.patterns.homes import Home


def _home(seed: int = 1) -> tuple[Home, np.random.Generator]:
    rng = np.random.default_rng(seed)
    home = Home()
    home.life(rng, ["light.desk", "light.bath"])
    return home, rng


def _pairs(history: History) -> dict[tuple[str, str], Pattern]:
    found = detect_all(history).patterns
    return {(p.trigger_entity_id or "", p.entity_id): p for p in found if p.kind == "co_occurrence" and p.state == "on"}


def test_a_pair_that_only_happens_in_the_dark_says_so(store: Store) -> None:
    home, rng = _home()
    sun = Calendar(home.first_day, home.days, home.zone, home.latitude, home.longitude)
    for day in range(home.days):
        for minute in rng.uniform(420, 1380, 8):
            home.switch(day, minute, "binary_sensor.front_door", 1)
            if not sun.sunrise[day] < minute < sun.sunset[day] and rng.random() < 0.85:
                home.switch(day, minute + rng.lognormal(2.5, 0.4) / 60, "light.porch")
    pair = _pairs(home.history(store))["binary_sensor.front_door", "light.porch"]
    assert pair.conditions == {"after": "sunset", "before": "sunrise"}
    assert pair.confidence == pytest.approx(0.85, abs=0.1)


def test_a_pair_of_weekdays_says_so(store: Store) -> None:
    home, rng = _home()
    for day in range(home.days):
        for minute in rng.uniform(420, 1380, 5):
            home.switch(day, minute, "switch.amplifier", 20)
            if home.weekday(day) < 5 and rng.random() < 0.9:
                home.switch(day, minute + rng.lognormal(3, 0.4) / 60, "light.shelf")
    assert _pairs(home.history(store))["switch.amplifier", "light.shelf"].days == "weekday"


def test_two_actions_of_one_cause_are_no_pair(store: Store) -> None:
    home, rng = _home()
    home.common_cause(rng)
    found = _pairs(home.history(store))
    assert set(found) == {("binary_sensor.front_door", "light.hall"), ("binary_sensor.front_door", "switch.radio")}


def test_the_ends_of_a_chain_are_no_pair(store: Store) -> None:
    home, rng = _home()
    home.chain(rng)
    found = _pairs(home.history(store))
    assert set(found) == {("binary_sensor.front_door", "light.hall"), ("light.hall", "switch.radio")}


def test_a_group_is_an_echo_of_its_members(store: Store) -> None:
    home, rng = _home()
    for day in range(home.days):
        for minute in rng.uniform(420, 1380, 4):
            for offset, state in ((0.0, "on"), (9.0, "off")):
                home.change(day, minute + offset, "light.lamp", state)
                home.change(day, minute + offset + 0.005 / 60, "light.all", state)
    assert _pairs(home.history(store)) == {}


def test_two_habits_at_the_same_hour_are_no_pair(store: Store) -> None:
    home, rng = _home()
    for day in range(home.days):
        home.switch(day, 420 + rng.normal(0, 8), "switch.coffee", 60)
        home.switch(day, 422 + rng.normal(0, 8), "light.kitchen", 60)
    findings = detect_all(home.history(store))
    assert [p for p in findings.patterns if p.kind == "co_occurrence"] == []
    assert {p.entity_id for p in findings.patterns if p.state == "on"} == {"switch.coffee", "light.kitchen"}


def test_a_motion_sensor_that_sees_who_acts_is_no_trigger(store: Store) -> None:
    home, rng = _home()
    for day in range(home.days):
        minute = 1200 + rng.normal(0, 6)
        home.switch(day, minute, "switch.garden", 100)
        home.switch(day, minute - rng.uniform(3, 15) / 60, "binary_sensor.terrace_motion", 1)
        for other in rng.uniform(600, 1150, 2):
            home.switch(day, other, "binary_sensor.terrace_motion", 1)
    findings = detect_all(home.history(store))
    assert [p.kind for p in findings.patterns if (p.entity_id, p.state) == ("switch.garden", "on")] == ["time_of_day"]


def test_a_hall_light_that_a_routine_falls_together_with_is_still_the_sensors(store: Store) -> None:
    home, rng = _home()
    for day in range(home.days):
        for minute in 1300 + rng.normal(
            0, 25, 3
        ):  # only evenings are dark enough to pass through the hall with a light
            home.switch(day, minute, "binary_sensor.hall_motion", 1)
            if rng.random() < 0.75:
                home.switch(day, minute + rng.lognormal(2, 0.4) / 60, "light.hall", 4)
        for minute in rng.uniform(600, 1100, 1):
            home.switch(day, minute, "binary_sensor.hall_motion", 1)
    findings = detect_all(home.history(store))
    assert [p.kind for p in findings.patterns if (p.entity_id, p.state) == ("light.hall", "on")] == ["co_occurrence"]


def test_a_light_that_people_tie_to_a_motion_sensor_sees_no_more_than_the_sensor(store: Store) -> None:
    home, rng = _home()
    for day in range(home.days):
        for minute in (*rng.uniform(420, 1200, 6), 1320 + rng.normal(0, 4)):
            home.switch(day, minute, "binary_sensor.hall_motion", 1)
            if rng.random() < 0.85:
                home.switch(day, minute + rng.lognormal(1.5, 0.3) / 60, "light.hall", 4)
        home.change(day, minute + 0.3, "lock.door", "locked")
        home.change(day, 440, "lock.door", "unlocked")
    found = [p for p in detect_all(home.history(store)).patterns if p.trigger_entity_id]
    assert {(p.trigger_entity_id, p.entity_id, p.state) for p in found} == {
        ("binary_sensor.hall_motion", "light.hall", "on")
    }


@pytest.mark.parametrize(("times", "found"), [(4, True), (1, False)])
def test_what_follows_a_motion_sensor_many_times_a_day_is_more_than_a_habit_it_sees(
    store: Store, times: int, found: bool
) -> None:
    home, rng = _home(3)
    for day in range(home.days):
        for number, hour in enumerate(np.linspace(8, 21, round(times * 2.3))):
            minute = 60 * hour + rng.uniform(0, 45)
            home.switch(day, minute, "binary_sensor.hall_motion", 1)
            if number < times:
                home.switch(day, minute + rng.lognormal(2, 0.3) / 60, "light.hall", 4)
    pairs = _pairs(home.history(store))
    assert (("binary_sensor.hall_motion", "light.hall") in pairs) is found
