"""The batch query against a real mosquitto: every way to connect, when it ends, what it never does."""

import json
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from homeintel.bridge.mqtt import query_broker, subscriptions
from homeintel.bridge.phase import run
from homeintel.bridge.retained import LARGEST_PAYLOAD
from homeintel.errors import BridgeSilentError, BrokerRefusedError, BrokerUnreachableError
from homeintel.settings import BridgeTopics, MqttBridgeSettings
from tests.bridge.certificates import make_certificates
from tests.bridge.homes import broker_settings, dump, phase_of
from tests.bridge.payloads import lamp, topics
from tests.bridge.retain import retain
from tests.servers import Mosquitto, free_port, mosquitto, need

HOUSE = topics(lamp("0x1", "kitchen/lamp"))


def settings(broker: Mosquitto, **more: Any) -> MqttBridgeSettings:
    values = {"source": "mqtt", "host": "127.0.0.1", "port": broker.port, "username": broker.username,
              "password": broker.password, "timeout": 10, **more}  # fmt: skip
    return MqttBridgeSettings.model_validate(values)


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_the_retained_topics_come_as_they_are_and_the_query_ends_by_itself(broker: Mosquitto, protocol: str) -> None:
    extra = {
        "zigbee2mqtt/kitchen/lamp/availability": '{"state":"online"}',
        "zigbee2mqtt/a/b/c/d/availability": "online",
        "homeassistant/light/0x1/light/config": "{}",
        "homeassistant/sensor/other/config": "{}",
    }
    others = {
        "zigbee2mqtt/kitchen/lamp": "{}",
        "zigbee2mqtt/bridge/definitions": "{}",
        "homeassistant/status": "online",
    }
    retain(broker, {**HOUSE, **extra, **others})
    retained = query_broker(settings(broker, protocol=protocol, timeout=30))
    assert {topic: payload.decode() for topic, payload in retained.topics.items()} == {**HOUSE, **extra}
    assert 0 < retained.seconds < 10
    assert retained.origin == f"the broker at 127.0.0.1:{broker.port}"


def test_a_retained_topic_that_was_cleared_is_not_there(broker: Mosquitto) -> None:
    retain(broker, {**HOUSE, "homeassistant/light/0x1/light/config": "{}"})
    retain(broker, {"homeassistant/light/0x1/light/config": ""})
    assert set(query_broker(settings(broker)).topics) == set(HOUSE)


def test_several_bridges_answer_in_one_query_and_the_real_house_takes_about_a_second(
    broker: Mosquitto, sample_folder: Path, tmp_path: Path
) -> None:
    cellar = topics(lamp("0x2", "boiler"), base="house/cellar")
    retain(broker, {**real_house(sample_folder), **cellar})
    bases = ["zigbee2mqtt", "house/cellar"]
    phase = phase_of(tmp_path, broker_settings(broker, tmp_path, base_topics=bases))
    outcome = run(phase)
    print(f"\n{outcome.reason}")  # noqa: T201 - the time on the broker is what this test is read for
    assert outcome.status == "succeeded"
    assert outcome.figures["devices_checked"] == 68 + 4 + 1
    assert outcome.figures["devices_unsupported"] == 3
    assert float(outcome.figures["broker_seconds"]) < 5
    assert {row[1] for row in dump(phase.store)["devices"]} == set(bases)


def real_house(folder: Path) -> dict[str, str]:
    found: dict[str, str] = json.loads((folder / "zigbee2mqtt" / "retained.json").read_text())
    return found


def test_a_bridge_that_is_silent_is_waited_for_until_the_timeout_and_not_longer(broker: Mosquitto) -> None:
    retain(broker, HOUSE)
    started = time.monotonic()
    retained = query_broker(settings(broker, base_topics=["zigbee2mqtt", "silent"], timeout=2.5))
    assert 2.5 <= time.monotonic() - started < 8
    assert set(retained.topics) == set(HOUSE)


def test_a_bridge_that_starts_during_the_query_is_heard(broker: Mosquitto) -> None:
    late = threading.Timer(0.7, retain, args=(broker, HOUSE))
    late.start()
    retained = query_broker(settings(broker, timeout=20))
    late.join()
    assert "zigbee2mqtt/bridge/devices" in retained.topics


@pytest.fixture
def onlooker(broker: Mosquitto) -> Iterator[list[str]]:
    """Topics of everything that anyone publishes while the test runs."""
    seen: list[str] = []
    client = Client(CallbackAPIVersion.VERSION2)
    client.username_pw_set(broker.username, broker.password)
    ready: list[object] = []
    client.on_subscribe = lambda *_: ready.append(1)
    client.on_message = lambda _c, _u, message: None if message.retain else seen.append(message.topic)
    client.connect("127.0.0.1", broker.port)
    client.subscribe("#")
    client.loop_start()
    while not ready:
        time.sleep(0.01)
    yield seen
    client.disconnect()
    client.loop_stop()


