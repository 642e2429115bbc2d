"""What devices last told, read from retained state messages: which are asked for, what is kept, what a second night notes."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import time_machine

from homeintel.bridge.devices import read_device
from homeintel.bridge.entities import EntityRow
from homeintel.bridge.house import House, with_states
from homeintel.bridge.mqtt import query_broker
from homeintel.bridge.phase import run
from homeintel.bridge.reported import LARGEST_STATE, Reported, reported_states, state_topics
from homeintel.bridge.save_reported import save_reported
from homeintel.settings import MqttBridgeSettings
from homeintel.store import records
from tests.bridge.homes import broker_settings, phase_of
from tests.bridge.payloads import topics
from tests.bridge.retain import retain
from tests.servers import Mosquitto

if TYPE_CHECKING:
    from homeintel.phase import Phase

NIGHT = datetime(2026, 11, 1, 3, 0, tzinfo=UTC)


def expose(kind: str, name: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "name": name, "property": name, "label": name, "access": 7, **more}


EXPOSES = [
    {"type": "light", "features": [
        expose("binary", "state", value_on="ON", value_off="OFF"),
        expose("numeric", "brightness"),
        expose("composite", "color_xy", property="color", features=[expose("numeric", "x"), expose("numeric", "y")]),
        expose("composite", "level_config", features=[expose("binary", "execute_if_off", value_on=True, value_off=False)]),
    ]},
    expose("enum", "power_on_behavior", values=["on", "previous"]),
    expose("enum", "effect", values=["blink"], access=2),
    expose("enum", "operation_mode", values=["a", "b"]),
    expose("text", "scene_name"),
    expose("numeric", "pin_code"),
    expose("list", "week", item_type={"type": "text"}),
    expose("numeric", "temperature", access=1),
]  # fmt: skip
STATE: dict[str, Any] = {
    "state": "ON", "brightness": 200, "color": {"x": 0.4, "y": None}, "level_config": {"execute_if_off": True},
    "power_on_behavior": "previous", "effect": None, "operation_mode": None, "scene_name": "Anna's bed", "pin_code": 1234,
    "week": ["06:00"], "temperature": 21.5, "linkquality": 100,
}  # fmt: skip
KEPT = {
    "light/state": "ON", "light/brightness": "200", "light/color_xy/x": "0.4", "light/color_xy/y": None,
    "light/level_config/execute_if_off": "true", "power_on_behavior": "previous", "operation_mode": None,
    "temperature": "21.5",
}  # fmt: skip


def bulb(address: str, name: str) -> dict[str, Any]:
    definition = {"model": "B", "vendor": "Acme", "description": "Bulb", "exposes": EXPOSES, "options": []}
    return {
        "ieee_address": address,
        "type": "Router",
        "friendly_name": name,
        "supported": True,
        "definition": definition,
    }


def info(devices: dict[str, dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {"version": "2.14.1", "config": {"devices": devices, **more}}


class Home:
    """A home whose retained topics are a file that tests rewrite, night after night."""

    def __init__(self, folder: Path, **sections: Any) -> None:
        self.file = folder / "retained.json"
        self.phase: Phase = phase_of(folder, {"source": "file", "path": str(self.file)}, **sections)

    def night(self, day: int, states: dict[str, Any], name: str = "kitchen/bulb", **more: Any) -> str:
        config = info({"0x1": {"friendly_name": name, "retain": True}})
        content = topics(bulb("0x1", name), info=config, **more)
        self.file.write_text(
            json.dumps({**content, **{f"zigbee2mqtt/{topic}": text for topic, text in states.items()}})
        )
        with time_machine.travel(NIGHT + timedelta(days=day), tick=False):
            return run(self.phase).reason

    def rows(self) -> dict[str, dict[str, Any]]:
        with self.phase.store.connect() as connection:
            return {row["path"]: row for row in records(connection, "SELECT * FROM reported_values")}

    def values(self) -> dict[str, str | None]:
        return {path: row["value"] for path, row in self.rows().items()}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_only_devices_set_to_retain_are_asked_for_and_no_name_reads_another_topic() -> None:
    devices: dict[str, dict[str, Any]] = {
        "0x1": {"friendly_name": "kitchen/bulb", "retain": True},
        "0x2": {"friendly_name": "other"},
        "0x3": {"friendly_name": "bridge/info", "retain": True},
        "0x4": {"friendly_name": "a/#", "retain": True},
        "0x5": {"friendly_name": "lamp/availability", "retain": True},
        "0x6": {"retain": True},
    }
    payloads = {"z/bridge/info": json.dumps(info(devices)).encode()}
    assert state_topics(payloads, "z") == ["z/kitchen/bulb"]
    always = info({**devices, "0x7": {"friendly_name": "not this", "retain": False}}, device_options={"retain": True})
    assert state_topics({"z/bridge/info": json.dumps(always).encode()}, "z") == ["z/kitchen/bulb", "z/other"]
    group = info({}, groups={"1": {"friendly_name": "all", "retain": True}, "2": {"friendly_name": "few"}})
    assert state_topics({"z/bridge/info": json.dumps(group).encode()}, "z") == ["z/all"]


@pytest.mark.parametrize("payload", [b"", b"{", b"[]", b'{"config": []}', b'{"config": {"devices": {"0x1": 7}}}'])
def test_without_a_readable_configuration_no_state_is_asked_for(payload: bytes) -> None:
    assert state_topics({"z/bridge/info": payload}, "z") == []


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_a_real_broker_gives_the_states_of_these_devices_alone(
    broker: Mosquitto, tmp_path: Path, protocol: str
) -> None:
    devices: dict[str, dict[str, Any]] = {
        "0x1": {"friendly_name": "first floor/kitchen/bulb", "retain": True},
        "0x2": {"friendly_name": "other"},
    }
    house = topics(bulb("0x1", "first floor/kitchen/bulb"), bulb("0x2", "other"), info=info(devices))
    state = {"zigbee2mqtt/first floor/kitchen/bulb": json.dumps(STATE)}
    retain(broker, {**house, **state, "zigbee2mqtt/other": json.dumps(STATE)})
    phase = phase_of(tmp_path, broker_settings(broker, tmp_path, protocol=protocol, timeout=30))
    assert isinstance(phase.settings.bridge, MqttBridgeSettings)
    retained = query_broker(phase.settings.bridge)
    assert {topic: payload.decode() for topic, payload in retained.topics.items()} == {**house, **state}
    assert not retained.deaf
    assert run(phase).status == "succeeded"
    with phase.store.connect() as connection:
        found = records(connection, "SELECT ieee_address, path, value FROM reported_values")
    assert {row["path"]: row["value"] for row in found} == KEPT
    assert {row["ieee_address"] for row in found} == {"0x1"}


def test_choices_and_numbers_are_kept_text_lists_codes_and_what_is_never_published_are_not(home: Home) -> None:
    home.night(0, {"kitchen/bulb": json.dumps(STATE)})
    assert home.values() == KEPT
    everything = "".join(str(row) for row in home.rows().values())
    assert "1234" not in everything
    assert "Anna" not in everything


def test_a_second_night_notes_what_changed_and_a_null_takes_nothing_back(home: Home) -> None:
    home.night(0, {"kitchen/bulb": json.dumps(STATE)})
    home.night(3, {"kitchen/bulb": json.dumps({**STATE, "power_on_behavior": "on", "brightness": None})})
    rows = home.rows()
    changed, forgotten, never = rows["power_on_behavior"], rows["light/brightness"], rows["operation_mode"]
    assert (changed["value"], changed["since"], changed["changed_at"]) == ("on", at(3), at(3))
    assert (forgotten["value"], forgotten["read_at"], forgotten["changed_at"]) == ("200", at(0), None)
    assert (never["value"], never["since"], never["read_at"], never["readings"]) == (None, at(0), at(3), 2)


def test_what_was_never_told_and_then_is_counts_as_told_not_as_changed(home: Home) -> None:
    home.night(0, {"kitchen/bulb": json.dumps(STATE)})
    home.night(1, {"kitchen/bulb": json.dumps({**STATE, "operation_mode": "a"})})
    row = home.rows()["operation_mode"]
    assert (row["value"], row["since"], row["changed_at"]) == ("a", at(1), None)


def at(day: int) -> datetime:
    return NIGHT + timedelta(days=day)


def test_what_nobody_tells_again_is_forgotten_and_so_is_a_device_that_left(home: Home, tmp_path: Path) -> None:
    home.night(0, {"kitchen/bulb": json.dumps(STATE)})
    home.night(100, {})
    assert home.values() == KEPT
    home.night(101, {})
    assert home.values() == {}
    home.night(102, {"kitchen/bulb": json.dumps(STATE)})
    home.file.write_text(json.dumps(topics(bulb("0x2", "another"))))
    run(home.phase)
    assert home.values() == {}


def test_what_the_params_file_keeps_out_of_the_history_is_not_learned_here(tmp_path: Path) -> None:
    home = Home(tmp_path, events={"source": "simulated", "exclude_entities": ["light.*", "sensor.bulb_temp*"]})
    home.night(0, {"bulb": json.dumps(STATE)}, name="bulb")
    # Parts of composites have no entity, so no pattern can mean them.
    assert set(home.values()) == {"light/level_config/execute_if_off", "power_on_behavior", "operation_mode"}


def test_the_device_s_own_state_counts_before_home_assistant_s_and_another_source_is_no_change(home: Home) -> None:
    home.night(0, {"kitchen/bulb": json.dumps({"power_on_behavior": "previous"})})
    device = read_device(bulb("0x1", "kitchen/bulb"), "zigbee2mqtt")
    own = (Reported("0x1", "power_on_behavior", "on"),)
    entity_rows = [
        shown("select.bulb", "power_on_behavior"),
        shown("select.mode", "operation_mode"),
        shown("button.bulb", "temperature", component="button"),
        shown("light.bulb", "light/brightness", attribute="brightness"),
        shown("text.bulb", "scene_name", component="text"),
    ]
    states = {
        "select.bulb": "previous",
        "select.mode": "a",
        "button.bulb": "2026-11-01",
        "light.bulb": "on",
        "text.bulb": "x",
    }
    found = reported_states(states, entity_rows, [device])
    assert found == [
        Reported("0x1", "power_on_behavior", "previous", "homeassistant"),
        Reported("0x1", "operation_mode", "a", "homeassistant"),
    ]
    merged = with_states(House(0, 0, (), (), (device,), (), own), states, entity_rows).reported
    assert merged == (*own, Reported("0x1", "operation_mode", "a", "homeassistant"))
    with home.phase.store.transaction() as connection:
        save_reported(connection, [found[0]._replace(value="Previous")], at(1))
    row = home.rows()["power_on_behavior"]
    assert (row["value"], row["source"], row["changed_at"]) == ("Previous", "homeassistant", None)


def shown(entity_id: str, path: str, *, component: str = "select", attribute: str | None = None) -> EntityRow:
    return EntityRow(entity_id, "0x1", path, path, attribute, component, None, True, "registry", None)


@pytest.mark.parametrize(
    ("payload", "found"),
    [
        ("{", "is not JSON"),
        ("[1]", ""),
        ('"ON"', ""),
        ('{"state": {"a": 1}, "brightness": [1], "color": 7, "level_config": []}', ""),
        (json.dumps({"power_on_behavior": "x" * 101}), ""),
        (json.dumps({"state": "ON", "padding": "x" * LARGEST_STATE}), "it is not read"),
    ],
)
def test_an_odd_state_is_named_or_passed_over_and_the_night_goes_on(home: Home, payload: str, found: str) -> None:
    reason = home.night(0, {"kitchen/bulb": payload})
    assert home.values() == {}
    assert ("1 thing was not understood" in reason) == bool(found)
