"""Retained topics as Zigbee2MQTT writes them, checked against a running one where there is one."""

import json
from collections.abc import Iterator
from typing import Any

from homeintel.simulate import SimulatedHome, simulate_retained
from homeintel.simulate.layout import COORDINATOR, Layout, SimulatedDevice, house_layout
from homeintel.simulate.models import models
from homeintel.simulate.naming import default_entity_id, entity_id, entity_name
from tests import servers

GENERIC = {"binary", "numeric", "enum", "text", "composite", "list"}
SPECIFIC = {"light", "switch", "fan", "cover", "lock", "climate"}
OWN = {"device", "unique_id", "object_id", "default_entity_id", "availability", "payload_install"}
TEXTS = {"command_template", "value_template"}


def exposes(listed: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for expose in listed:
        yield expose
        yield from exposes(expose.get("features", []))


def test_every_definition_keeps_the_grammar() -> None:
    assert len(models()) >= 25
    for model in models().values():
        for expose in exposes(model["exposes"] + model["options"]):
            assert expose["type"] in GENERIC | SPECIFIC
            if expose["type"] in SPECIFIC:
                assert "name" not in expose
                assert expose["features"]
                continue
            assert expose["access"] in range(1, 8)
            assert expose["name"]
            assert (
                expose["property"] == expose["name"]
                or expose.get("endpoint")
                or expose["name"] in {"color_xy", "color_hs"}
                or expose["property"].startswith("fan_")
            )
            assert expose["type"] != "enum" or expose["values"]
            assert expose["type"] != "binary" or {"value_on", "value_off"} <= expose.keys()


def test_the_house_has_what_the_analysis_must_meet(demo: SimulatedHome) -> None:
    devices = json.loads(demo.retained["zigbee2mqtt/bridge/devices"])
    assert len(devices) == 61
    assert [device["type"] for device in devices].count("Coordinator") == 1
    assert [device["supported"] for device in devices].count(False) == 1
    assert [device["disabled"] for device in devices].count(True) == 1
    names = [device["friendly_name"] for device in devices]
    assert any("/" in name for name in names)
    assert any(" " in name for name in names)
    assert any("ü" in name for name in names)
    exposed = {
        expose.get("name")
        for device in devices
        if "definition" in device
        for expose in exposes(device["definition"]["exposes"])
    }
    settable = {
        "power_on_behavior",
        "color_temp_startup",
        "child_lock",
        "occupancy_timeout",
        "motion_sensitivity",
        "effect",
        "level_config",
        "countdown",
    }
    assert settable <= exposed
    groups = json.loads(demo.retained["zigbee2mqtt/bridge/groups"])
    assert groups[1]["friendly_name"] == "living room/all lights"
    info = json.loads(demo.retained["zigbee2mqtt/bridge/info"])
    assert info["config"]["mqtt"]["base_topic"] == "zigbee2mqtt"
    assert any(set(options) - {"friendly_name", "disabled"} for options in info["config"]["devices"].values())


def test_discovery_joins_to_the_entities(demo: SimulatedHome) -> None:
    configs = {
        topic: json.loads(payload) for topic, payload in demo.retained.items() if topic.startswith("homeassistant/")
    }
    by_unique = {config["unique_id"]: (topic, config) for topic, config in configs.items()}
    assert len(by_unique) == len(configs)
    for entity in demo.truth.entities:
        topic, config = by_unique[entity.unique_id]
        assert topic.split("/")[2] == entity.ieee_address
        assert config["default_entity_id"] == entity.default_entity_id
        assert config.get("enabled_by_default", True) or not entity.enabled


def test_entity_ids_are_home_assistants() -> None:
    assert default_entity_id("light", "living room/Lamp", "light") == "light.living_room/lamp"
    assert entity_id("light", "living room/Lamp", "light") == "light.living_room_lamp"
    assert entity_id("switch", "Küche Straße", "switch_child_lock") == "switch.kuche_strasse_child_lock"
    assert entity_name("Lamp", {"name": None}) == "Lamp"
    assert entity_name("Lamp", {"name": "Effect"}) == "Lamp Effect"
    assert entity_name("Leak", {"device_class": "moisture"}) == "Leak Moisture"


def test_discovery_is_that_of_a_real_zigbee2mqtt() -> None:
    real = json.loads((servers.samples() / "zigbee2mqtt" / "retained.json").read_text(encoding="utf-8"))
    layout, mine = house_layout(7, 60), simulate_retained(seed=7)
    real_devices = {
        d["definition"]["model"]: d["ieee_address"]
        for d in json.loads(real["zigbee2mqtt/bridge/devices"])
        if d.get("definition")
    }
    compared = 0
    for device in _one_a_model(layout):
        if device.model["model"] not in real_devices or not device.supported:
            continue
        theirs, ours = _configs(real, real_devices[device.model["model"]]), _configs(mine, device.ieee_address)
        assert ours.keys() == theirs.keys(), device.model["model"]
        for key, config in ours.items():
            for name in (config.keys() | theirs[key].keys()) - OWN - TEXTS:
                if name == "entity_category" and key[1] == "voltage":
                    continue  # Zigbee2MQTT takes it from the cluster, which the definition doesn't tell
                if "topic" not in name:
                    assert config.get(name, "absent") == theirs[key].get(name, "absent"), (
                        device.model["model"],
                        key,
                        name,
                    )
                    compared += 1
    assert compared > 1000


def _one_a_model(layout: Layout) -> list[SimulatedDevice]:
    return list({device.model["model"]: device for device in layout.devices}.values())


def _configs(topics: dict[str, str], address: str) -> dict[tuple[str, str], dict[str, Any]]:
    found = {}
    for topic, payload in topics.items():
        parts = topic.split("/")
        if parts[0] == "homeassistant" and parts[2] == address and parts[3] not in {"last_seen", "scene_1"}:
            found[parts[1], parts[3]] = json.loads(payload)
    return found


def test_bridge_devices_has_a_real_ones_keys() -> None:
    real = json.loads((servers.samples() / "zigbee2mqtt" / "retained.json").read_text(encoding="utf-8"))
    theirs = json.loads(real["zigbee2mqtt/bridge/devices"])
    ours = json.loads(simulate_retained(seed=7)["zigbee2mqtt/bridge/devices"])
    assert {key for device in ours for key in device} <= {key for device in theirs for key in device}
    assert {key for d in ours if "definition" in d for key in d["definition"]} == {
        key for d in theirs if "definition" in d for key in d["definition"]
    } - {"icon"}
    assert ours[0]["ieee_address"] == COORDINATOR
    assert "definition" not in ours[0]