def test_nothing_is_published_but_homeintel_s_own_ping(broker: Mosquitto, onlooker: list[str], tmp_path: Path) -> None:
    retain(broker, HOUSE)
    while len(onlooker) < len(HOUSE):
        time.sleep(0.01)
    onlooker.clear()
    phase = phase_of(tmp_path, broker_settings(broker, tmp_path))
    for _ in range(2):
        assert run(phase).status == "succeeded"
    give_up = time.monotonic() + 10
    while len(onlooker) < 2 and time.monotonic() < give_up:
        time.sleep(0.01)
    time.sleep(0.2)
    assert len(onlooker) == 2
    assert all(topic.startswith("homeintel/ping/") for topic in onlooker)


def test_no_filter_asks_for_more_than_the_contract_names() -> None:
    filters = subscriptions(BridgeTopics(base_topics=["a/b"], discovery_prefix="ha"))
    assert filters[:5] == [f"a/b/bridge/{name}" for name in ("state", "info", "devices", "groups", "health")]
    assert filters[5:7] == ["a/b/+/availability", "a/b/+/+/availability"]
    assert filters[-2:] == ["ha/+/+/config", "ha/+/+/+/config"]


def test_a_payload_beyond_the_bound_is_refused_and_the_stored_devices_stay(broker: Mosquitto, tmp_path: Path) -> None:
    retain(broker, HOUSE)
    phase = phase_of(tmp_path, broker_settings(broker, tmp_path, timeout=30))
    assert run(phase).status == "succeeded"
    before = dump(phase.store)
    retain(broker, {"zigbee2mqtt/bridge/devices": b" " * (LARGEST_PAYLOAD + 1)})
    retained = query_broker(settings(broker, timeout=30))
    assert retained.refused == {"zigbee2mqtt/bridge/devices": LARGEST_PAYLOAD + 1}
    outcome = run(phase)
    assert outcome.status == "degraded"
    assert "has 16,777,217 bytes; more than 16,777,216 are not read" in outcome.reason
    assert dump(phase.store) == before


def test_a_payload_just_within_the_bound_is_read(broker: Mosquitto) -> None:
    retain(broker, {"zigbee2mqtt/bridge/devices": b"[" + b" " * (LARGEST_PAYLOAD - 2) + b"]"})
    retained = query_broker(settings(broker, timeout=60))
    assert len(retained.topics["zigbee2mqtt/bridge/devices"]) == LARGEST_PAYLOAD
    assert retained.refused == {}


def test_a_user_whose_messages_are_held_back_is_told_to_look_at_its_rights(tmp_path: Path) -> None:
    acl = tmp_path / "acl"
    acl.write_text("user homeintel\ntopic write #\n")
    with mosquitto(tmp_path / "broker", extra=f"acl_file {acl}") as broker:
        retain(broker, HOUSE)
        with pytest.raises(BridgeSilentError) as caught:
            run(phase_of(tmp_path, broker_settings(broker, tmp_path, timeout=2)))
    assert "zigbee2mqtt/bridge/devices" in caught.value.happened
    assert "not even homeintel's own ping came back" in caught.value.next_step


def test_a_user_whose_subscription_is_refused_is_told_which_topics(tmp_path: Path) -> None:
    plugin = next(Path("/usr/lib").glob("**/mosquitto_dynamic_security.so"), None)
    if plugin is None:
        pytest.skip("mosquitto's plugin for rights is not installed")
    rights = tmp_path / "rights.json"
    command = [need("mosquitto_ctrl"), "dynsec", "init", str(rights), "homeintel", "brokersecret"]
    subprocess.run(command, check=True, capture_output=True)
    values = json.loads(rights.read_text())
    values["defaultACLAccess"]["subscribe"] = False
    for role in values["roles"]:
        role["acls"] = []
    rights.write_text(json.dumps(values))
    extra = f"plugin {plugin}\nplugin_opt_config_file {rights}"
    with mosquitto(tmp_path / "broker", extra=extra) as broker, pytest.raises(BrokerRefusedError) as caught:
        query_broker(settings(broker))
    assert "does not let homeintel read zigbee2mqtt/#" in caught.value.happened


