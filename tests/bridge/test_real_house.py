"""The real house, from its retained topics to the tables: every odd device in it, every leaf, what the run records."""

import json
from typing import Any

import pytest

from homeintel.bridge.phase import run
from homeintel.phase import Outcome, Phase
from homeintel.store import query
from tests.bridge.homes import phase_of
from tests.bridge.test_definitions import count_leaves


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> tuple[Phase, Outcome, dict[str, Any]]:
    from tests.servers import samples

    path = samples() / "zigbee2mqtt" / "retained.json"
    phase = phase_of(tmp_path_factory.mktemp("house"), {"source": "file", "path": str(path)})
    return phase, run(phase), json.loads(path.read_text())


def rows(phase: Phase, sql: str) -> list[list[Any]]:
    with phase.store.connect() as connection:
        found: list[list[Any]] = query(connection, sql).astype(object).to_numpy().tolist()
    return [[None if value != value else value for value in row] for row in found]  # noqa: PLR0124 - NaN is not itself


def test_what_the_run_records(night: tuple[Phase, Outcome, dict[str, Any]]) -> None:
    _, outcome, _ = night
    assert outcome.status == "succeeded"
    assert outcome.reason == "72 devices and groups checked: 72 new, 0 changed, 0 left, 3 unsupported."
    assert outcome.figures == {
        "devices_checked": 72, "devices_new": 72, "devices_changed": 0, "devices_left": 0, "devices_unsupported": 3,
        "capabilities": 742, "capabilities_with_entity_percent": 90.8, "entities": 583, "problems": 0,
    }  # fmt: skip


def test_every_leaf_of_every_device_is_a_row(night: tuple[Phase, Outcome, dict[str, Any]]) -> None:
    phase, _, retained = night
    devices = json.loads(retained["zigbee2mqtt/bridge/devices"])
    stored = dict(rows(phase, "SELECT ieee_address, count(*) FROM device_capabilities GROUP BY ALL"))
    for device in devices:
        definition = device.get("definition") or {"exposes": [], "options": []}
        expected = count_leaves([*definition["exposes"], *definition["options"]]).total()
        assert stored.get(device["ieee_address"], 0) == expected, device["friendly_name"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Coordinator", ["Coordinator", False, True, "SUCCESSFUL", None, 0]),
        ("s31", ["Router", True, True, "SUCCESSFUL", "native", 3]),
        ("0x00000000017171f8", ["GreenPower", False, True, "SUCCESSFUL", "native", 2]),
        ("0xa4c13800deadbee1", ["EndDevice", False, False, "SUCCESSFUL", "generated", 7]),
        ("0xa4c13800deadbee2", ["EndDevice", False, False, "FAILED", "generated", 1]),
        ("0xa4c13800deadbee3", ["EndDevice", False, False, "PENDING", None, 0]),
        ("all/lights", ["Group", False, True, None, None, 8]),
    ],
)
def test_odd_devices(night: tuple[Phase, Outcome, dict[str, Any]], name: str, expected: list[Any]) -> None:
    phase, _, _ = night
    sql = """SELECT type, disabled, supported, interview_state, definition_source, count(path)
             FROM devices LEFT JOIN device_capabilities USING (ieee_address) WHERE friendly_name = '{}' GROUP BY ALL"""
    assert rows(phase, sql.format(name)) == [expected]


def test_what_the_owner_set_and_whether_it_answers(night: tuple[Phase, Outcome, dict[str, Any]]) -> None:
    phase, _, _ = night
    sql = "SELECT options, available, description FROM devices WHERE friendly_name = 'air quality'"
    [[options, available, description]] = rows(phase, sql)
    assert json.loads(options)["description"] == description == "Bought 2021, room air quality"
    assert available is True
