"""A whole night on real servers: mosquitto with a password, InfluxDB 1.x with authentication, real payloads."""

import gzip
import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import pytest
import yaml
from paho.mqtt.enums import CallbackAPIVersion

from homeintel.settings import load_settings
from homeintel.simulate import simulate_home, to_line_protocol
from homeintel.store import Store, query
from tests import servers

END = date(2026, 11, 8)


@dataclass
class Listener:
    """A second client that hears everything on the broker."""

    broker: servers.Mosquitto
    heard: list[tuple[str, bytes, bool]] = field(default_factory=list)
    connections: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.ready = threading.Event()
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="listener")
        self.client.username_pw_set(self.broker.username, self.broker.password)
        self.client.on_message = lambda _c, _u, m: self.heard.append((m.topic, bytes(m.payload), m.retain))
        self.client.on_subscribe = lambda *_: self.ready.set()
        self.client.connect("127.0.0.1", self.broker.port)
        self.client.subscribe("#", qos=1)
        self.client.loop_start()
        assert self.ready.wait(20)

    def live(self) -> list[tuple[str, bytes]]:
        """What was published after the subscription; retained messages of before come marked."""
        return [(topic, payload) for topic, payload, retained in self.heard if not retained]

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


def fill_broker(broker: servers.Mosquitto, retained: dict[str, str]) -> None:
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.username_pw_set(broker.username, broker.password)
    client.max_inflight_messages_set(1000)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    sent = [client.publish(topic, payload, qos=1, retain=True) for topic, payload in retained.items()]
    for message in sent:
        message.wait_for_publish(60)
    client.disconnect()
    client.loop_stop()


def fill_influxdb(server: servers.Influxdb1, folder: Path) -> None:
    server.query("CREATE DATABASE homeassistant")
    server.query("CREATE USER reader WITH PASSWORD 'readersecret'")
    server.query("GRANT READ ON homeassistant TO reader")
    server.write("homeassistant", gzip.decompress((folder / "homeassistant" / "influx.lp.gz").read_bytes()))
    home = simulate_home(seed=7, days=30, end=END)
    for lines in to_line_protocol(home.events):
        server.write("homeassistant", lines)


def params_for(tmp_path: Path, broker: servers.Mosquitto, server: servers.Influxdb1) -> Path:
    values: dict[str, Any] = {
        "home": {"name": "real", "timezone": "Europe/Berlin", "latitude": 52.52, "longitude": 13.40},
        "window": {"days": 30, "end": str(END)},
        "bridge": {"source": "mqtt", "host": "127.0.0.1", "port": broker.port, "username": broker.username},
        "events": {"source": "influxdb1", "url": server.url, "database": "homeassistant", "username": "reader"},
        "storage": {"database": "data/real.duckdb", "reports": "reports"},
    }
    path = tmp_path / "real.yaml"
    path.write_text(yaml.safe_dump(values), encoding="utf-8")
    return path


@pytest.fixture
def night(
    tmp_path: Path, sample_folder: Path, broker: servers.Mosquitto, influx: servers.Influxdb1
) -> tuple[Path, Listener, str]:
    fill_broker(broker, json.loads((sample_folder / "zigbee2mqtt" / "retained.json").read_text(encoding="utf-8")))
    fill_influxdb(influx, sample_folder)
    params = params_for(tmp_path, broker, influx)
    listener = Listener(broker)
    secrets = {"HOMEINTEL_MQTT_PASSWORD": broker.password, "HOMEINTEL_EVENTS_PASSWORD": "readersecret"}
    command = [sys.executable, "-m", "homeintel", "run", "--params", str(params)]
    answer = subprocess.run(
        command, capture_output=True, text=True, timeout=280, check=False, env={**os.environ, **secrets}
    )
    time.sleep(0.5)
    listener.close()
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert answer.stderr == ""
    return params, listener, answer.stdout


def test_a_whole_night_on_real_servers(night: tuple[Path, Listener, str]) -> None:
    params, listener, printed = night
    with Store(load_settings(params).storage.database).connect() as connection:
        devices = query(
            connection,
            """SELECT ieee_address, count(path) AS leaves FROM devices LEFT JOIN device_capabilities USING (ieee_address)
            WHERE supported AND type <> 'Coordinator' AND NOT starts_with(ieee_address, 'group:')
            AND interview_state = 'SUCCESSFUL' GROUP BY ieee_address""",
        )
        entities = query(connection, "SELECT DISTINCT entity_id FROM events")
        suggestions = query(connection, "SELECT suggestion_id, title FROM suggestions")
        run = query(connection, "SELECT * FROM job_runs").iloc[0]
        phases = query(connection, "SELECT phase, status FROM job_phases")
    assert len(devices) == 64
    assert (devices["leaves"] > 0).all()
    assert entities["entity_id"].str.fullmatch(r"[a-z_]+\.[^.\s]+").all()
    assert len(suggestions) > 0
    assert list(phases["status"]) == ["succeeded"] * 6
    assert run["status"] == "succeeded"
    assert f"{int(run['points_read']):,}" in printed
    assert_published(listener, [str(identifier) for identifier in suggestions["suggestion_id"]], run)
    assert_no_secret(params.parent)
    assert_connections_last_seconds(params.parent / "mosquitto" / "log")


def assert_published(listener: Listener, identifiers: list[str], run: Any) -> None:
    live = listener.live()
    own = ("homeintel/", "homeassistant/device/homeintel")
    assert [topic for topic, _ in live if not topic.startswith(own)] == []
    heard = " ".join(payload.decode("utf-8", "replace") for topic, payload in live if topic.startswith("homeintel/"))
    assert [identifier for identifier in identifiers if identifier not in heard] == []
    message = json.loads(next(payload for topic, payload in live if topic == "homeintel/real/run"))
    assert (message["run_id"], message["status"]) == (run["run_id"], "succeeded")
    assert (message["points_read"], message["events_kept"]) == (run["points_read"], run["events_kept"])


def assert_no_secret(folder: Path) -> None:
    """The passwords stand in no file a night leaves: database, copies, notebooks, pages, log."""
    for path in folder.rglob("*"):
        if path.is_file() and not {"mosquitto", "influxdb"} & set(path.relative_to(folder).parts):
            content = path.read_bytes()
            assert b"brokersecret" not in content, path
            assert b"readersecret" not in content, path


def assert_connections_last_seconds(log: Path) -> None:
    """The broker's own log says how long each of homeintel's clients was connected."""
    opened: dict[str, int] = {}
    for line in log.read_text(errors="replace").splitlines():
        stamp, _, text = line.partition(": ")
        if "New client connected" in text:
            opened[text.split(" as ")[1].split(" ")[0]] = int(stamp)
        if text.startswith("Client homeintel") and "disconnected" in text:
            assert int(stamp) - opened[text.split(" ")[1].rstrip(".")] <= 10, line
    assert any(name.startswith("homeintel") for name in opened)
