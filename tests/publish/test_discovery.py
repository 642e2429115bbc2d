"""Discovery as Home Assistant's documentation describes it, and what the entities then show."""

import json
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from homeintel.publish.phase import run
from homeintel.publish.run_message import send_run_message
from tests.publish.conftest import Home, make_home, reading
from tests.publish.home_assistant import DEVICE, ORIGIN, Entities, check_component
from tests.servers import Mosquitto

TODAY = datetime.now(UTC).date()


def published(home: Home, broker: Mosquitto, *suggestion_ids: str, night: date = TODAY, **more: Any) -> Entities:
    """Run a night, and return the entities its retained messages make."""
    home.night(night=night, **{"finished_at": datetime.now(UTC), **more})
    home.suggest("run-1", *suggestion_ids)
    assert run(home.phase(night=night)).status == "succeeded"
    send_run_message(home.store, home.settings, "run-1")
    with reading(broker) as reader:
        return Entities.discovered({topic: payload for topic, payload, retained in reader.messages if retained})


def test_device_discovery_is_what_home_assistant_takes(home: Home, broker: Mosquitto) -> None:
    home.night()
    run(home.phase())
    with reading(broker) as reader:
        payload = reader.json("homeassistant/device/homeintel_demo/config")
    assert set(payload) == {"device", "origin", "components"}
    check_device(payload)
    assert payload["device"]["identifiers"] == ["homeintel_demo"]
    for key, component in payload["components"].items():
        check_component(component["platform"], component, besides=("platform",))
        assert component["unique_id"] == f"homeintel_demo_{key}"
        assert component["default_entity_id"] == f"{component['platform']}.homeintel_demo_{key}"
    assert len(payload["components"]) == 11 + 10 * 4


def check_device(payload: dict[str, Any]) -> None:
    jsonschema.validate(payload["device"], DEVICE)
    jsonschema.validate(payload["origin"], ORIGIN)


def test_per_entity_discovery_speaks_the_older_words(tmp_path: Path, broker: Mosquitto) -> None:
    home = make_home(tmp_path, broker, per_entity_discovery=True, report_url="http://ha.local:8123/local/homeintel")
    home.night()
    home.suggest("run-1", "p-1")
    run(home.phase())
    with reading(broker, "homeassistant/#") as reader:
        assert len(reader.messages) == 51
        for topic, text, _ in reader.messages:
            _, platform, node, key, config = topic.split("/")
            payload = json.loads(text)
            assert (node, config, payload["object_id"]) == ("homeintel_demo", "config", f"homeintel_demo_{key}")
            check_device(payload)
            check_component(platform, payload, besides=("device", "origin"))


@pytest.mark.parametrize("per_entity", [False, True])
def test_the_entities_show_the_rows(tmp_path: Path, broker: Mosquitto, per_entity: bool) -> None:
    home = make_home(tmp_path, broker, per_entity_discovery=per_entity)
    entities = published(home, broker, "p-1", "p-2", status="partial", points_read=None, message="phase 2 failed")
    with home.store.connect() as connection:
        [(finished,)] = connection.execute("SELECT finished_at FROM job_runs").fetchall()
    assert datetime.fromisoformat(entities.state("sensor.last_run")) == finished
    shown = {key: entities.state(key) for key in entities.configs if entities.configs[key].get("expire_after")}
    assert shown["sensor.status"] == "partial"
    assert shown["binary_sensor.problem"] == "ON"
    assert shown["sensor.points_read"] == "None"
    assert shown["sensor.new_suggestions"] == "2"
    assert shown["sensor.anomalies"] == "0"
    assert shown["sensor.utilisation_percent"] == "None"
    assert shown["sensor.report"].endswith(f"reports/demo/{TODAY}/index.html")
    assert set(entities.configs["sensor.status"]["options"]) == {"succeeded", "partial", "failed"}
    assert entities.attributes("sensor.last_run")["phases"][1]["phase"] == "events"
    assert entities.attributes("binary_sensor.problem")["message"] == "phase 2 failed"


