"""Button presses while homeintel is off, on a real broker."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from homeintel.errors import SuggestionError
from homeintel.publish.answers import parse_press, record_presses
from homeintel.publish.inbox import Received
from homeintel.publish.outbox import keep
from homeintel.publish.phase import answer_table, run, take_answers
from homeintel.store import query
from tests.publish.conftest import NIGHT, Home, Reader, make_home, reading
from tests.servers import Mosquitto, mosquitto

NEXT = NIGHT + timedelta(days=1)


def feedback(home: Home) -> list[tuple[str, str, str]]:
    with home.store.connect() as connection:
        rows = query(connection, "SELECT suggestion_id, answer, source FROM feedback ORDER BY given_at, rowid")
    return [tuple(row) for row in rows.itertuples(index=False)]


def first_night(home: Home, *suggestion_ids: str) -> None:
    home.night()
    home.suggest("run-1", *suggestion_ids)
    assert run(home.phase()).status == "succeeded"


def next_night(home: Home, *suggestion_ids: str, run_id: str = "run-2", night: date = NEXT) -> dict[str, object]:
    home.night(run_id, night=night)
    home.suggest(run_id, *suggestion_ids, status="repeated")
    outcome = run(home.phase(run_id, night=night))
    assert outcome.status == "succeeded"
    return dict(outcome.figures)


def pressed(reader: Reader, button: str) -> None:
    """Press a button as Home Assistant does: what discovery says it publishes."""
    config = reader.json("homeassistant/device/homeintel_demo/config")["components"][button]
    assert config["qos"] == 1
    reader.press(config["command_topic"], config["payload_press"], retain=config["retain"])


def test_a_press_while_homeintel_is_off_is_in_the_database_after_the_next_night(home: Home, broker: Mosquitto) -> None:
    first_night(home, "p-1", "p-2")
    with reading(broker) as reader:
        pressed(reader, "suggestion_2_dismiss")
        figures = next_night(home, "p-1", "p-2")
        reader.settle()
    assert feedback(home) == [("p-2", "dismiss", "mqtt")]
    assert (figures["answers_taken"], figures["answers_refused"]) == (1, 0)
    assert reader.json("homeintel/demo/acknowledged")["answers"] == [
        {"suggestion_id": "p-2", "answer": "dismiss", "until": None}
    ]
    assert [slot["title"] for slot in reader.json(home.slots("p-1")).values()][:2] == ["Title of p-1", ""]


def test_the_retained_press_is_cleared_and_not_taken_again(home: Home, broker: Mosquitto) -> None:
    first_night(home, "p-1")
    with reading(broker) as reader:
        pressed(reader, "suggestion_1_snooze")
    next_night(home, "p-1")
    with reading(broker, "homeintel/demo/answer/+") as reader:
        assert reader.messages == []
    figures = next_night(home, "p-1", run_id="run-3", night=NEXT + timedelta(days=1))
    assert (figures["answers_taken"], figures["answers_refused"]) == (0, 0)
    assert feedback(home) == [("p-1", "snooze", "mqtt")]


def test_a_changed_mind_counts_last(home: Home, broker: Mosquitto) -> None:
    first_night(home, "p-1")
    with reading(broker) as reader:
        for button in ("accept", "dismiss", "accept"):
            pressed(reader, f"suggestion_1_{button}")
    next_night(home, "p-1")
    assert [answer for _, answer, _ in feedback(home)] == ["accept", "dismiss", "accept"]


def test_the_same_answer_twice_is_one(home: Home, broker: Mosquitto) -> None:
    first_night(home, "p-1")
    with reading(broker) as reader:
        pressed(reader, "suggestion_1_accept")
        pressed(reader, "suggestion_1_accept")
        next_night(home, "p-1")
        reader.settle()
    assert feedback(home) == [("p-1", "accept", "mqtt")]
    assert reader.json("homeintel/demo/acknowledged")["repeated"] == 1


def test_messages_that_are_no_answers_are_refused_counted_and_cleared(home: Home, broker: Mosquitto) -> None:
    first_night(home, "p-1")
    with reading(broker) as reader:
        for topic, payload in (
            ("p-1", "maybe"), ("p-1/extra", "accept"), ("unknown", "accept"), ("p-1", "x" * 5000),
            ("p-1", '{"answer": "snooze", "until": "yesterday"}'), ("p-1", '{"answer": "snooze", "until": "2020-01-01"}'),
        ):  # fmt: skip
            reader.press(f"homeintel/demo/answer/{topic}", payload, retain=False)
        reader.press("homeintel/demo/answer/%F0%9F", "accept")
        reader.press("homeintel/demo/answer/p-1", "\x00")
        figures = next_night(home, "p-1")
        reader.settle()
    assert feedback(home) == []
    assert (figures["answers_taken"], figures["answers_refused"]) == (0, 7)
    assert reader.last()["homeintel/demo/answer/p-1"] == ""
    assert reader.last()["homeintel/demo/answer/%F0%9F"] == ""


def test_presses_survive_a_restart_of_a_broker_with_persistence(tmp_path: Path) -> None:
    with mosquitto(tmp_path / "mosquitto", persistence=True) as broker:
        home = make_home(tmp_path, broker)
        first_night(home, "p-1")
        with reading(broker) as reader:
            pressed(reader, "suggestion_1_accept")
        broker.restart()
        next_night(home, "p-1")
    assert feedback(home) == [("p-1", "accept", "mqtt")]


def test_mqtt_3_queues_answers_too(tmp_path: Path, broker: Mosquitto) -> None:
    home = make_home(tmp_path, broker, address={"protocol": "3.1.1"})
    first_night(home, "p-1")
    with reading(broker) as reader:
        reader.press("homeintel/demo/answer/p-1", "dismiss", retain=False)
    next_night(home, "p-1")
    assert feedback(home) == [("p-1", "dismiss", "mqtt")]


def test_a_press_the_broker_could_not_clear_is_not_a_new_one(home: Home) -> None:
    home.night()
    home.suggest("run-1", "p-1")
    now = datetime(2026, 11, 8, 3, tzinfo=UTC)
    stale = Received("homeintel/demo/answer/p-1", b"snooze", retained=True)
    answers = record_presses(home.store, [stale], now=now)
    assert len(answers.taken) == 1
    keep(home.store, "run-1", answers.clears, now=now)
    later = now + timedelta(days=1)
    assert record_presses(home.store, [stale], now=later).taken == ()
    again = Received("homeintel/demo/answer/p-1", b"snooze", retained=False)
    assert len(record_presses(home.store, [again], now=later).taken) == 1


def test_a_press_is_a_word_or_an_object_with_an_end() -> None:
    assert parse_press(Received("h/x/answer/a%2Fb", b" accept ", retained=True)).suggestion_id == "a/b"
    assert parse_press(
        Received("h/x/answer/a", b'{"answer": "snooze", "until": "2026-12-24"}', retained=True)
    ).until == (date(2026, 12, 24))
    for payload in (b'{"until": "2026-12-24"}', b'{"answer": "snooze", "until": 3}', b"\xff", b"{}"):
        with pytest.raises(SuggestionError):
            parse_press(Received("h/x/answer/a", payload, retained=True))


def test_the_next_report_shows_answers_and_refusals(home: Home, broker: Mosquitto) -> None:
    first_night(home, "p-1")
    with reading(broker) as reader:
        pressed(reader, "suggestion_1_accept")
        reader.press("homeintel/demo/answer/unknown", "accept")
    home.night("run-2", night=NEXT)
    phase = home.phase("run-2", night=NEXT)
    shown = answer_table(phase, take_answers(phase))
    assert list(shown["answer"]) == ["refused", "accept"]
    assert list(shown["title"]) == ["No suggestion has the id 'unknown'.", "Title of p-1"]
    assert str(shown["given_at"].dt.tz) == "Europe/Berlin"
