"""Which entity is which property: real discovery, group, guesses, registry."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from homeintel.bridge.carried import carried
from homeintel.bridge.file import of_texts, read_retained_file
from homeintel.bridge.house import House, read_house
from homeintel.bridge.join import join_entities
from homeintel.bridge.naming import propose, slugify, transliterates
from homeintel.settings import BridgeTopics
from tests.bridge.payloads import lamp, topics


@pytest.fixture
def real(sample_folder: Path) -> House:
    return read_house(read_retained_file(sample_folder / "zigbee2mqtt" / "retained.json"), BridgeTopics())


def rows_of(house: House, entity_id: str) -> dict[str | None, tuple[str | None, str | None]]:
    rows = join_entities(house.announced, house.devices)
    return {row.path: (row.property, row.attribute) for row in rows if row.entity_id == entity_id}


def test_every_real_announcement_finds_its_device(real: House) -> None:
    rows = join_entities(real.announced, real.devices)
    assert len(real.announced) == 583
    assert len({row.unique_id for row in rows}) == 583
    assert {row.source for row in rows} == {"discovery"}
    assert real.problems == ()


def test_nine_of_ten_real_capabilities_have_an_entity_and_the_others_have_none_in_home_assistant(real: House) -> None:
    rows = join_entities(real.announced, real.devices)
    known = {(row.ieee_address, row.path) for row in rows}
    leaves = [(device, leaf) for device in real.devices for leaf in device.leaves.rows if leaf.origin == "expose"]
    without = [leaf for device, leaf in leaves if (device.ieee_address, leaf.path) not in known]
    assert len(leaves) - len(without) > 0.9 * len(leaves)
    in_composites = [leaf for leaf in without if leaf.path.count("/") > (leaf.parent is not None)]
    presses = [leaf for leaf in without if leaf.name == "action"]
    others = {leaf.name for leaf in without} - {leaf.name for leaf in [*in_composites, *presses]}
    assert others == {"color_temp_startup", "min_brightness", "lock_state", "current_heating_setpoint", "system_mode"}


def test_a_light_carries_its_features_in_its_attributes(real: House) -> None:
    assert rows_of(real, "light.living_room_colour_lamp") == {
        "light/state": ("state", None),
        "light/brightness": ("brightness", "brightness"),
        "light/color_temp": ("color_temp", "color_temp"),
        "light/color_xy/x": ("x", "xy_color"),
        "light/color_xy/y": ("y", "xy_color"),
        "effect": ("effect", "effect"),
    }


def test_each_endpoint_of_a_light_carries_its_own(real: House) -> None:
    assert rows_of(real, "light.dimmer_2ch_l2") == {
        "light_l2/state": ("state_l2", None),
        "light_l2/brightness": ("brightness_l2", "brightness"),
        "effect_l2": ("effect_l2", "effect"),
    }


def test_a_group_s_light_carries_what_the_group_can(real: House) -> None:
    rows = [row for row in join_entities(real.announced, real.devices) if row.entity_id == "light.all_lights"]
    assert {row.ieee_address for row in rows} == {"group:zigbee2mqtt:1"}
    assert {row.path for row in rows} >= {"light/state", "light/brightness", "light/color_temp"}


def test_a_thermostat_carries_many_properties(real: House) -> None:
    assert rows_of(real, "climate.danfoss_ally_bath") == {
        "climate/occupied_heating_setpoint": ("occupied_heating_setpoint", "temperature"),
        "climate/local_temperature": ("local_temperature", "current_temperature"),
        "climate/running_state": ("running_state", "hvac_action"),
        "climate/system_mode": ("system_mode", None),
    }


@pytest.mark.parametrize(
    ("entity", "path", "carried_by"),
    [
        ("cover.fyrtur_blind", "cover/position", ("position", "current_position")),
        ("cover.fyrtur_blind", "cover/state", ("state", None)),
        ("lock.yale_lock", "lock/state", ("state", None)),
        ("siren.siren", "warning/mode", ("warning", None)),
        ("binary_sensor.vallhorn_motion_occupancy", "occupancy", ("occupancy", None)),
        ("number.vallhorn_motion_timer", "timer", ("timer", None)),
        ("button.living_room_ceiling_identify", "identify", ("identify", None)),
        ("scene.living_room_ceiling_1_relax", None, (None, None)),
        ("update.living_room_ceiling", None, ("update", None)),
    ],
)
def test_each_kind_of_entity(
    real: House, entity: str, path: str | None, carried_by: tuple[str | None, str | None]
) -> None:
    assert rows_of(real, entity)[path] == carried_by


def test_what_home_assistant_is_told_to_leave_off_is_disabled(real: House) -> None:
    rows = join_entities(real.announced, real.devices)
    assert {row.enabled for row in rows if row.entity_id == "select.living_room_ceiling_effect"} == {False}
    assert {row.enabled for row in rows if row.entity_id == "light.living_room_ceiling"} == {True}


def test_announcements_of_others_and_damaged_ones_do_no_harm() -> None:
    home = topics(lamp("0x1", "lamp"))
    home |= {
        "homeassistant/sensor/tasmota/config": '{"unique_id": "t1", "device": {"identifiers": ["tasmota_1"]}}',
        "homeassistant/sensor/0x1/broken/config": '{"unique_id": "0x1_br',
        "homeassistant/sensor/0x1/list/config": "[]",
        "homeassistant/sensor/0x1/none/config": "null",
        "homeassistant/sensor/a/b/c/config": "{}",
        "homeassistant/device/homeintel/config": '{"dev": {"ids": ["homeintel_x"]}, "cmps": {}}',
        "homeassistant/sensor/0x2/t/config": '{"device": {"identifiers": ["zigbee2mqtt_0x2"]}, "object_id": "gone_t"}',
    }
    house = read_house(of_texts(home, "a test"), BridgeTopics())
    assert [problem.topic for problem in house.problems] == ["homeassistant/sensor/0x1/broken/config"]
    assert {row.ieee_address for row in join_entities(house.announced, house.devices)} == {"0x1"}


def test_without_announcements_entities_are_guessed_and_say_so() -> None:
    element = lamp("0x1", "Küche/Decke")
    element["definition"]["exposes"] += [
        {"type": "numeric", "name": "linkquality", "property": "linkquality", "access": 1},
        {"type": "enum", "name": "effect", "property": "effect", "access": 2, "values": ["blink"]},
        {"type": "enum", "name": "power_on", "property": "power_on", "access": 7, "values": ["on", "off"]},
        {"type": "enum", "name": "action", "property": "action", "access": 1, "values": ["press"]},
    ]
    house = read_house(of_texts(topics(element), "a test"), BridgeTopics())
    rows = join_entities(house.announced, house.devices)
    assert {(row.entity_id, row.path, row.attribute) for row in rows} == {
        ("light.kuche_decke", "light/state", None),
        ("light.kuche_decke", "light/brightness", "brightness"),
        ("sensor.kuche_decke_linkquality", "linkquality", None),
        ("select.kuche_decke_power_on", "power_on", None),
    }
    assert {row.source for row in rows} == {"guessed"}


def test_the_guesses_agree_with_what_the_real_zigbee2mqtt_announces(real: House) -> None:
    announced = pd.DataFrame(join_entities(real.announced, real.devices)).dropna(subset="path")
    guessed = pd.DataFrame(join_entities([], real.devices))
    both = announced.merge(guessed, on=["ieee_address", "path"], suffixes=("", "_guessed"))
    assert len(both) > 400
    assert (both["entity_id"] == both["entity_id_guessed"]).mean() > 0.97


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("living room/ceiling", "living_room_ceiling"), ("Größe Äpfel", "grosse_apfel"), ("København", "kobenhavn"),
        ("0xa4C1", "0xa4c1"), ("1,000 lx", "1000_lx"), ("💡", "unknown"), ("a__b--c", "a_b_c"), ("it's", "it_s"),
    ],
)  # fmt: skip
def test_names_become_object_ids_as_in_home_assistant(name: str, slug: str) -> None:
    assert slugify(name) == slug


def test_an_id_from_letters_that_are_not_latin_is_not_certain() -> None:
    assert not transliterates("Кухня")
    assert propose("light", {"default_entity_id": "light.Кухня_1"}) == ("light.1", False)
    assert propose("light", {"object_id": "kitchen"}) == ("light.kitchen", True)
    assert propose("sensor", {"device": {"name": "Bath"}, "name": "Humidity"}) == ("sensor.bath_humidity", False)


def test_an_event_entity_says_what_happened_in_an_attribute() -> None:
    payload = {"value_template": "{% set a = value_json.action|string %}{{ {'event_type': a} }}"}
    assert carried("event", "action", payload) == {"action": "event_type"}


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({"value_template": '{{ value_json["a b"] }}'}, {"a b": None}),
        ({"value_template": "{{ value_json.plain }}"}, {"plain": None}),
        ({"value_template": "{{ value_json['x'] }} {{ value_json.y }}"}, {"x": None, "y": None}),
        ({"position_template": '{{ value_json["position"] }}', "value_template": "{{ value_json.position }}"}, {"position": "current_position"}),
        ({"value_template": 7, "command_topic": None}, {}),
        ({"command_topic": "zigbee2mqtt/lamp/set/effect"}, {"effect": None}),
        ({"command_topic": "zigbee2mqtt/lamp/set"}, {}),
    ],
)  # fmt: skip
def test_templates_tell_what_an_entity_carries(payload: dict[str, Any], expected: dict[str, str | None]) -> None:
    assert carried("sensor", "x", payload) == expected


def test_announcements_of_1_x_without_default_entity_id() -> None:
    home = topics(lamp("0x1", "lamp"))
    home["homeassistant/light/0x1/light/config"] = json.dumps(
        {"object_id": "lamp", "device": {"identifiers": "zigbee2mqtt_0x1"}, "unique_id": "0x1_light_zigbee2mqtt"}
    )
    house = read_house(of_texts(home, "a test"), BridgeTopics())
    assert [entity.entity_id for entity in house.announced] == ["light.lamp"]
