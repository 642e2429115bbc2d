"""Per-entity discovery with a Home Assistant that knows no other, where one is installed.

HOMEINTEL_HASS names its `hass` program (2024.3, the newest for Python 3.11, in an environment of its own).
"""

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from homeintel.publish.phase import run
from homeintel.publish.run_message import send_run_message
from tests.publish.conftest import Home, make_home, reading
from tests.servers import Mosquitto, free_port

TODAY = datetime.now(UTC).date()
PRESS_WHEN_SHOWN = {
    "alias": "A person presses dismiss",
    "trigger": {"platform": "state", "entity_id": "sensor.homeintel_demo_suggestion_2", "to": "Title of p-2"},
    "action": [
        {"delay": 1},
        {"service": "button.press", "target": {"entity_id": "button.homeintel_demo_suggestion_2_dismiss"}},
    ],
}


@contextmanager
def home_assistant(folder: Path, broker: Mosquitto) -> Iterator[Path]:
    """Run Home Assistant on this broker, and yield its configuration's folder; its states are there when it ended."""
    program = os.environ.get("HOMEINTEL_HASS")
    if not program or not Path(program).exists():
        pytest.skip("HOMEINTEL_HASS names no Home Assistant")
    (folder / ".storage").mkdir(parents=True)
    configuration = {"http": {"server_host": "127.0.0.1", "server_port": free_port()}, "automation": [PRESS_WHEN_SHOWN],
                     "logger": {"default": "warning"}}  # fmt: skip
    (folder / "configuration.yaml").write_text(yaml.safe_dump(configuration))
    connection = {"broker": "127.0.0.1", "port": broker.port, "username": broker.username, "password": broker.password}
    entry = {
        "entry_id": "a" * 32, "version": 1, "domain": "mqtt", "title": "mqtt", "options": {}, "source": "user",
        "data": {**connection, "discovery": True}, "pref_disable_new_entities": False, "pref_disable_polling": False,
        "unique_id": None, "disabled_by": None,
    }  # fmt: skip
    stored = {"version": 1, "minor_version": 1, "key": "core.config_entries", "data": {"entries": [entry]}}
    (folder / ".storage" / "core.config_entries").write_text(json.dumps(stored))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([program, "-c", str(folder), "--skip-pip"], stdout=log, stderr=log)
        try:
            yield folder
        finally:
            process.terminate()
            process.wait(60)


def stored(folder: Path, name: str) -> Any:
    return json.loads((folder / ".storage" / name).read_text())["data"]


def until(wanted: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not wanted():
        assert time.monotonic() < deadline
        time.sleep(0.25)


def a_night(home: Home, run_id: str, days: int, **suggestions: str) -> None:
    night = TODAY + timedelta(days=days)
    home.night(run_id, night=night, started_at=datetime.now(UTC), finished_at=datetime.now(UTC))
    for rank, (one, status) in enumerate(suggestions.items(), start=1):
        home.suggest(run_id, one.replace("_", "-"), status=status, rank=rank)
    assert run(home.phase(run_id, night=night)).status == "succeeded"
    send_run_message(home.store, home.settings, run_id)


def test_home_assistant_takes_every_entity_and_its_button_reaches_the_database(
    tmp_path: Path, broker: Mosquitto
) -> None:
    home = make_home(tmp_path, broker, per_entity_discovery=True)
    a_night(home, "run-1", 0, p_1="new", p_2="new")
    with reading(broker, "homeintel/demo/answer/+") as reader, home_assistant(tmp_path / "ha", broker) as folder:
        until(lambda: "homeintel/demo/answer/p-2" in reader.topics())
        a_night(home, "run-2", 1, p_1="repeated", p_2="repeated", p_3="new")
        time.sleep(5)
    with home.store.connect() as connection:
        assert connection.execute("SELECT suggestion_id, answer FROM feedback").fetchall() == [("p-2", "dismiss")]
    entities = [one for one in stored(folder, "core.entity_registry")["entities"] if one["platform"] == "mqtt"]
    assert len(entities) == 51
    assert {one["entity_id"].split(".")[1] for one in entities} == {one["unique_id"] for one in entities}
    states = {one["state"]["entity_id"]: one["state"] for one in stored(folder, "core.restore_state")}
    shown = [states[f"sensor.homeintel_demo_suggestion_{number}"]["state"] for number in range(1, 5)]
    assert shown == ["Title of p-1", "Title of p-3", "unavailable", "unavailable"]
    assert states["sensor.homeintel_demo_suggestion_2"]["attributes"]["suggestion_id"] == "p-3"
    assert states["button.homeintel_demo_suggestion_2_accept"]["state"] != "unavailable"
    assert states["button.homeintel_demo_suggestion_3_accept"]["state"] == "unavailable"
    assert states["sensor.homeintel_demo_status"]["state"] == "succeeded"
    assert states["binary_sensor.homeintel_demo_problem"]["state"] == "off"
    assert states["sensor.homeintel_demo_points_read"]["state"] == "80123"
    assert states["sensor.homeintel_demo_utilisation_percent"]["state"] == "unknown"
    assert states["sensor.homeintel_demo_answers"]["state"] == "1"
    complaints = [line for line in (folder / "log").read_text().splitlines() if "mqtt" in line or "homeintel" in line]
    assert complaints == []
