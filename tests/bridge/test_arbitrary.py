"""Whatever lies on the broker: the house is read or one of our errors is raised, and what is read can be stored."""

import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from homeintel.bridge.file import of_texts
from homeintel.bridge.frames import capability_table, device_table, entity_table
from homeintel.bridge.house import read_house
from homeintel.bridge.join import join_entities
from homeintel.bridge.registry import build_registry
from homeintel.errors import BridgeError
from homeintel.settings import BridgeTopics
from tests.bridge.payloads import lamp

NOW = datetime(2026, 11, 23, tzinfo=UTC)
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=6)
)
values = st.recursive(
    scalars, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)), max_leaves=6
)  # fmt: skip
keys = [*lamp("0x1", "x"), "description", "power_source", "software_build_id", "last_seen", "interviewing", "model_id"]
fields = st.dictionaries(st.sampled_from(keys), values, max_size=4)
lamps = st.tuples(st.integers(0, 3), fields).map(lambda pair: {**lamp(f"0x{pair[0]}", "lamp"), **pair[1]})
groups = st.dictionaries(st.sampled_from(["id", "friendly_name", "members", "description"]), values, max_size=4)
configs = st.dictionaries(
    st.sampled_from(["unique_id", "device", "default_entity_id", "object_id", "value_template", "command_topic", "name", "effect", "enabled_by_default"]),
    st.one_of(values, st.just({"identifiers": ["zigbee2mqtt_0x1"], "name": "lamp"})),
    max_size=6,
)  # fmt: skip
fuzzy = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@fuzzy
@given(
    devices=st.lists(st.one_of(lamps, values), max_size=3),
    others=st.fixed_dictionaries({}, optional={"groups": st.lists(st.one_of(groups, values), max_size=2), "info": values, "state": values, "health": values}),
    config=st.one_of(configs, values),
)  # fmt: skip
def test_arbitrary_payloads_are_read_and_can_be_stored(
    devices: list[Any], others: dict[str, Any], config: object
) -> None:
    topics = {f"zigbee2mqtt/bridge/{name}": json.dumps(value) for name, value in {"devices": devices, **others}.items()}
    topics["homeassistant/light/0x1/light/config"] = json.dumps(config)
    house = read_house(of_texts(topics, "a test"), BridgeTopics())
    addresses = [device.ieee_address for device in house.devices]
    assert len(set(addresses)) == len(addresses)
    read = sum(isinstance(element, dict) and isinstance(element.get("ieee_address"), str) for element in devices)
    assert sum(device.type != "Group" for device in house.devices) <= read
    assert device_table(house.devices, NOW).num_rows == len(addresses)
    assert capability_table(house.devices, NOW).num_rows == sum(len(device.leaves.rows) for device in house.devices)
    rows = join_entities(house.announced, house.devices)
    assert entity_table(rows).num_rows == len(rows)


@fuzzy
@given(st.binary(max_size=40))
def test_arbitrary_bytes_are_a_house_or_an_error_of_ours(payload: bytes) -> None:
    topics = {
        "zigbee2mqtt/bridge/devices": payload.decode("latin-1"),
        "zigbee2mqtt/bridge/info": payload.decode("latin-1"),
    }
    house, error = None, ""
    try:
        house = read_house(of_texts(topics, "a test"), BridgeTopics())
    except BridgeError as raised:
        error = raised.happened
    assert ("zigbee2mqtt/bridge/devices" in error) == (house is None)


entries = st.dictionaries(
    st.sampled_from(["entity_id", "unique_id", "platform", "disabled_by", "device_id", "area_id", "id", "name", "original_name", "identifiers"]),
    st.one_of(values, st.just("mqtt"), st.just([["mqtt", "zigbee2mqtt_0x1"]])),
)  # fmt: skip
lists = st.lists(st.one_of(entries, values), max_size=4)


@fuzzy
@given(lists, lists, lists)
def test_arbitrary_registries_are_read(entities: list[Any], devices: list[Any], areas: list[Any]) -> None:
    registry = build_registry(entities, devices, areas, "a test")
    assert len(registry.entities) <= len(entities)
    assert set(registry.areas) <= {"0x1"}
    assert all(isinstance(area, str) for area in registry.areas.values())
