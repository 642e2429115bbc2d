"""A client that hears everything hears homeintel on its own topics alone."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from homeintel.errors import PublishError
from homeintel.publish import outbox
from homeintel.publish.check import check_publish
from homeintel.publish.link import send
from homeintel.publish.message import Message
from homeintel.publish.phase import run
from homeintel.publish.retract import retract
from homeintel.publish.run_message import send_run_message
from homeintel.publish.topics import Topics
from tests.publish.conftest import NIGHT, Home, make_home, reading
from tests.servers import Mosquitto

HOSTILE = [
    "../zigbee2mqtt/bridge/request/permit_join",
    "zigbee2mqtt/lamp/set",
    "#",
    "+/x",
    "",
    "$SYS/x",
    "none",
    "a\x00b",
]


@pytest.mark.parametrize("per_entity", [False, True])
def test_a_publish_a_run_message_a_check_and_a_retract_stay_on_own_topics(
    tmp_path: Path, broker: Mosquitto, per_entity: bool
) -> None:
    home = make_home(tmp_path, broker, per_entity_discovery=per_entity)
    home.night(finished_at=datetime.now(UTC))
    home.suggest("run-1", *HOSTILE[:4], *HOSTILE[5:])
    with reading(broker) as reader:
        reader.press("zigbee2mqtt/bridge/devices", "[]")
        reader.press("homeintel/demo/answer/..%2F..%2Fzigbee2mqtt%2Flamp%2Fset", "accept")
        reader.messages.clear()
        run(home.phase())
        send_run_message(home.store, home.settings, "run-1")
        check_publish(home.settings)
        retract(home.store, home.settings)
        reader.settle()
    assert len(reader.messages) > 10
    own = ("homeintel/demo/", "homeassistant/device/homeintel_demo/")
    for topic in reader.topics():
        levels = topic.split("/")
        entity = levels[0] == "homeassistant" and levels[2] == "homeintel_demo" and levels[-1] == "config"
        assert topic.startswith(own) or entity, topic


def test_no_button_of_a_hostile_suggestion_leaves_its_topic(home: Home, broker: Mosquitto) -> None:
    home.night()
    home.suggest("run-1", *HOSTILE)
    run(home.phase())
    with reading(broker) as reader:
        payload = reader.json("homeassistant/device/homeintel_demo/config")
    topics = [one["command_topic"] for one in payload["components"].values() if "command_topic" in one]
    assert len(topics) == 30
    for topic in topics:
        assert topic.startswith("homeintel/demo/answer/")
        assert topic.count("/") == 3
        assert not set(topic) & {"#", "+", "\0"}


@pytest.mark.parametrize(
    ("topic", "base", "prefix"),
    [
        ("zigbee2mqtt", "zigbee2mqtt", "homeassistant"),
        ("zigbee2mqtt/homeintel", "zigbee2mqtt", "homeassistant"),
        ("house/zigbee/x", "house/zigbee", "homeassistant"),
        ("homeintel", "homeintel/demo", "homeassistant"),
        ("homeintel", "zigbee2mqtt", "zigbee2mqtt/discovery"),
    ],
)
def test_a_topic_under_a_base_topic_is_refused(tmp_path: Path, topic: str, base: str, prefix: str) -> None:
    home = make_home(tmp_path, None, topic=topic, bridge={"base_topics": [base], "discovery_prefix": prefix})
    with pytest.raises(PublishError, match="never writes"):
        Topics.of(home.settings)


def test_a_base_topic_that_only_begins_alike_is_no_obstacle(tmp_path: Path) -> None:
    home = make_home(tmp_path, None, topic="zigbee2mqtt2")
    assert Topics.of(home.settings).run == "zigbee2mqtt2/demo/run"


@pytest.mark.parametrize("topic", ["home/#", "+", "/home", "home/", "$SYS"])
def test_a_topic_that_can_not_be_published_under_is_refused(tmp_path: Path, topic: str) -> None:
    home = make_home(tmp_path, None, topic=topic)
    with pytest.raises(PublishError, match=r"publish\.topic"):
        Topics.of(home.settings)


@pytest.mark.parametrize(
    "topic", ["zigbee2mqtt/lamp/set", "homeintel", "homeintel/other/run", "homeassistant/sensor/x/y/config", "homeintel/demo/#"]
)  # fmt: skip
def test_the_sender_refuses_any_other_topic_before_it_connects(home: Home, broker: Mosquitto, topic: str) -> None:
    topics = Topics.of(home.settings)
    assert home.settings.publish.broker is not None
    with reading(broker) as reader:
        with pytest.raises(PublishError, match="not one of homeintel's topics"):
            send(home.settings.publish.broker, topics, [Message(topics.run, "{}"), Message(topic, "{}")])
        reader.settle()
    assert reader.messages == []


def test_kept_messages_of_a_former_topic_are_dropped_not_sent(tmp_path: Path, broker: Mosquitto) -> None:
    home = make_home(tmp_path, broker, topic="former")
    home.night()
    outbox.keep(home.store, "run-1", [Message("former/demo/run", "{}")], now=datetime.now(UTC))
    renamed = make_home(tmp_path, broker)
    with reading(broker) as reader:
        run(renamed.phase(night=NIGHT))
        reader.settle()
    assert [topic for topic in reader.topics() if topic.startswith("former/")] == []
    assert outbox.waiting(home.store, now=datetime.now(UTC) + timedelta(days=1)) == []
    assert (
        json.loads(reader.last()["homeassistant/device/homeintel_demo/config"])["device"]["name"] == "Home Intel demo"
    )
