"""How features are set: over every real definition a message that its device takes; and what a person is shown."""

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeintel.bridge.devices import Device
from homeintel.bridge.exposes import SET, Leaves
from homeintel.bridge.guess import guess_entities
from homeintel.features.catalogue import Entry, load_catalogue
from homeintel.features.features import describe
from homeintel.features.offers import Offer
from homeintel.features.ways import example, find_ways, publishing, way_to_set, ways_table
from homeintel.store import Store
from tests.features.homes import capability, device, entity, fill
from tests.features.test_catalogue import all_entries, definitions
from tests.servers import samples


@cache
def ways(folder: Path) -> tuple[pd.DataFrame, tuple[Offer, ...]]:
    """Every leaf of every definition, as a device each would have it, and how it is set."""
    rows = pd.DataFrame(
        [row for number, leaves in enumerate(definitions(folder)) for row in _rows(str(number), leaves)]
    )
    described = describe(rows.astype(object), load_catalogue())
    return described, tuple(find_ways(described.assign(settable=described["settable"].astype(bool)), load_catalogue()))


def _rows(name: str, leaves: Leaves) -> list[dict[str, Any]]:
    device = Device(name, "zigbee2mqtt", f"Device {name}", leaves, "", "EndDevice")
    entities = {row.path: row for row in guess_entities(device)}
    rows = []
    for leaf in leaves.rows:
        found = entities.get(leaf.path)
        of = {key: getattr(found, key, None) for key in ("entity_id", "component", "attribute")}
        rows.append(leaf._asdict() | of | {"ieee_address": name, "settable": bool(leaf.access & SET), "enabled": True})
    return rows


def test_every_settable_leaf_of_every_definition_has_a_message(capsys: pytest.CaptureFixture[str]) -> None:
    rows, found = ways(samples())
    settable = rows.loc[rows["settable"].astype(bool)]
    of_leaves = Counter((row["ieee_address"], row["path"]) for way in found for row in way.rows)
    assert set(of_leaves) == set(zip(settable["ieee_address"], settable["path"], strict=True))
    assert set(of_leaves.values()) == {1}
    actions = Counter((way.action() or {"action": "mqtt.publish"})["action"] for way in found)
    with capsys.disabled():
        print(  # noqa: T201 - the figure is asked for
            f"\nways: {len(found):,} messages set {len(settable):,} leaves of {rows['ieee_address'].nunique():,} definitions, "
            f"{settable['catalogued'].sum():,} of them catalogued; {len(found) - actions['mqtt.publish']:,} have an action of "
            "their own in Home Assistant, the others mqtt.publish"
        )


def test_every_value_is_one_that_its_device_takes() -> None:
    for way in ways(samples())[1]:
        topic, message = way_to_set(way, "Device", "zigbee2mqtt")
        sent = json.loads(message)
        assert topic == f"zigbee2mqtt/{'Device/set' if way.origin == 'expose' else 'bridge/request/device/options'}"
        payload = sent["options"] if way.origin == "option" else sent
        for row in way.rows:
            inside = payload
            for key in json.loads(row["container"]) if isinstance(row["container"], str) else []:
                inside = inside[key]
            assert taken(row, inside[row["property"]]), (row["path"], inside)
        assert way.action() or publishing(topic, message), message


def taken(row: dict[str, Any], value: Any) -> bool:
    """Whether a definition's own words allow a value."""
    if row["kind"] in {"binary", "enum"}:
        return value in json.loads(row["values"])
    if row["kind"] == "numeric":
        presets = json.loads(row["presets"]) if isinstance(row["presets"], str) else []
        named = {preset["name"] for preset in presets}
        low, high = (None if pd.isna(row[name]) else row[name] for name in ("value_min", "value_max"))
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return value in named or (number and (low is None or value >= low) and (high is None or value <= high))
    if row["kind"] == "list":
        return isinstance(value, list) and len(value) == 1
    return isinstance(value, {"text": str, "composite": dict}[row["kind"]])


def test_every_entry_of_the_catalogue_sets_something_of_some_definition(capsys: pytest.CaptureFixture[str]) -> None:
    exercised = Counter((way.origin, way.entry.title) for way in ways(samples())[1])
    missing = [key for key in ((origin, entry.title) for origin, entry in all_entries()) if not exercised[key]]
    assert missing == []
    own = sum(any(vars(entry)[name] for name in ("values", "units", "parts")) for _, entry in all_entries())
    with capsys.disabled():
        print(f"\nways: {len(all_entries())} entries exercised, {own} with a value of their own")  # noqa: T201 - asked for


UNKNOWN = Entry("Mystery", ("mystery",))


def leaf(kind: str, **given: Any) -> dict[str, Any]:
    return capability("0x1", "mystery", kind=kind, **given) | {"composite": None}


