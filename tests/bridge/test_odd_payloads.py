"""Odd devices, groups and bridge topics: each has a defined outcome, from payload to table."""

import json
from pathlib import Path
from typing import Any

import pytest

from homeintel.bridge.file import of_texts
from homeintel.bridge.house import House, read_house
from homeintel.bridge.phase import run
from homeintel.bridge.retained import LARGEST_PAYLOAD
from homeintel.errors import BridgeError, BridgeSilentError, PayloadError
from homeintel.settings import BridgeTopics
from homeintel.store import query
from tests.bridge.homes import dump, phase_of
from tests.bridge.payloads import lamp, topics

BARE = {"ieee_address": "0x9", "type": "EndDevice", "friendly_name": "thing", "disabled": False}


def read(retained: dict[str, str], *bases: str) -> House:
    return read_house(of_texts(retained, "a test"), BridgeTopics(base_topics=list(bases or ("zigbee2mqtt",))))


@pytest.mark.parametrize("definition", [{}, {"definition": None}, {"definition": "unknown"}, {"definition": []}])
def test_a_device_without_a_definition_is_a_row_without_capabilities(definition: dict[str, Any]) -> None:
    [device] = read(topics({**BARE, **definition, "model_id": "TS0601", "manufacturer": "_TZE200"})).devices
    assert device.leaves.rows == []
    assert not device.supported
    assert (device.manufacturer, device.model) == ("_TZE200", "TS0601")


def test_the_coordinator_is_supported_and_has_no_capabilities() -> None:
    [device] = read(topics({**BARE, "type": "Coordinator", "friendly_name": "Coordinator"})).devices
    assert device.supported
    assert device.leaves.rows == []


def test_a_generated_definition_is_marked() -> None:
    element = lamp("0x1", "guess", supported=False)
    element["definition"]["source"] = "generated"
    [device] = read(topics(element)).devices
    assert (device.definition_source, device.supported, len(device.leaves.rows)) == ("generated", False, 2)


@pytest.mark.parametrize(
    ("element", "state"),
    [
        ({"interview_state": "FAILED"}, "FAILED"),
        ({"interview_state": "PENDING", "interviewing": True}, "PENDING"),
        ({"interviewing": True, "interview_completed": False}, "IN_PROGRESS"),
        ({"interviewing": False, "interview_completed": True}, "SUCCESSFUL"),
        ({"interviewing": False, "interview_completed": False}, "PENDING"),
        ({}, None),
    ],
)
def test_the_interview_of_2_x_and_of_1_x(element: dict[str, Any], state: str | None) -> None:
    [device] = read(topics({**BARE, **element})).devices
    assert device.interview_state == state


def test_names_are_kept_to_the_letter_and_stored_as_text(tmp_path: Path) -> None:
    names = [
        "living room/ceiling",
        'it\'s "mine"',
        "<script>alert(1)</script>",
        "Küche 💡",
        "'); DROP TABLE devices; --",
    ]
    home = topics(*[lamp(f"0x{number}", name) for number, name in enumerate(names)])
    phase = phase_of(tmp_path, _file(tmp_path, home))
    assert run(phase).status == "succeeded"
    with phase.store.connect() as connection:
        stored = query(connection, "SELECT friendly_name FROM devices ORDER BY ieee_address")
    assert stored["friendly_name"].tolist() == names


def test_nul_and_stray_surrogates_reach_the_database_as_plain_text(tmp_path: Path) -> None:
    home = topics(lamp("0x1", "x"))
    home["zigbee2mqtt/bridge/devices"] = home["zigbee2mqtt/bridge/devices"].replace("LED1", "LED\\u0000\\u00001\\ud83d")
    phase = phase_of(tmp_path, _file(tmp_path, home))
    assert run(phase).status == "succeeded"
    with phase.store.connect() as connection:
        assert query(connection, "SELECT model FROM devices")["model"].tolist() == ["LED1?"]


def test_devices_of_one_name_are_both_kept_and_their_entities_are_marked_guessed(tmp_path: Path) -> None:
    home = topics(lamp("0x1", "lamp"), lamp("0x2", "lamp"))
    for address in ("0x1", "0x2"):
        home[f"homeassistant/light/{address}/light/config"] = json.dumps(
            {"default_entity_id": "light.lamp", "device": {"identifiers": [f"zigbee2mqtt_{address}"]}, "schema": "json",
             "unique_id": f"{address}_light_zigbee2mqtt"}
        )  # fmt: skip
    phase = phase_of(tmp_path, _file(tmp_path, home))
    run(phase)
    with phase.store.connect() as connection:
        rows = query(connection, "SELECT DISTINCT ieee_address, entity_id, source FROM entities ORDER BY ieee_address")
    assert rows.to_numpy().tolist() == [["0x1", "light.lamp", "guessed"], ["0x2", "light.lamp", "guessed"]]


