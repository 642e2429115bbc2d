"""A home with one night in its database, and a second MQTT client that reads what was published."""

import json
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pytest
import yaml
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from homeintel.phase import Phase, Window
from homeintel.publish.topics import Topics
from homeintel.settings import Settings, load_settings
from homeintel.store import Store, insert, migrate
from tests.servers import Mosquitto

NIGHT = date(2026, 11, 8)


@dataclass
class Reader:
    """A client of its own; `messages` holds what came, in order: topic, payload, retained."""

    client: Client
    messages: list[tuple[str, str, bool]] = field(default_factory=list)
    came: threading.Condition = field(default_factory=threading.Condition)

    def wait(self, wanted: Callable[[list[tuple[str, str, bool]]], bool], seconds: float = 5) -> None:
        with self.came:
            assert self.came.wait_for(lambda: wanted(self.messages), seconds), self.messages

    def settle(self) -> None:
        """Return when everything sent so far has come: a message to oneself comes after it."""
        mark = f"tests/{uuid.uuid4().hex}"
        self.client.publish(mark, "mark", qos=1)
        self.wait(lambda messages: any(topic == mark for topic, _, _ in messages))
        self.messages[:] = [message for message in self.messages if not message[0].startswith("tests/")]

    def topics(self) -> list[str]:
        return [topic for topic, _, _ in self.messages]

    def json(self, topic: str) -> dict[str, Any]:
        """Return the newest payload of a topic."""
        payload: dict[str, Any] = json.loads(next(text for name, text, _ in reversed(self.messages) if name == topic))
        return payload

    def last(self) -> dict[str, str]:
        """Return topic -> newest payload."""
        return {topic: payload for topic, payload, _ in self.messages}

    def press(self, topic: str, payload: str, *, retain: bool = True) -> None:
        self.client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(5)


@contextmanager
def reading(broker: Mosquitto, *filters: str) -> Iterator[Reader]:
    client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
    client.username_pw_set(broker.username, broker.password)
    reader = Reader(client)
    ready = threading.Event()

    def take(_client: Client, _userdata: object, message: MQTTMessage) -> None:
        with reader.came:
            reader.messages.append((message.topic, message.payload.decode(), message.retain))
            reader.came.notify_all()

    client.on_message = take
    client.on_subscribe = lambda *_: ready.set()
    client.connect("127.0.0.1", broker.port)
    client.subscribe([(one, 1) for one in ((*filters, "tests/#") if filters else ("#",))])
    client.loop_start()
    assert ready.wait(5)
    try:
        reader.settle()
        yield reader
    finally:
        client.disconnect()
        client.loop_stop()


@dataclass
class Home:
    """A home's settings and database, and the means to fill it."""

    settings: Settings
    store: Store

    def night(self, run_id: str = "run-1", *, night: date = NIGHT, status: str = "succeeded", **more: object) -> str:
        """Store a closed run with its six phases."""
        window = Window.of(self.settings, end=night)
        started = datetime.combine(night, datetime.min.time(), UTC) + timedelta(hours=2)
        row = {
            "run_id": run_id, "params_file": "params.yaml", "window_start": window.start, "window_end": window.end,
            "started_at": started, "finished_at": started + timedelta(seconds=61.5), "status": status,
            "points_read": 80_123, "events_kept": 4_321, "message": "", "version": "0.1.0", **more,
        }  # fmt: skip
        phases = [
            {"run_id": run_id, "phase": name, "status": "succeeded", "started_at": started + timedelta(seconds=number),
             "seconds": 1.25 + number, "peak_memory_mb": 150.0 + number, "rows_written": 10 * number, "reason": ""}
            for number, name in enumerate(
                ["capabilities", "events", "patterns", "features", "suggestions", "publish"])
        ]  # fmt: skip
        with self.store.transaction() as connection:
            insert(connection, "job_runs", pd.DataFrame([row]))
            insert(connection, "job_phases", pd.DataFrame(phases))
        return run_id

    def suggest(self, run_id: str, *suggestion_ids: str, status: str = "new", **more: object) -> None:
        """Store suggestions of a run, ranked as given."""
        rows = [
            {"run_id": run_id, "suggestion_id": one, "rank": rank, "kind": "pattern", "title": f"Title of {one}",
             "description": f"Text of {one}.", "entity_ids": ["light.kitchen"], "ieee_addresses": ["0x01"],
             "confidence": 0.8125, "impact": 0.5, "score": 0.9 - rank / 100, "automation_yaml": f"- id: {one}\n",
             "status": status, "first_suggested": datetime(2026, 11, 8, tzinfo=UTC), "wording": "template", **more}
            for rank, one in enumerate(suggestion_ids, start=1)
        ]  # fmt: skip
        with self.store.transaction() as connection:
            insert(connection, "suggestions", pd.DataFrame(rows))

    def published(self) -> dict[str, str]:
        """Return topic -> payload as remembered."""
        with self.store.connect() as connection:
            return dict(connection.execute("SELECT topic, payload FROM published").fetchall())

    def slots(self, *suggestion_ids: str) -> str:
        """Return the topic of the slots that show these suggestions."""
        return Topics.of(self.settings).slots(suggestion_ids)

    def phase(self, run_id: str = "run-1", *, night: date = NIGHT, **more: Any) -> Phase:
        window = Window.of(self.settings, end=night)
        return Phase("publish", self.settings, window, self.store, run_id, **more)


def make_home(folder: Path, broker: Mosquitto | None, **publish: Any) -> Home:
    """Return a home with an empty database; `name` and `bridge` are taken out of `publish`, `address` is the broker's."""
    name = publish.pop("name", "demo")
    bridge = {"source": "file", "path": "retained.json", **publish.pop("bridge", {})}
    if broker is not None:
        address = {"host": "127.0.0.1", "port": broker.port, "username": broker.username, "timeout": 5}
        (folder / "password").write_text(broker.password)
        publish["broker"] = {**address, "password_file": "password", **publish.pop("address", {})}
    values = {
        "home": {"name": name, "timezone": "Europe/Berlin", "latitude": 52.5, "longitude": 13.4},
        "bridge": bridge,
        "events": {"source": "simulated"},
        "storage": {"database": "home.duckdb", "reports": "reports"},
        "publish": publish,
    }
    (folder / "params.yaml").write_text(yaml.safe_dump(values))
    settings = load_settings(folder / "params.yaml")
    store = Store(settings.storage.database)
    if not store.path.exists():
        store.path.write_bytes(_empty_database())
    return Home(settings, store)


@cache
def _empty_database() -> bytes:
    """Return a migrated database's file; migrating takes longer than most of these tests."""
    with TemporaryDirectory() as folder:
        store = Store(Path(folder) / "empty.duckdb")
        migrate(store)
        return store.path.read_bytes()


@pytest.fixture
def home(tmp_path: Path, broker: Mosquitto) -> Home:
    """A home that publishes to a real broker."""
    return make_home(tmp_path, broker)
