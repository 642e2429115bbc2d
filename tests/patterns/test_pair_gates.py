"""The funnel of pairs: every removal is a counted step, with the nearest miss."""

from dataclasses import replace

import numpy as np
import pytest

from homeintel.patterns.funnel import Funnel
from homeintel.patterns.history import History
from homeintel.patterns.pairs import detect_pairs
from homeintel.patterns.pairs.candidates import Screened
from homeintel.patterns.pairs.gates import things_apart
from homeintel.patterns.pairs.parts import Parts
from homeintel.store import Store
from tests.patterns.homes import Home

RESTARTS = "changes that no restart brought"
AT_HOME = "changes on days with somebody at home"
BURSTS = "changes, a trigger's bursts within 30 s once"
PAIRS = "pairs: a trigger, then a sensor or an action"
SENSORS = "not two sensors that see the same person pass"
DONE = "the second is something a person does"
SELDOM = "the second is done at most 48 times a day"
SEEN = "the trigger did more than see who acts"
BEATS = "beats the action's own rate at that hour"
PASSED = "not explained by a sensor that saw the same person pass"
CAUSE = "not two actions of one trigger"
CHAIN = "not the two ends of a chain"


def _gates(history: History, days: int | None = None) -> dict[str, tuple[int, str]]:
    home_days = np.arange(history.calendar.days) < (days or history.calendar.days)
    gates = detect_pairs(history, home_days).gates
    assert len({gate.step for gate in gates}) == len(gates)
    return {gate.step: (gate.candidates, gate.example) for gate in gates}


def _chattering_home() -> Home:
    """Ten days of a lamp used twice, a door that chatters once, and a restart that seems to switch a plug."""
    home = Home(days=10)
    for day in range(home.days):
        for minute in (600, 900):
            home.switch(day, minute, "light.desk")
        for seconds, state in ((0, "on"), (3, "off"), (10, "on"), (12, "off")):
            home.change(day, 720 + seconds / 60, "binary_sensor.door", state)
        if day % 5 == 0:
            home.change(day, 780, "switch.plug", "on", "restart")
            home.change(day, 800, "switch.plug", "off")
    return home


def test_restarts_days_away_and_bursts_are_steps_of_their_own(store: Store) -> None:
    gates = _gates(_chattering_home().history(store), days=9)
    assert gates[RESTARTS] == (82, "switch.plug: 2 of 4 by a restart")
    assert gates[AT_HOME] == (82 - 8, "light.desk on: 2 of 20 on other days")
    assert gates[BURSTS] == (74 - 18, "binary_sensor.door on: 9 of 18 within 10.0 s of the one before")


def test_two_sensors_are_a_step_and_so_is_a_sensor_after_an_action(store: Store) -> None:
    gates = _gates(_chattering_home().history(store))
    assert gates[PAIRS] == (4 * 4, "")
    assert gates[SENSORS][0] == 4 * 4 - 2 * 2
    assert gates[DONE] == (4 * 2, "light.desk on, then binary_sensor.door on: 0 of 20 within 60 s")


def test_the_example_of_two_sensors_is_the_pair_that_follows_most_often(store: Store) -> None:
    home = _chattering_home()
    for day in range(8):
        home.switch(day, 720.5, "binary_sensor.stairs_motion", 2)
        home.switch(day, 1000, "binary_sensor.cellar_motion", 2)
    expected = "binary_sensor.door on, then binary_sensor.stairs_motion on: 8 of 10 within 60 s"
    assert _gates(home.history(store))[SENSORS][1] == expected


def test_what_is_done_all_the_time_is_a_step(store: Store) -> None:
    home = _chattering_home()
    for day in range(home.days):
        for minute in range(60, 1380, 20):
            home.switch(day, minute, "switch.pump", 5)
    gates = _gates(home.history(store))
    assert gates[DONE][0] - gates[SELDOM][0] == 6 * 2
    assert gates[SELDOM][1] == "switch.pump on: 66 times a day"