@pytest.mark.parametrize(
    ("kind", "given", "value"),
    [
        ("binary", {"values": ["LOCK", "UNLOCK"]}, "LOCK"),
        ("binary", {}, "ON"),
        ("enum", {"values": ["low", "high"]}, "low"),
        ("enum", {}, None),
        ("numeric", {"value_min": 5, "value_max": 30, "value_step": 0.5}, 17.5),
        ("numeric", {"value_min": 0, "value_max": 255}, 127),
        ("numeric", {"value_min": 0, "value_max": 1}, 0.5),
        ("numeric", {"value_min": -1}, -1),
        ("numeric", {"value_max": 9}, 9),
        ("numeric", {}, 0),
        ("text", {}, "your text"),
        ("list", {}, ["your text"]),
        ("composite", {}, {}),
        ("hologram", {}, None),
    ],
)
def test_without_advice_the_value_is_from_the_features_own_definition(
    kind: str, given: dict[str, Any], value: object
) -> None:
    assert example(leaf(kind, **given), UNKNOWN) == value


def test_an_item_of_a_list_is_built_as_it_is_described() -> None:
    day = {"name": "day", "type": "enum", "property": "day", "values": ["monday", "sunday"], "access": 2}
    hour = {"name": "hour", "type": "numeric", "property": "hour", "value_min": 0, "value_max": 23, "access": 2}
    time = {"name": "time", "property": "at", "type": "composite", "features": [hour]}
    raw = json.dumps({"item_type": {"name": "entry", "type": "composite", "features": [day, time]}})
    known = Entry("Plan", ("plan",), parts={"hour": 6})
    assert example(leaf("list") | {"raw": raw}, known) == [{"day": "monday", "at": {"hour": 6}}]
    assert example(leaf("list") | {"raw": raw}, UNKNOWN) == [{"day": "monday", "at": {"hour": 11}}]
    assert example(leaf("list") | {"raw": '{"item_type": "numeric"}'}, UNKNOWN) == [0]


@given(
    st.floats(-1000, 1000),
    st.floats(0, 2000),
    st.one_of(st.none(), st.sampled_from([0.01, 0.1, 0.125, 0.5, 1.0, 5.0, 5000.0])),
)
def test_a_number_of_its_own_is_within_its_range(low: float, width: float, step: float | None) -> None:
    row = leaf("numeric", value_min=low, value_max=low + width, value_step=step)
    value = example(row, UNKNOWN)
    assert low - 1e-6 <= value <= low + width + 1e-6


def test_a_person_sees_message_action_choices_and_what_to_mind(store: Store) -> None:
    lamp = [
        capability("0x1", "light/brightness", kind="numeric", value_min=0, value_max=254, parent="light"),
        capability("0x1", "motor_direction", kind="enum", values=["normal", "reversed"]),
        capability("0x1", "mystery", kind="enum", values=["a", True], description="Says <b>what</b>."),
        capability("0x1", "transition", kind="numeric", origin="option", value_min=0, access=2),
        capability("0x1", "battery", kind="numeric", access=1),
    ]
    fill(
        store,
        devices=[{**device("0x1", friendly_name="lamp")}],
        device_capabilities=lamp,
        entities=[entity("light.lamp", "0x1", "light/brightness", attribute="brightness")],
    )
    with store.connect() as connection:
        table = ways_table(connection, "lamp", load_catalogue()).set_index("feature")
        nobody = ways_table(connection, "nobody", load_catalogue())
    assert nobody.empty
    assert table.index.tolist() == ["light/brightness", "motor_direction", "mystery", "transition"]
    assert table["publish to"].tolist() == [*["zigbee2mqtt/lamp/set"] * 3, "zigbee2mqtt/bridge/request/device/options"]
    assert table["message"].tolist() == [
        '{"brightness": 100}',
        '{"motor_direction": "normal"}',
        '{"mystery": "a"}',
        '{"id": "lamp", "options": {"transition": 1}}',
    ]
    assert json.loads(table["in Home Assistant"]["light/brightness"]) == {
        "action": "light.turn_on", "target": {"entity_id": ["light.lamp"]}, "data": {"brightness_pct": 39},
    }  # fmt: skip
    assert json.loads(table["in Home Assistant"]["mystery"]) == {
        "action": "mqtt.publish", "data": {"topic": "zigbee2mqtt/lamp/set", "payload": '{"mystery": "a"}'},
    }  # fmt: skip
    assert table["value"].tolist() == [
        "advised; it takes 0 to 254",
        "an example, choose your own; it takes one of normal, reversed",
        "an example, choose your own; it takes one of a, true",
        "advised; it takes 0 or more",
    ]
    assert table["mind"]["motor_direction"].startswith("Risk: high. ")
    assert table["what it is for"]["mystery"] == "Says <b>what</b>."


def test_what_home_assistant_would_take_for_a_template_is_not_given_as_an_action() -> None:
    assert publishing("zigbee2mqtt/{{ x }}/set", "{}") is None
    assert publishing("zigbee2mqtt/lamp/set", '{"name": "{% x %}"}') is None