@pytest.mark.parametrize("per_entity", [False, True])
def test_slots_show_suggestions_and_empty_ones_are_not_available(
    tmp_path: Path, broker: Mosquitto, per_entity: bool
) -> None:
    home = make_home(tmp_path, broker, per_entity_discovery=per_entity)
    entities = published(home, broker, "p-1", "f:0x01/color temp")
    assert entities.state("sensor.suggestion_1") == "Title of p-1"
    assert entities.attributes("sensor.suggestion_2")["suggestion_id"] == "f:0x01/color temp"
    assert entities.attributes("sensor.suggestion_1")["automation_yaml"] == "- id: p-1\n"
    assert entities.configs["button.suggestion_2_snooze"]["command_topic"] == (
        "homeintel/demo/answer/f%3A0x01%2Fcolor%20temp"
    )
    assert [entities.available(f"sensor.suggestion_{number}") for number in range(1, 11)] == [True] * 2 + [False] * 8
    assert [entities.available(f"button.suggestion_{number}_accept") for number in (1, 2, 3)] == [True, True, False]


def test_unique_ids_stay_the_same_whatever_is_suggested(home: Home, broker: Mosquitto) -> None:
    def ids() -> list[str]:
        with reading(broker, "homeassistant/#") as reader:
            components = reader.json("homeassistant/device/homeintel_demo/config")["components"]
            return [one["unique_id"] for one in components.values()]

    home.night()
    run(home.phase())
    before = ids()
    home.night("run-2", night=TODAY)
    home.suggest("run-2", *(f"p-{number}" for number in range(14)))
    run(home.phase("run-2", night=TODAY))
    assert ids() == before


def test_a_night_that_did_not_happen_shows(home: Home, broker: Mosquitto) -> None:
    """States expire in Home Assistant and on the broker; the last run's time does not."""
    ended = datetime.now(UTC) - timedelta(hours=26) + timedelta(seconds=8)
    entities = published(home, broker, "p-1", finished_at=ended, started_at=ended - timedelta(seconds=60))
    expiring = {key for key, config in entities.configs.items() if config.get("expire_after")}
    assert {entities.configs[key]["expire_after"] for key in expiring} == {26 * 3600}
    assert "sensor.last_run" not in expiring
    assert entities.state("sensor.status") == "succeeded"
    time.sleep(max(0.0, (ended + timedelta(hours=26, seconds=1) - datetime.now(UTC)).total_seconds()))
    with reading(broker) as reader:
        assert "homeintel/demo/state" not in reader.topics()
        assert "homeintel/demo/run" in reader.topics()


def test_attributes_stay_below_what_the_recorder_keeps(home: Home, broker: Mosquitto) -> None:
    wide = "\N{WHITE SUN WITH RAYS}️ Überlänge " * 400
    home.night(message=wide, finished_at=datetime.now(UTC))
    home.suggest("run-1", "p-1", title=wide, description=wide * 4, automation_yaml=wide * 8, entity_ids=[wide] * 50)
    home.suggest("run-1", "p-2", automation_yaml="- id: short\n")
    run(home.phase())
    send_run_message(home.store, home.settings, "run-1")
    with reading(broker) as reader:
        entities = Entities.discovered(reader.last())
    with_attributes = [
        key for key, config in entities.configs.items()
        if "json_attributes_topic" in config and entities.available(key)
    ]  # fmt: skip
    assert len(with_attributes) == 5
    for key in with_attributes:
        assert len(json.dumps(entities.attributes(key), ensure_ascii=False).encode()) < 16 * 1024, key
        assert len(entities.state(key)) <= 255
    assert entities.attributes("sensor.suggestion_2")["automation_yaml"] == "- id: short\n"


def test_switching_the_form_of_discovery_removes_the_other(tmp_path: Path, broker: Mosquitto) -> None:
    home = make_home(tmp_path, broker, per_entity_discovery=True)
    home.night()
    run(home.phase())
    home = make_home(tmp_path, broker)
    run(home.phase())
    with reading(broker, "homeassistant/#") as reader:
        assert reader.topics() == ["homeassistant/device/homeintel_demo/config"]
