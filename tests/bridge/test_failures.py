"""What goes wrong between homeintel and Zigbee2MQTT, against a real broker."""

from pathlib import Path

import pytest

from homeintel.bridge.phase import run
from homeintel.errors import BridgeSilentError, BrokerRefusedError, BrokerUnreachableError, PayloadError
from tests.bridge.homes import broker_settings, dump, phase_of
from tests.bridge.payloads import lamp, topics
from tests.bridge.retain import retain
from tests.servers import Mosquitto, free_port

HOUSE = topics(lamp("0x1", "kitchen"))


def test_a_first_night_without_a_broker_fails_and_says_where_it_looked(tmp_path: Path) -> None:
    port = free_port()
    phase = phase_of(tmp_path, {"source": "mqtt", "host": "127.0.0.1", "port": port})
    with pytest.raises(BrokerUnreachableError) as caught:
        run(phase)
    assert f"127.0.0.1:{port}" in str(caught.value)
    assert "No device is stored" in str(caught.value)


def test_a_later_night_without_a_broker_keeps_what_is_stored_and_says_how_old_it_is(
    tmp_path: Path, broker: Mosquitto
) -> None:
    retain(broker, HOUSE)
    phase = phase_of(tmp_path, broker_settings(broker, tmp_path))
    assert run(phase).status == "succeeded"
    before = dump(phase.store)
    broker.stop()
    outcome = run(phase)
    assert outcome.status == "degraded"
    assert outcome.rows_written == 0
    assert f"No broker answers at 127.0.0.1:{broker.port}" in outcome.reason
    assert "What was stored less than a minute ago" in outcome.reason
    assert dump(phase.store) == before


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_a_wrong_password_is_refused_and_never_shown(tmp_path: Path, broker: Mosquitto, protocol: str) -> None:
    settings = broker_settings(broker, tmp_path, protocol=protocol)
    (tmp_path / "password").write_text("wrong-secret")
    with pytest.raises(BrokerRefusedError) as caught:
        run(phase_of(tmp_path, settings))
    assert "Not authorized" in str(caught.value)
    assert "wrong-secret" not in str(caught.value)


def test_a_broker_without_the_devices_names_the_base_topic_it_listened_to(tmp_path: Path, broker: Mosquitto) -> None:
    retain(broker, topics(lamp("0x1", "kitchen"), base="elsewhere"))
    with pytest.raises(BridgeSilentError) as caught:
        run(phase_of(tmp_path, broker_settings(broker, tmp_path, timeout=2)))
    assert "zigbee2mqtt/bridge/devices" in caught.value.happened
    assert "Restart Zigbee2MQTT" in caught.value.next_step


@pytest.mark.parametrize("payload", ["[{", '{"a": 1}', b"\xff\xfe", "NaN", "[" * 100_000])
def test_a_damaged_list_of_devices_names_its_topic_and_keeps_what_is_stored(
    tmp_path: Path, broker: Mosquitto, payload: str | bytes
) -> None:
    retain(broker, {"zigbee2mqtt/bridge/devices": payload})
    phase = phase_of(tmp_path, broker_settings(broker, tmp_path))
    with pytest.raises(PayloadError, match="zigbee2mqtt/bridge/devices"):
        run(phase)
    retain(broker, HOUSE)
    assert run(phase).status == "succeeded"
    before = dump(phase.store)
    retain(broker, {"zigbee2mqtt/bridge/devices": payload})
    outcome = run(phase)
    assert (outcome.status, outcome.rows_written) == ("degraded", 0)
    assert "zigbee2mqtt/bridge/devices" in outcome.reason
    assert dump(phase.store) == before