def test_an_address_listed_twice_counts_once_and_is_named() -> None:
    house = read(topics(lamp("0x1", "first"), lamp("0x1", "second")))
    assert [device.friendly_name for device in house.devices] == ["first"]
    assert [(problem.subject, problem.found) for problem in house.problems] == [
        ("second", "is listed twice; the first counts")
    ]


@pytest.mark.parametrize("element", [None, 7, "device", [], {}, {"ieee_address": None}, {"ieee_address": 17}])
def test_an_element_without_an_address_is_left_out_and_named(element: object) -> None:
    home = topics(lamp("0x1", "lamp"))
    devices = [element, *json.loads(home["zigbee2mqtt/bridge/devices"])]
    house = read({**home, "zigbee2mqtt/bridge/devices": json.dumps(devices)})
    assert [device.ieee_address for device in house.devices] == ["0x1"]
    assert [(problem.subject, problem.serious) for problem in house.problems] == [("element 1", True)]


def test_an_expose_that_is_not_understood_is_counted_named_and_stored_with_its_raw_form(tmp_path: Path) -> None:
    element = lamp("0x1", "lamp")
    strange = {"type": "hologram", "name": "beam", "property": "beam", "access": 3, "colours": 7}
    element["definition"]["exposes"].append(strange)
    phase = phase_of(tmp_path, _file(tmp_path, topics(element)))
    outcome = run(phase)
    assert outcome.figures["problems"] == 1
    assert "1 thing was not understood" in outcome.reason
    with phase.store.connect() as connection:
        [kind, access, raw] = query(
            connection, "SELECT kind, access, raw FROM device_capabilities WHERE path = 'beam'"
        ).iloc[0]
    assert (kind, access, json.loads(raw)) == ("hologram", 3, strange)


@pytest.mark.parametrize(
    ("payload", "online"),
    [('{"state": "online"}', True), ('{"state":"offline"}', False), ("online", True), ("offline", False), ('"offline"', False),
     ("garbage", None), ("{", None), ("null", None)],
)  # fmt: skip
def test_the_bridge_state_of_2_x_and_of_1_x(payload: str, online: bool | None) -> None:
    house = read({**topics(lamp("0x1", "lamp")), "zigbee2mqtt/bridge/state": payload})
    assert house.bridges[0].online is online


def test_what_an_offline_bridge_left_is_used_and_marked(tmp_path: Path) -> None:
    home = {**topics(lamp("0x1", "lamp")), "zigbee2mqtt/bridge/state": "offline"}
    phase = phase_of(tmp_path, _file(tmp_path, home))
    outcome = run(phase)
    assert outcome.status == "degraded"
    assert outcome.reason.startswith("Zigbee2MQTT at zigbee2mqtt is offline")
    assert [row[2] for row in dump(phase.store)["devices"]] == ["lamp"]


def test_availability_is_found_by_the_whole_name() -> None:
    home = topics(lamp("0x1", "living room/ceiling"), lamp("0x2", "ceiling"))
    home["zigbee2mqtt/living room/ceiling/availability"] = '{"state":"offline"}'
    home["zigbee2mqtt/ceiling/availability"] = "online"
    assert [device.available for device in read(home).devices] == [False, True]


def test_the_owner_s_settings_lie_over_the_home_s_defaults() -> None:
    config = {"device_options": {"transition": 2, "retain": True}, "devices": {"0x1": {"retain": False}}}
    [device] = read(topics(lamp("0x1", "lamp"), info={"config": config})).devices
    assert json.loads(device.options or "") == {"transition": 2, "retain": False}


def test_without_bridge_info_the_settings_are_not_known() -> None:
    home = topics(lamp("0x1", "lamp"))
    del home["zigbee2mqtt/bridge/info"]
    house = read(home)
    assert house.devices[0].options is None
    assert [(problem.topic, problem.serious) for problem in house.problems] == [("zigbee2mqtt/bridge/info", False)]


def test_damaged_groups_are_named_and_the_stored_ones_stay(tmp_path: Path) -> None:
    groups = [{"id": 1, "friendly_name": "all", "members": [{"ieee_address": "0x1", "endpoint": 1}]}]
    home = topics(lamp("0x1", "lamp"), groups=groups)
    phase = phase_of(tmp_path, _file(tmp_path, home))
    assert run(phase).status == "succeeded"
    _file(tmp_path, {**home, "zigbee2mqtt/bridge/groups": '[{"id": 1, "frie'})
    outcome = run(phase)
    assert outcome.status == "degraded"
    assert "zigbee2mqtt/bridge/groups" in outcome.reason
    with phase.store.connect() as connection:
        rows = query(connection, "SELECT ieee_address, left_at IS NULL AS here FROM devices ORDER BY 1")
    assert rows.to_numpy().tolist() == [["0x1", True], ["group:zigbee2mqtt:1", True]]


