"""Home Assistant's registries: files, corrections, areas, and nights on which they can't be asked."""

import json
from pathlib import Path
from typing import Any

import pytest

from homeintel.bridge.phase import run
from homeintel.bridge.registry import build_registry
from homeintel.bridge.registry_files import read_registry_files
from homeintel.errors import BridgeError, PayloadError
from homeintel.phase import Phase
from homeintel.store import query
from tests.bridge.homes import phase_of
from tests.bridge.payloads import lamp, topics

LIGHT = {
    "entity_id": "light.reading_corner", "unique_id": "0x1_light_zigbee2mqtt", "platform": "mqtt", "disabled_by": None,
    "device_id": "d1", "area_id": None, "name": None, "original_name": "Lamp",
}  # fmt: skip
DEVICES: list[dict[str, Any]] = [
    {"id": "d1", "area_id": "living", "identifiers": [["mqtt", "zigbee2mqtt_0x1"]]},
    {"id": "d2", "area_id": None, "identifiers": [["hue", "abc"]]},
    {"id": "d3", "identifiers": None},
]
AREAS = [{"id": "living", "name": "Living room"}, {"id": "attic", "name": "Attic"}]


def write_registry(folder: Path, *entities: dict[str, Any]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, entries in (("entity", entities), ("device", DEVICES), ("area", AREAS)):
        plural = {"entity": "entities", "device": "devices", "area": "areas"}[name]
        content = {"version": 1, "key": f"core.{name}_registry", "data": {plural: list(entries)}}
        (folder / f"core.{name}_registry").write_text(json.dumps(content))
    return folder


def home(tmp_path: Path, **sections: Any) -> Phase:
    retained = topics(lamp("0x1", "lamp"))
    config = {"default_entity_id": "light.lamp", "device": {"identifiers": ["zigbee2mqtt_0x1"]}, "schema": "json",
              "unique_id": "0x1_light_zigbee2mqtt"}  # fmt: skip
    retained["homeassistant/light/0x1/light/config"] = json.dumps(config)
    (tmp_path / "retained.json").write_text(json.dumps(retained))
    return phase_of(tmp_path, {"source": "file", "path": str(tmp_path / "retained.json")}, **sections)


def entities(phase: Phase) -> list[list[Any]]:
    with phase.store.connect() as connection:
        sql = "SELECT entity_id, path, attribute, enabled, source FROM entities ORDER BY ALL"
        rows: list[list[Any]] = query(connection, sql).astype(object).to_numpy().tolist()
    return [[None if value != value else value for value in row] for row in rows]  # noqa: PLR0124 - NaN is not itself


def area(phase: Phase) -> object:
    with phase.store.connect() as connection:
        return query(connection, "SELECT area FROM devices")["area"].tolist()[0]


@pytest.mark.parametrize("named", ["", "core.entity_registry"])
def test_a_renamed_entity_is_found_by_its_unique_id_and_areas_come_along(tmp_path: Path, named: str) -> None:
    folder = write_registry(tmp_path / "storage", LIGHT)
    phase = home(tmp_path, homeassistant={"registry": str(folder / named)})
    assert run(phase).status == "succeeded"
    assert entities(phase) == [
        ["light.reading_corner", "light/brightness", "brightness", True, "registry"],
        ["light.reading_corner", "light/state", None, True, "registry"],
    ]
    assert area(phase) == "Living room"


def test_an_entity_a_person_switched_off_is_disabled(tmp_path: Path) -> None:
    folder = write_registry(tmp_path / "storage", {**LIGHT, "disabled_by": "user"})
    phase = home(tmp_path, homeassistant={"registry": str(folder)})
    run(phase)
    assert {row[3] for row in entities(phase)} == {False}


def test_registered_entities_that_are_no_longer_announced_are_known_by_their_unique_id(tmp_path: Path) -> None:
    others = [
        {**LIGHT, "entity_id": "sensor.lamp_brightness", "unique_id": "0x1_brightness_zigbee2mqtt"},
        {**LIGHT, "entity_id": "sensor.gone", "unique_id": "0x99_brightness_zigbee2mqtt"},
        {**LIGHT, "entity_id": "sensor.other", "unique_id": "tasmota_1"},
        {**LIGHT, "entity_id": "light.hue", "unique_id": "0x1_light_zigbee2mqtt_x", "platform": "hue"},
    ]
    phase = home(tmp_path, homeassistant={"registry": str(write_registry(tmp_path / "storage", LIGHT, *others))})
    retained = json.loads((tmp_path / "retained.json").read_text())
    del retained["homeassistant/light/0x1/light/config"]
    (tmp_path / "retained.json").write_text(json.dumps(retained))
    run(phase)
    assert entities(phase) == [
        ["light.reading_corner", "light/brightness", "brightness", True, "registry"],
        ["light.reading_corner", "light/state", None, True, "registry"],
        ["sensor.lamp_brightness", "light/brightness", None, True, "registry"],
    ]


def test_a_night_without_the_registry_keeps_what_it_taught(tmp_path: Path) -> None:
    folder = write_registry(tmp_path / "storage", LIGHT)
    phase = home(tmp_path, homeassistant={"registry": str(folder)})
    run(phase)
    before = entities(phase)
    (folder / "core.entity_registry").unlink()
    outcome = run(phase)
    assert outcome.status == "degraded"
    assert "core.entity_registry can't be read" in outcome.reason
    assert "Entity ids and areas are those of earlier nights" in outcome.reason
    assert entities(phase) == before
    assert area(phase) == "Living room"


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"data": {"entities": null}}', "\x00"])
def test_a_file_that_is_no_registry_says_so(tmp_path: Path, content: str) -> None:
    (tmp_path / "core.entity_registry").write_text(content)
    with pytest.raises(PayloadError, match=r"core\.entity_registry"):
        read_registry_files(tmp_path)


def test_an_address_without_a_token_says_where_a_token_goes(tmp_path: Path) -> None:
    phase = home(tmp_path, homeassistant={"url": "http://127.0.0.1:9"})
    outcome = run(phase)
    assert outcome.status == "degraded"
    assert "HOMEINTEL_HOMEASSISTANT_TOKEN" in outcome.reason


def test_a_device_without_an_area_is_where_most_of_its_entities_are() -> None:
    device: dict[str, Any] = {**DEVICES[0], "area_id": None}
    placed = [
        {**LIGHT, "unique_id": str(number), "area_id": where}
        for number, where in enumerate(["attic", "living", "attic"])
    ]
    assert build_registry(placed, [device], AREAS, "a test").areas == {"0x1": "Attic"}


@pytest.mark.parametrize(
    "entry", [None, 7, [], {}, {"platform": "mqtt"}, {"platform": "mqtt", "entity_id": "", "unique_id": "1"}]
)
def test_entries_of_a_wrong_shape_are_passed_over(entry: object) -> None:
    registry = build_registry([entry, LIGHT], [entry, *DEVICES], [entry, *AREAS], "a test")
    assert set(registry.entities) == {"0x1_light_zigbee2mqtt"}
    assert registry.areas == {"0x1": "Living room"}


def test_a_missing_registry_file_is_an_error_of_ours(tmp_path: Path) -> None:
    with pytest.raises(BridgeError, match="can't be read"):
        read_registry_files(tmp_path / "nowhere")
