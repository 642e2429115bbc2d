"""What goes wrong between homeintel and the broker, on a real broker or a real socket."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from homeintel.errors import BrokerRefusedError, BrokerUnreachableError, PublishError
from homeintel.publish import outbox
from homeintel.publish.check import check_publish
from homeintel.publish.phase import run
from homeintel.publish.republish import republish
from homeintel.publish.retract import retract
from homeintel.publish.run_message import send_run_message
from tests.publish.conftest import NIGHT, Home, make_home, reading
from tests.publish.home_assistant import Entities
from tests.servers import Mosquitto, free_port, mosquitto

NEXT = NIGHT + timedelta(days=1)


def waiting(home: Home) -> list[str]:
    return [message.topic for message in outbox.waiting(home.store, now=datetime(2026, 11, 8, tzinfo=UTC))]


@contextmanager
def cutting(broker: Mosquitto, after: int) -> Iterator[int]:
    """A wire to the broker that is cut after so many bytes from the client, on every connection but the first."""
    listener = socket.create_server(("127.0.0.1", free_port()))
    connections = 0

    def pump(source: socket.socket, sink: socket.socket, most: float) -> None:
        with suppress(OSError):
            while most > 0 and (data := source.recv(int(min(4096, most)))):
                sink.sendall(data)
                most -= len(data)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def accept() -> None:
        nonlocal connections
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            connections += 1
            server = socket.create_connection(("127.0.0.1", broker.port))
            most = float("inf") if connections == 1 else after
            threading.Thread(target=pump, args=(client, server, most), daemon=True).start()
            threading.Thread(target=pump, args=(server, client, float("inf")), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        listener.close()


@pytest.mark.parametrize(
    ("per_entity", "after"),
    [(False, 150), (False, 9_000), (False, 24_000), (True, 2_000), (True, 9_000), (True, 16_000), (True, 24_000), (True, 33_000)],
)  # fmt: skip
def test_a_cut_connection_never_pairs_a_title_with_another_ones_button(
    tmp_path: Path, broker: Mosquitto, after: int, per_entity: bool
) -> None:
    home = make_home(tmp_path, broker, per_entity_discovery=per_entity)
    home.night()
    home.suggest("run-1", "p-1", "p-2", "p-3")
    run(home.phase())
    home.night("run-2", night=NEXT)
    home.suggest("run-2", "p-3", "p-1", "p-4")
    with cutting(broker, after) as port:
        cut = make_home(tmp_path, broker, per_entity_discovery=per_entity, address={"port": port})
        outcome = run(cut.phase("run-2", night=NEXT))
    assert outcome.status == "degraded"
    assert "homeintel/demo/suggestions" in waiting(home)
    with reading(broker) as reader:
        entities = Entities.discovered(reader.last())
    for number in range(1, 11):
        for answer in ("accept", "dismiss", "snooze"):
            if entities.available(f"button.suggestion_{number}_{answer}") and entities.available(
                f"sensor.suggestion_{number}"
            ):
                topic = entities.configs[f"button.suggestion_{number}_{answer}"]["command_topic"]
                read = entities.attributes(f"sensor.suggestion_{number}")["suggestion_id"]
                assert topic == f"homeintel/demo/answer/{read}"


def test_after_a_cut_the_rest_is_sent_and_everything_is_as_if_nothing_happened(
    tmp_path: Path, broker: Mosquitto
) -> None:
    home = make_home(tmp_path, broker)
    home.night(finished_at=datetime.now(UTC))
    home.suggest("run-1", "p-1")
    with cutting(broker, 5_000) as port:
        cut = make_home(tmp_path, broker, address={"port": port})
        assert run(cut.phase()).status == "degraded"
    home = make_home(tmp_path, broker)
    send_run_message(home.store, home.settings, "run-1")
    assert waiting(home) == []
    with reading(broker) as reader:
        entities = Entities.discovered(reader.last())
        assert reader.json("homeintel/demo/suggestions")["new"] == ["p-1"]
    assert entities.available("button.suggestion_1_accept")
    assert entities.state("sensor.status") == "succeeded"


def test_a_wrong_password_degrades_the_phase_and_keeps_the_messages(tmp_path: Path, broker: Mosquitto) -> None:
    home = make_home(tmp_path, broker)
    home.night()
    home.suggest("run-1", "p-1")
    (tmp_path / "wrong").write_text("wrong-secret")
    wrong = make_home(tmp_path, broker, address={"password_file": "wrong"})
    outcome = run(wrong.phase())
    assert outcome.status == "degraded"
    assert "refused" in outcome.reason
    assert "wrong-secret" not in outcome.reason
    assert len(waiting(home)) == 3
    with pytest.raises(PublishError) as caught:
        send_run_message(wrong.store, wrong.settings, "run-1")
    assert isinstance(caught.value.__cause__, BrokerRefusedError)
    [(name, ok, found, mend)] = check_publish(wrong.settings)
    assert (name, ok) == ("publish", False)
    assert "refused" in found
    assert mend


def test_a_broker_that_refuses_a_topic_is_named_as_such(tmp_path: Path) -> None:
    rules = tmp_path / "acl"
    rules.write_text("user homeintel\ntopic readwrite homeintel/#\ntopic read homeassistant/#\n")
    with mosquitto(tmp_path / "mosquitto", extra=f"acl_file {rules}") as broker:
        home = make_home(tmp_path, broker)
        home.night()
        outcome = run(home.phase())
    assert outcome.status == "degraded"
    assert "refused a message: Not authorized" in outcome.reason
    assert waiting(home)[0] == "homeassistant/device/homeintel_demo/config"


def test_doctor_finds_a_broker_that_takes_messages(home: Home) -> None:
    [(_, ok, found, _)] = check_publish(home.settings)
    assert ok
    assert found.endswith("takes messages under homeintel/demo/")


def test_doctor_without_a_broker_says_what_to_set(tmp_path: Path) -> None:
    home = make_home(tmp_path, None)
    [(_, ok, found, mend)] = check_publish(home.settings)
    assert (ok, "publish.broker" in mend) == (False, True)
    assert "bridge.source is file" in found


def test_states_that_expired_while_they_waited_are_not_sent(home: Home, broker: Mosquitto) -> None:
    home.night(finished_at=datetime.now(UTC) - timedelta(hours=30))
    send_run_message(home.store, home.settings, "run-1")
    with reading(broker) as reader:
        assert reader.topics() == ["homeintel/demo/run"]


def test_publish_again_sends_the_night_and_what_waits(home: Home, broker: Mosquitto) -> None:
    home.night(finished_at=datetime.now(UTC))
    home.suggest("run-1", "p-1")
    broker.stop()
    run(home.phase())
    with pytest.raises(PublishError) as caught:
        send_run_message(home.store, home.settings, "run-1")
    assert isinstance(caught.value.__cause__, BrokerUnreachableError)
    with pytest.raises(PublishError, match="5 messages are kept"):
        republish(home.store, home.settings)
    broker.restart()
    all_of_it = [
        home.slots("p-1"),
        "homeassistant/device/homeintel_demo/config",
        "homeintel/demo/suggestions",
        "homeintel/demo/state",
        "homeintel/demo/run",
    ]
    with reading(broker) as reader:
        assert republish(home.store, home.settings) == 5
        reader.settle()
        assert reader.topics() == all_of_it
        reader.messages.clear()
        assert republish(home.store, home.settings, NIGHT) == republish(home.store, home.settings) == 4
        reader.settle()
    assert reader.topics() == 2 * [topic for topic in all_of_it if topic != "homeintel/demo/suggestions"]
    assert waiting(home) == []


@pytest.mark.parametrize(
    ("day", "said"), [(NIGHT - timedelta(days=1), "later night"), (NIGHT + timedelta(days=9), "no night")]
)
def test_publish_again_refuses_a_night_that_is_old_or_unknown(home: Home, day: date, said: str) -> None:
    home.night()
    home.night("run-0", night=NIGHT - timedelta(days=1))
    with pytest.raises(PublishError, match=said):
        republish(home.store, home.settings, day)


def test_publish_again_without_a_night_says_so(home: Home) -> None:
    with pytest.raises(PublishError, match="No night was recorded"):
        republish(home.store, home.settings)


def test_a_retract_that_fails_changes_nothing(home: Home, broker: Mosquitto) -> None:
    home.night()
    run(home.phase())
    broker.stop()
    with pytest.raises(PublishError, match="0 of 0"):
        retract(home.store, home.settings)
    assert "homeassistant/device/homeintel_demo/config" in home.published()