def test_a_user_that_may_publish_nothing_can_still_be_read_for(tmp_path: Path) -> None:
    acl = tmp_path / "acl"
    acl.write_text("user homeintel\ntopic read #\n")
    with mosquitto(tmp_path / "broker", persistence=True) as broker:
        retain(broker, HOUSE)
        (broker.folder / "mosquitto.conf").open("a").write(f"\nacl_file {acl}\n")
        broker.restart()
        retained = query_broker(settings(broker, timeout=20))
    assert set(retained.topics) == set(HOUSE)
    assert retained.seconds < 10


def test_something_else_on_the_port_is_no_broker(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(BrokerUnreachableError, match="did not answer in 1 s"):
            query_broker(MqttBridgeSettings(source="mqtt", host="127.0.0.1", port=port, timeout=1))


@pytest.fixture(scope="module")
def encrypted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Mosquitto, Path, dict[str, int]]]:
    """A broker that has TLS, TLS with client certificates, and websockets beside plain TCP."""
    folder = tmp_path_factory.mktemp("encrypted")
    certificates = folder / "certificates"
    make_certificates(certificates)
    ports = {"tls": free_port(), "client": free_port(), "websockets": free_port()}
    files = f"cafile {certificates}/ca.pem\ncertfile {certificates}/server.pem\nkeyfile {certificates}/server.key\n"
    extra = (
        f"listener {ports['tls']} 127.0.0.1\n{files}"
        f"listener {ports['client']} 127.0.0.1\n{files}require_certificate true\n"
        f"listener {ports['websockets']} 127.0.0.1\nprotocol websockets\n"
    )
    with mosquitto(folder / "broker", extra=extra) as broker:
        retain(broker, HOUSE)
        yield broker, certificates, ports


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_tls_with_the_house_s_own_authority(
    encrypted: tuple[Mosquitto, Path, dict[str, int]], protocol: str, host: str
) -> None:
    broker, certificates, ports = encrypted
    tls = {"ca_file": certificates / "ca.pem"}
    retained = query_broker(settings(broker, host=host, port=ports["tls"], tls=tls, protocol=protocol))
    assert set(retained.topics) == set(HOUSE)


def test_tls_with_a_client_certificate(encrypted: tuple[Mosquitto, Path, dict[str, int]]) -> None:
    broker, certificates, ports = encrypted
    tls = {
        name: certificates / file
        for name, file in (("ca_file", "ca.pem"), ("certificate_file", "client.pem"), ("key_file", "client.key"))
    }
    assert set(query_broker(settings(broker, port=ports["client"], tls=tls)).topics) == set(HOUSE)


def test_without_the_client_certificate_the_broker_refuses(encrypted: tuple[Mosquitto, Path, dict[str, int]]) -> None:
    broker, certificates, ports = encrypted
    with pytest.raises((BrokerRefusedError, BrokerUnreachableError)) as caught:
        query_broker(settings(broker, port=ports["client"], tls={"ca_file": certificates / "ca.pem"}, timeout=5))
    assert f"127.0.0.1:{ports['client']}" in str(caught.value)


def test_an_authority_nobody_trusts_is_refused(encrypted: tuple[Mosquitto, Path, dict[str, int]]) -> None:
    broker, _, ports = encrypted
    with pytest.raises(BrokerRefusedError, match=r"don't trust each other: .*certificate"):
        query_broker(settings(broker, port=ports["tls"], tls={}))


def test_a_certificate_file_that_is_missing_is_named(
    encrypted: tuple[Mosquitto, Path, dict[str, int]], tmp_path: Path
) -> None:
    broker, _, ports = encrypted
    with pytest.raises(BrokerRefusedError, match=r"nowhere\.pem"):
        query_broker(settings(broker, port=ports["tls"], tls={"ca_file": tmp_path / "nowhere.pem"}))


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_websockets(encrypted: tuple[Mosquitto, Path, dict[str, int]], protocol: str) -> None:
    broker, _, ports = encrypted
    retained = query_broker(
        settings(broker, port=ports["websockets"], transport="websockets", protocol=protocol, timeout=20)
    )
    assert {topic: payload.decode() for topic, payload in retained.topics.items()} == HOUSE


def test_a_plain_connection_to_a_port_that_speaks_tls_says_so(
    encrypted: tuple[Mosquitto, Path, dict[str, int]],
) -> None:
    broker, _, ports = encrypted
    with pytest.raises(BrokerUnreachableError, match=r"closed the connection|did not answer"):
        query_broker(settings(broker, port=ports["tls"], timeout=3))


def test_websockets_on_a_port_that_speaks_mqtt_says_so(encrypted: tuple[Mosquitto, Path, dict[str, int]]) -> None:
    broker, _, _ = encrypted
    with pytest.raises(BrokerUnreachableError) as caught:
        query_broker(settings(broker, transport="websockets", timeout=3))
    assert "bridge.transport" in caught.value.next_step