def test_a_group_can_what_its_members_can() -> None:
    groups = [
        {"id": 1, "friendly_name": "all/lights", "members": [{"ieee_address": "0x1", "endpoint": 1}, {"ieee_address": "0xgone", "endpoint": 1}]},
        {"id": 2, "friendly_name": "empty", "members": []},
        {"id": 3},
        {"friendly_name": "nameless"},
    ]  # fmt: skip
    house = read(topics(lamp("0x1", "lamp"), groups=groups))
    found = {device.ieee_address: device for device in house.devices}
    assert [leaf.path for leaf in found["group:zigbee2mqtt:1"].leaves.rows] == ["light/state", "light/brightness"]
    assert found["group:zigbee2mqtt:1"].type == "Group"
    assert json.loads(found["group:zigbee2mqtt:1"].members or "")[1]["ieee_address"] == "0xgone"
    assert found["group:zigbee2mqtt:2"].leaves.rows == []
    assert found["group:zigbee2mqtt:3"].friendly_name == "3"
    assert [problem.subject for problem in house.problems] == ["element 4"]


def test_one_damaged_bridge_beside_another_keeps_what_is_stored_of_it(tmp_path: Path) -> None:
    upstairs, cellar = topics(lamp("0x1", "up"), base="up"), topics(lamp("0x2", "down"), base="house/cellar")
    bridge = {**_file(tmp_path, {**upstairs, **cellar}), "base_topics": ["up", "house/cellar"]}
    phase = phase_of(tmp_path, bridge)
    assert run(phase).status == "succeeded"
    _file(tmp_path, {**upstairs, "house/cellar/bridge/devices": "[{"})
    damaged = run(phase)
    _file(tmp_path, upstairs)
    silent = run(phase)
    assert [damaged.status, silent.status] == ["degraded", "degraded"]
    assert "house/cellar/bridge/devices is not JSON" in damaged.reason
    assert "Nothing is retained under house/cellar/bridge/devices" in silent.reason
    assert [(row[0], row[1]) for row in dump(phase.store)["devices"]] == [("0x1", "up"), ("0x2", "house/cellar")]
    with phase.store.connect() as connection:
        assert query(connection, "SELECT 1 FROM devices WHERE left_at IS NOT NULL").empty


def test_a_device_two_bridges_list_counts_where_it_is_listed_first() -> None:
    house = read({**topics(lamp("0x1", "a"), base="a"), **topics(lamp("0x1", "b"), base="b")}, "a", "b")
    assert [(device.base_topic, device.friendly_name) for device in house.devices] == [("a", "a")]
    assert house.problems[0].found == "is listed under a too; that one counts"


def test_a_list_beyond_the_bound_is_refused_before_parsing() -> None:
    large = {"zigbee2mqtt/bridge/devices": "[" + " " * LARGEST_PAYLOAD + "]"}
    with pytest.raises(PayloadError, match=r"has 16,777,218 bytes; more than 16,777,216 are not read"):
        read(large)


@pytest.mark.parametrize(
    ("content", "error"),
    [(None, BridgeError), ("{", PayloadError), ("[]", PayloadError), ("{}", BridgeSilentError)],
)
def test_a_file_that_holds_no_house_says_so(tmp_path: Path, content: str | None, error: type[BridgeError]) -> None:
    phase = phase_of(tmp_path, {"source": "file", "path": str(tmp_path / "retained.json")})
    if content is not None:
        (tmp_path / "retained.json").write_text(content)
    with pytest.raises(error) as caught:
        run(phase)
    assert type(caught.value) is error
    assert "retained.json" in str(caught.value)


def test_a_file_may_hold_payloads_as_json(tmp_path: Path) -> None:
    home = {topic: json.loads(payload) for topic, payload in topics(lamp("0x1", "lamp")).items()}
    (tmp_path / "retained.json").write_text(json.dumps(home))
    phase = phase_of(tmp_path, {"source": "file", "path": str(tmp_path / "retained.json")})
    assert run(phase).figures["devices_checked"] == 1


def _file(folder: Path, home: dict[str, str]) -> dict[str, Any]:
    path = folder / "retained.json"
    path.write_text(json.dumps(home))
    return {"source": "file", "path": str(path)}
