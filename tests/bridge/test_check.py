"""What `homeintel doctor` says of the broker, against a real one."""

from pathlib import Path
from typing import Any

from homeintel.bridge.check import check_broker, check_registry
from tests.bridge.homes import broker_settings, phase_of
from tests.bridge.payloads import lamp, topics
from tests.bridge.retain import retain
from tests.bridge.test_registry import LIGHT, write_registry
from tests.servers import Mosquitto, free_port


def found(folder: Path, bridge: dict[str, Any]) -> list[tuple[str, bool]]:
    checks = check_broker(phase_of(folder, bridge).settings)
    assert all(mend for _, ok, _, mend in checks if not ok)
    return [(name, ok) for name, ok, _, _ in checks]


def test_a_healthy_home(broker: Mosquitto, tmp_path: Path) -> None:
    retain(broker, topics(lamp("0x1", "a"), lamp("0x2", "b"), health={"response_time": 1795367668724}))
    settings = broker_settings(broker, tmp_path)
    checks = check_broker(phase_of(tmp_path, settings).settings)
    assert [(name, ok) for name, ok, _, _ in checks] == [
        ("broker", True), ("broker access", True), ("zigbee2mqtt/bridge/devices", True), ("zigbee2mqtt/bridge/state", True)
    ]  # fmt: skip
    assert "2 devices and groups" in checks[2][2]
    assert "last sign of life 2026-11-22 18:14 in Europe/Berlin" in checks[3][2]


def test_no_broker_and_a_wrong_password(broker: Mosquitto, tmp_path: Path) -> None:
    assert found(tmp_path, {"source": "mqtt", "host": "127.0.0.1", "port": free_port()}) == [("broker", False)]
    settings = broker_settings(broker, tmp_path)
    (tmp_path / "password").write_text("wrong")
    assert found(tmp_path, settings) == [("broker", True), ("broker access", False)]


def test_one_silent_one_damaged_and_one_offline_bridge(broker: Mosquitto, tmp_path: Path) -> None:
    retain(broker, {**topics(lamp("0x1", "a"), base="off"), "off/bridge/state": "offline", "bad/bridge/devices": "[{"})
    settings = broker_settings(broker, tmp_path, base_topics=["silent", "bad", "off"], timeout=2.5)
    assert found(tmp_path, settings)[2:] == [
        ("silent/bridge/devices", False),
        ("bad/bridge/devices", False),
        ("off/bridge/devices", True),
        ("off/bridge/state", False),
    ]


def test_the_registry_is_checked_where_one_is_configured(tmp_path: Path) -> None:
    source = {"source": "simulated"}
    assert check_registry(phase_of(tmp_path, source).settings) == []
    settings = phase_of(tmp_path, source, homeassistant={"registry": str(tmp_path / "storage")}).settings
    [(name, ok, found, _)] = check_registry(settings)
    assert (name, ok) == ("homeassistant", False)
    assert "can't be read" in found
    write_registry(tmp_path / "storage", LIGHT)
    assert [check[:2] for check in check_registry(settings)] == [("homeassistant", True)]


def test_a_home_without_a_broker_has_nothing_to_check(tmp_path: Path) -> None:
    assert found(tmp_path, {"source": "simulated"}) == []
