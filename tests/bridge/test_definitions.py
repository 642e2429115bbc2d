"""Every definition of zigbee-herdsman-converters parses, and no leaf is lost: counted by an independent walk."""

import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from homeintel.bridge.exposes import flatten


@pytest.fixture(scope="module")
def definitions(request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    from tests.servers import samples

    with gzip.open(samples() / "zigbee2mqtt" / "definitions.json.gz") as file:
        found: list[dict[str, Any]] = json.load(file)["definitions"]
    return found


def count_leaves(members: list[dict[str, Any]]) -> Counter[str]:
    """Count without the parser: whatever holds `features` is opened, all else is a leaf of its type."""
    waiting, found = list(members), Counter[str]()
    while waiting:
        expose = waiting.pop()
        if expose.get("features"):
            waiting += expose["features"]
        else:
            found[expose["type"]] += 1
    return found


def test_all_definitions_parse_and_no_leaf_is_lost(definitions: list[dict[str, Any]]) -> None:
    expected, parsed, access = Counter[str](), Counter[str](), Counter[int]()
    odd: Counter[str] = Counter()
    for definition in definitions:
        leaves = flatten(definition["exposes"], definition["options"])
        expected += count_leaves([*definition["exposes"], *definition["options"]])
        parsed += Counter(leaf.kind for leaf in leaves.rows)
        access += Counter(leaf.access for leaf in leaves.rows)
        odd += Counter(leaves.odd.values())
        paths = [leaf.path for leaf in leaves.rows]
        assert len(paths) == len(set(paths)), definition["model"]
    print(  # noqa: T201 - the count is what this test is read for
        f"\n{len(definitions)} definitions, {parsed.total()} leaves: {dict(parsed)}; by access {dict(access)}; odd {dict(odd)}"
    )
    assert len(definitions) == 2998
    assert parsed == expected
    assert parsed.total() == 38_103
    assert odd == Counter({"is a composite without features": 1})


def test_a_leaf_of_a_real_definition_is_found_by_its_path(definitions: list[dict[str, Any]]) -> None:
    model = next(entry for entry in definitions if entry["model"] == "ALCANTARA2")
    rows = {leaf.path: leaf for leaf in flatten(model["exposes"], model["options"]).rows}
    setpoint = rows["climate/occupied_heating_setpoint"]
    assert (setpoint.kind, setpoint.access, setpoint.unit) == ("numeric", 7, "°C")
    assert (setpoint.value_min, setpoint.value_max, setpoint.value_step) == (7, 28, 0.5)
    assert setpoint.parent == "climate"
    assert json.loads(rows["climate/running_state"].values or "") == ["idle", "heat"]
    assert rows["thermostat_unit"].origin == "option"


def test_both_endpoints_of_a_two_gang_switch_have_paths_of_their_own(sample_folder: Path) -> None:
    retained = json.loads((sample_folder / "zigbee2mqtt" / "retained.json").read_text())
    house = json.loads(retained["zigbee2mqtt/bridge/devices"])
    dimmer = next(device for device in house if device["friendly_name"] == "dimmer 2ch")
    leaves = flatten(dimmer["definition"]["exposes"], []).rows
    rows = {leaf.path: (leaf.property, leaf.endpoint) for leaf in leaves}
    assert rows["light_l1/brightness"] == ("brightness_l1", "l1")
    assert rows["light_l2/brightness"] == ("brightness_l2", "l2")