def test_one_device_and_groups_are_steps_of_their_own(store: Store) -> None:
    home = Home(days=5)
    names = ("light.a", "light.all", "light.b", "switch.a_child_lock")
    for day in range(home.days):
        for position, name in enumerate(names):
            home.switch(day, 600 + 60 * position, name)
    devices = {"light.a": "0x1", "switch.a_child_lock": "0x1", "light.b": "0x2", "light.all": "group"}
    history = replace(home.history(store), device_of=devices, members=frozenset({("group", "0x2")}))
    streams = tuple(stream for stream in history.streams if history.states[stream.state] == "on")
    pairs = np.stack([grid.ravel() for grid in np.meshgrid(np.arange(4), np.arange(4), indexing="ij")], axis=1)
    funnel = Funnel("co_occurrence")
    screened = Screened(pairs, np.arange(16.0), judged=20, nearest=(0, 2))
    apart = things_apart(history, Parts(streams, streams), screened, funnel)
    assert [(gate.candidates, gate.example) for gate in funnel.gates] == [
        (20, ""),
        (16, "light.a on, then light.b on"),
        (16 - 4 - 2, "switch.a_child_lock on, then switch.a_child_lock on"),
        (10 - 2, "light.b on, then light.all on"),
    ]
    assert apart.tolist() == [[0, 1], [0, 2], [1, 0], [1, 3], [2, 0], [2, 3], [3, 1], [3, 2]]


def _lived_in(seed: int = 1) -> tuple[Home, np.random.Generator]:
    rng = np.random.default_rng(seed)
    home = Home()
    home.life(rng, ["light.desk", "light.bath"])
    return home, rng


def _dropped(gates: dict[str, tuple[int, str]], step: str) -> int:
    names = list(gates)
    return gates[names[names.index(step) - 1]][0] - gates[step][0]


def test_two_actions_of_one_trigger_are_a_step(store: Store) -> None:
    home, rng = _lived_in()
    home.common_cause(rng)
    gates = _gates(home.history(store))
    assert (_dropped(gates, CAUSE), _dropped(gates, CHAIN)) == (2, 0)
    assert gates[CAUSE][1].endswith("explained by binary_sensor.front_door on")


def test_the_two_ends_of_a_chain_are_a_step(store: Store) -> None:
    home, rng = _lived_in()
    home.chain(rng)
    gates = _gates(home.history(store))
    assert (_dropped(gates, CAUSE), _dropped(gates, CHAIN)) == (0, 1)
    assert gates[CHAIN][1].startswith("binary_sensor.front_door on, then switch.radio on")
    assert gates[CHAIN][1].endswith("explained by light.hall on")


def test_a_second_sensor_on_the_way_is_a_step(store: Store) -> None:
    home, rng = _lived_in()
    for day in range(home.days):
        for minute in rng.uniform(420, 1380, 6):
            home.switch(day, minute, "binary_sensor.front_door", 0.5)
            home.switch(day, minute + rng.uniform(2, 6) / 60, "binary_sensor.hall_motion", 1)
            if rng.random() < 0.8:
                home.switch(day, minute + rng.uniform(10, 40) / 60, "light.hall")
    gates = _gates(home.history(store))
    assert _dropped(gates, PASSED) >= 1
    assert (_dropped(gates, CAUSE), _dropped(gates, CHAIN)) == (0, 0)
    assert gates[PASSED][1].startswith("binary_sensor.hall_motion on, then light.hall on")


def test_a_motion_sensor_that_sees_who_acts_is_a_step(store: Store) -> None:
    home, rng = _lived_in()
    for day in range(home.days):
        minute = rng.uniform(600, 1200)
        home.switch(day, minute, "switch.garden", 100)
        home.switch(day, minute - rng.uniform(3, 15) / 60, "binary_sensor.terrace_motion", 1)
        for other in rng.uniform(600, 1200, 2):
            home.switch(day, other, "binary_sensor.terrace_motion", 1)
    gates = _gates(home.history(store))
    assert _dropped(gates, SEEN) == 1
    assert gates[SEEN][1].startswith("binary_sensor.terrace_motion on, then switch.garden on: 30 of")


@pytest.mark.parametrize("cells", [1, 50, 10_000_000])
def test_the_size_of_a_block_changes_nothing(store: Store, cells: int) -> None:
    home, rng = _lived_in()
    home.life(rng, ["binary_sensor.hall_motion", "light.hall", "switch.radio"], uses=12)
    for day in range(home.days):
        for minute in rng.uniform(420, 1380, 4):
            home.switch(day, minute, "binary_sensor.front_door", 1)
            home.switch(day, minute + rng.lognormal(2.5, 0.4) / 60, "light.porch")
    history = home.history(store)
    everything = np.ones(home.days, dtype=bool)
    usual, other = detect_pairs(history, everything), detect_pairs(history, everything, cells=cells)
    assert len(usual.found) >= 1
    assert [traced.pattern for traced in other.found] == [traced.pattern for traced in usual.found]
    assert (other.tests, other.gates) == (usual.tests, usual.gates)
