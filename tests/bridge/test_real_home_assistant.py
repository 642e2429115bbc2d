"""The registries and the states of a real Home Assistant, where one is installed.

HOMEINTEL_HASS names its `hass` program (2024.3, the newest for Python 3.11, in an environment of its own).
"""

import base64
import contextlib
import hashlib
import hmac
import json
import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from homeintel.bridge.phase import run
from homeintel.bridge.registry_api import ask_registry
from homeintel.errors import BrokerUnreachableError
from homeintel.store import records
from tests.bridge.homes import broker_settings, phase_of
from tests.bridge.retain import retain
from tests.servers import Mosquitto, free_port

KEY, USER, TOKEN_ID = "key-of-this-test", "u" * 32, "t" * 32


def access_token() -> str:
    """A long-lived token as Home Assistant signs it (JWT, HS256) for the user of this test's own server."""
    now = int(time.time())
    parts = [{"alg": "HS256", "typ": "JWT"}, {"iss": TOKEN_ID, "iat": now, "exp": now + 3600}]
    signed = b".".join(encoded(json.dumps(part).encode()) for part in parts)
    return b".".join([signed, encoded(hmac.new(KEY.encode(), signed, hashlib.sha256).digest())]).decode()


def encoded(content: bytes) -> bytes:
    return base64.urlsafe_b64encode(content).rstrip(b"=")


def storage(broker: Mosquitto) -> dict[str, dict[str, Any]]:
    user = {"id": USER, "group_ids": ["system-admin"], "is_owner": True, "is_active": True, "name": "Test",
            "system_generated": False, "local_only": False}  # fmt: skip
    token = {
        "id": TOKEN_ID, "user_id": USER, "client_id": None, "client_name": "test", "client_icon": None,
        "token_type": "long_lived_access_token", "created_at": "2026-01-01T00:00:00+00:00",
        "access_token_expiration": 3600.0, "token": "0" * 128, "jwt_key": KEY, "last_used_at": None, "last_used_ip": None,
        "credential_id": None, "version": "2024.3.3",
    }  # fmt: skip
    mqtt = {
        "entry_id": "a" * 32, "version": 1, "domain": "mqtt", "title": "mqtt", "options": {}, "source": "user",
        "data": {"broker": "127.0.0.1", "port": broker.port, "username": broker.username, "password": broker.password,
                 "discovery": True},
        "pref_disable_new_entities": False, "pref_disable_polling": False, "unique_id": None, "disabled_by": None,
    }  # fmt: skip
    return {
        "auth": {"users": [user], "groups": [], "credentials": [], "refresh_tokens": [token]},
        "core.config_entries": {"entries": [mqtt]},
        "onboarding": {"done": ["user", "core_config", "analytics", "integration"]},
    }


@contextmanager
def home_assistant(folder: Path, broker: Mosquitto) -> Iterator[str]:
    """Run Home Assistant on this broker, and yield its address."""
    program = os.environ.get("HOMEINTEL_HASS")
    if not program or not Path(program).exists():
        pytest.skip("HOMEINTEL_HASS names no Home Assistant")
    (folder / ".storage").mkdir(parents=True)
    port = free_port()
    configuration = {"http": {"server_host": "127.0.0.1", "server_port": port}, "websocket_api": None,
                     "config": None, "logger": {"default": "warning"}}  # fmt: skip
    (folder / "configuration.yaml").write_text(yaml.safe_dump(configuration))
    for key, data in storage(broker).items():
        content = {"version": 4 if key == "onboarding" else 1, "minor_version": 1, "key": key, "data": data}
        (folder / ".storage" / key).write_text(json.dumps(content))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([program, "-c", str(folder), "--skip-pip"], stdout=log, stderr=log)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(60)


def as_this_home_assistant_takes_it(topics: dict[str, str]) -> dict[str, str]:
    """Return the topics without the one key of an announcement that Home Assistant learned after 2024.3."""
    return {
        topic: re.sub(r',"model_id":"[^"]*"', "", payload) if topic.startswith("homeassistant/") else payload
        for topic, payload in topics.items()
    }


def wait_for_state(url: str, broker: Mosquitto, entity_id: str, topic: str, state: str) -> dict[str, str]:
    """Send a device's state until Home Assistant, which keeps nothing it was told before it knew the entity, shows it."""
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        with contextlib.suppress(BrokerUnreachableError):
            states = dict(ask_registry(url, access_token()).states)
            if states.get(entity_id, "unavailable") not in {"unavailable", "unknown"}:
                return states
            if entity_id in states:
                retain(broker, {topic: state})
                retain(broker, {topic: ""})
        time.sleep(0.5)
    pytest.fail(f"Home Assistant did not show {entity_id} in time")


def test_what_devices_told_and_never_told_is_known_from_home_assistant_s_states(
    tmp_path: Path, broker: Mosquitto, sample_folder: Path
) -> None:
    house = json.loads((sample_folder / "zigbee2mqtt" / "retained.json").read_text())
    state = json.loads((sample_folder / "zigbee2mqtt" / "live.json").read_text())["zigbee2mqtt/air quality"]
    retain(broker, as_this_home_assistant_takes_it(house))
    with home_assistant(tmp_path / "ha", broker) as url:
        shown = "sensor.air_quality_temperature"
        states = wait_for_state(url, broker, shown, "zigbee2mqtt/air quality", state)
        (tmp_path / "token").write_text(access_token())
        section = {"url": url, "token_file": str(tmp_path / "token")}
        phase = phase_of(tmp_path, broker_settings(broker, tmp_path), homeassistant=section)
        assert run(phase).status == "succeeded"
    temperature = str(json.loads(state)["temperature"])
    assert (states[shown], states["sensor.air_quality_pm25"]) == (temperature, "unknown")
    with phase.store.connect() as connection:
        rows = records(
            connection,
            """SELECT path, value, source FROM reported_values JOIN devices USING (ieee_address)
               WHERE friendly_name = 'air quality' AND path IN ('temperature', 'pm25') ORDER BY path""",
        )
    assert rows == [
        {"path": "pm25", "value": None, "source": "homeassistant"},
        {"path": "temperature", "value": temperature, "source": "homeassistant"},
    ]
