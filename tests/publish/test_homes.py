"""Names, prefixes, two homes on one broker, and leaving it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from homeintel.publish.phase import run
from homeintel.publish.retract import retract
from homeintel.publish.run_message import report_address, send_run_message
from homeintel.store import count
from tests.publish.conftest import NIGHT, Home, make_home, reading
from tests.publish.home_assistant import Entities
from tests.servers import Mosquitto

AWKWARD = ["Ferien/Haus", "Ferien#Haus", "+", 'Büro über\'m "Hof" {{ 1 }}']


def night(home: Home, *suggestion_ids: str) -> None:
    home.night(finished_at=datetime.now(UTC))
    home.suggest("run-1", *suggestion_ids)
    assert run(home.phase()).status == "succeeded"
    send_run_message(home.store, home.settings, "run-1")


def several(folder: Path, broker: Mosquitto, *names: str) -> list[Home]:
    homes = []
    for number, name in enumerate(names):
        (folder / str(number)).mkdir()
        homes.append(make_home(folder / str(number), broker, name=name))
    return homes


def test_awkward_names_each_have_a_device_and_topics_of_their_own(tmp_path: Path, broker: Mosquitto) -> None:
    for home in several(tmp_path, broker, *AWKWARD):
        night(home, "p-1")
    with reading(broker) as reader:
        devices = [topic for topic in reader.topics() if topic.startswith("homeassistant/device/")]
        runs = [topic for topic in reader.topics() if topic.endswith("/run")]
        names = [reader.json(topic)["device"]["name"] for topic in devices]
        homes = [reader.json(topic)["home"] for topic in runs]
    assert len(set(devices)) == len(set(runs)) == len(AWKWARD)
    assert sorted(names) == sorted(f"Home Intel {name}" for name in AWKWARD)
    assert sorted(homes) == sorted(AWKWARD)
    assert all(topic.count("/") == 2 for topic in runs)


def test_two_homes_on_one_broker_leave_each_other_alone(tmp_path: Path, broker: Mosquitto) -> None:
    one, other = several(tmp_path, broker, "one", "other")
    night(one, "p-1")
    night(other, "p-1")
    with reading(broker) as reader:
        reader.press("homeintel/one/answer/p-1", "dismiss")
        following = NIGHT + timedelta(days=1)
        for home in (one, other):
            home.night("run-2", night=following)
            run(home.phase("run-2", night=following))
    assert [_feedback(home) for home in (one, other)] == [1, 0]
    removed = retract(one.store, one.settings)
    with reading(broker) as reader:
        left = reader.topics()
    assert removed > 4
    assert [topic for topic in left if "one" in topic] == []
    assert "homeintel/other/run" in left
    assert "homeassistant/device/homeintel_other/config" in left


def _feedback(home: Home) -> int:
    with home.store.connect() as connection:
        return count(connection, "SELECT count(*) FROM feedback")


def test_a_discovery_prefix_and_a_topic_of_ones_own(tmp_path: Path, broker: Mosquitto) -> None:
    home = make_home(tmp_path, broker, topic="house/brain", bridge={"discovery_prefix": "ha/discovery"})
    night(home, "p-1")
    with reading(broker) as reader:
        assert "house/brain/demo/run" in reader.topics()
        entities = Entities.discovered(reader.last(), prefix="ha/discovery")
        assert [
            topic for topic in reader.topics() if not topic.startswith(("house/brain/demo/", "ha/discovery/"))
        ] == []
    assert entities.available("button.suggestion_1_accept")
    assert {config["unique_id"].removesuffix(f"_{key.split('.')[1]}") for key, config in entities.configs.items()} == {
        entities.configs["sensor.status"]["unique_id"].removesuffix("_status")
    }
    retract(home.store, home.settings)
    with reading(broker) as reader:
        assert reader.messages == []


@pytest.mark.parametrize("per_entity", [False, True])
def test_retract_leaves_nothing_and_ends_the_session(tmp_path: Path, broker: Mosquitto, per_entity: bool) -> None:
    home = make_home(tmp_path, broker, per_entity_discovery=per_entity)
    night(home, "p-1")
    with reading(broker) as reader:
        reader.press("homeintel/demo/answer/p-1", "accept")
        reader.press("homeintel/demo/left/over", "something")
        reader.press("zigbee2mqtt/bridge/state", "online")
    assert retract(home.store, home.settings) == (58 if per_entity else 8)
    with reading(broker) as reader:
        assert reader.topics() == ["zigbee2mqtt/bridge/state"]
    assert home.published() == {}
    home.night("run-2", night=NIGHT + timedelta(days=1))
    home.suggest("run-2", "p-1", status="repeated")
    outcome = run(home.phase("run-2", night=NIGHT + timedelta(days=1)))
    assert outcome.figures["answers_taken"] == 0


def test_the_report_is_linked_where_it_is_served(tmp_path: Path, broker: Mosquitto) -> None:
    home = make_home(tmp_path, broker, name="Ferien/Haus", report_url="https://ha.example/local/")
    slug = home.settings.home.slug
    assert report_address(home.settings, "2026-11-08") == f"https://ha.example/local/{slug}/2026-11-08/index.html"
    night(home)
    with reading(broker) as reader:
        entities = Entities.discovered(reader.last())
        device = reader.json(f"homeassistant/device/homeintel_{slug}/config")["device"]
    assert entities.state("sensor.report") == f"https://ha.example/local/{slug}/2026-11-08/index.html"
    assert device["configuration_url"] == "https://ha.example/local/"
