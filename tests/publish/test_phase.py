"""Phase 6 and the run's message on a real broker, read by a second client."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from homeintel.errors import PublishError
from homeintel.publish.phase import BY_HAND, OLDER, SWITCHED_OFF, run
from homeintel.publish.run_message import send_run_message
from homeintel.store import count, query
from tests.publish.conftest import NIGHT, Home, make_home, reading
from tests.servers import Mosquitto


def test_a_second_client_receives_discovery_slots_and_suggestions(home: Home, broker: Mosquitto) -> None:
    home.night()
    home.suggest("run-1", "p-1", "f-2")
    with reading(broker) as reader:
        outcome = run(home.phase())
        reader.settle()
    assert (outcome.status, outcome.figures["messages_sent"]) == ("succeeded", 4)
    assert reader.topics() == [
        "homeintel/demo/ping",
        home.slots("p-1", "f-2"),
        "homeassistant/device/homeintel_demo/config",
        "homeintel/demo/suggestions",
        "homeintel/demo/acknowledged",
    ]
    told = reader.json("homeintel/demo/suggestions")
    assert told["new"] == ["p-1", "f-2"]
    assert told["suggestions"][0] == {
        "suggestion_id": "p-1",
        "rank": 1,
        "title": "Title of p-1",
        "kind": "pattern",
        "confidence": 0.8125,
        "status": "new",
        "description": "Text of p-1.",
    }


def test_everything_is_retained_for_who_connects_later(home: Home, broker: Mosquitto) -> None:
    home.night()
    home.suggest("run-1", "p-1")
    run(home.phase())
    send_run_message(home.store, home.settings, "run-1")
    with reading(broker) as reader:
        assert {topic for topic, _, retained in reader.messages if retained} == {
            "homeassistant/device/homeintel_demo/config",
            home.slots("p-1"),
            "homeintel/demo/suggestions",
            "homeintel/demo/acknowledged",
            "homeintel/demo/run",
        }


@pytest.mark.parametrize("status", ["succeeded", "partial", "failed"])
def test_the_run_message_says_what_the_rows_say(home: Home, broker: Mosquitto, status: str) -> None:
    home.night(status=status, message="A sentence about <it>.")
    home.suggest("run-1", "p-1", "p-2")
    home.suggest("run-1", "p-3", status="repeated")
    with reading(broker) as reader:
        send_run_message(home.store, home.settings, "run-1")
        reader.settle()
    said = reader.json("homeintel/demo/run")
    with home.store.connect() as connection:
        row = query(connection, "SELECT * FROM job_runs").to_dict("records")[0]
        phases = query(connection, "SELECT * FROM job_phases ORDER BY started_at").to_dict("records")
    for name in ("run_id", "status", "message", "points_read", "events_kept", "version"):
        assert said[name] == row[name], name
    assert said["duration_seconds"] == 61.5
    assert said["finished_at"] == row["finished_at"].tz_convert("Europe/Berlin").isoformat()
    assert said["night"] == "2026-11-08"
    assert [
        (p["phase"], p["status"], p["seconds"], p["peak_memory_mb"], p["rows_written"]) for p in said["phases"]
    ] == [(p["phase"], p["status"], p["seconds"], p["peak_memory_mb"], p["rows_written"]) for p in phases]
    assert (said["suggestions"], said["new_suggestions"], said["peak_memory_mb"]) == (3, 2, 155.0)


def test_switched_off_says_so_and_sends_nothing(tmp_path: Path, broker: Mosquitto) -> None:
    home = make_home(tmp_path, broker, enabled=False)
    home.night()
    with reading(broker) as reader:
        outcome = run(home.phase())
        send_run_message(home.store, home.settings, "run-1")
        reader.settle()
    assert (outcome.status, outcome.rows_written, outcome.reason) == ("succeeded", 0, SWITCHED_OFF)
    assert reader.messages == []


def test_by_hand_nothing_is_published(home: Home, broker: Mosquitto) -> None:
    home.night()
    home.suggest("run-1", "p-1")
    with reading(broker) as reader:
        assert run(home.phase(by_hand=True)).reason == BY_HAND
        reader.settle()
    assert reader.messages == []


def test_without_a_broker_in_the_settings_the_phase_says_what_to_set(tmp_path: Path) -> None:
    home = make_home(tmp_path, None)
    home.night()
    with pytest.raises(PublishError, match=r"bridge.source is file.*Set publish.broker"):
        run(home.phase())


def test_a_broker_away_keeps_everything_and_the_next_night_sends_it(home: Home, broker: Mosquitto) -> None:
    home.night()
    home.suggest("run-1", "p-1")
    broker.stop()
    outcome = run(home.phase())
    assert (outcome.status, outcome.rows_written) == ("degraded", 3)
    assert "kept and sent the next night" in outcome.reason
    with pytest.raises(PublishError, match="4 messages are kept"):
        send_run_message(home.store, home.settings, "run-1")
    broker.restart()
    home.night("run-2", night=NIGHT + timedelta(days=1))
    home.suggest("run-2", "p-1", status="repeated")
    with reading(broker) as reader:
        assert run(home.phase("run-2", night=NIGHT + timedelta(days=1))).status == "succeeded"
        reader.settle()
    assert reader.json("homeintel/demo/run")["run_id"] == "run-1"
    assert reader.json("homeintel/demo/suggestions")["new"] == ["p-1"]
    with home.store.connect() as connection:
        assert count(connection, "SELECT count(*) FROM outbox") == 0


def test_an_older_night_changes_no_retained_message(home: Home, broker: Mosquitto) -> None:
    home.night("run-2")
    home.night("run-1", night=NIGHT - timedelta(days=3))
    home.suggest("run-1", "p-1")
    with reading(broker) as reader:
        outcome = run(home.phase("run-1", night=NIGHT - timedelta(days=3)))
        send_run_message(home.store, home.settings, "run-1")
        reader.settle()
    assert (outcome.status, outcome.reason) == ("succeeded", OLDER)
    assert reader.messages == []


def test_a_night_without_news_is_silent_about_suggestions(home: Home, broker: Mosquitto) -> None:
    home.night()
    home.suggest("run-1", "p-1")
    run(home.phase())
    home.night("run-2", night=NIGHT + timedelta(days=1))
    home.suggest("run-2", "p-1", status="repeated")
    with reading(broker, "homeintel/#") as reader:
        reader.messages.clear()
        run(home.phase("run-2", night=NIGHT + timedelta(days=1)))
        reader.settle()
    assert reader.topics() == ["homeintel/demo/ping", home.slots("p-1"), "homeintel/demo/acknowledged"]
    assert json.loads(home.published()["homeintel/demo/suggestions"])["run_id"] == "run-1"


def test_a_night_whose_phase_5_failed_takes_nothing_away(home: Home, broker: Mosquitto) -> None:
    home.night()
    home.suggest("run-1", "p-1", "p-2")
    run(home.phase())
    following = NIGHT + timedelta(days=1)
    home.night("run-2", night=following, status="failed")
    with home.store.transaction() as connection:
        connection.execute("UPDATE job_phases SET status = 'failed' WHERE run_id = 'run-2' AND phase = 'suggestions'")
    with reading(broker) as reader:
        reader.messages.clear()
        outcome = run(home.phase("run-2", night=following, earlier={"suggestions": ("failed", "It broke.")}))
        send_run_message(home.store, home.settings, "run-2")
        reader.settle()
    assert (outcome.status, outcome.reason) == ("degraded", "No suggestions of this night, older ones stay: It broke.")
    assert "homeintel/demo/suggestions" not in reader.topics()
    assert [slot["title"] for slot in reader.json(home.slots("p-1", "p-2")).values()][:2] == [
        "Title of p-1",
        "Title of p-2",
    ]
    assert (reader.json("homeintel/demo/run")["status"], reader.json("homeintel/demo/run")["suggestions"]) == (
        "failed",
        0,
    )


def test_gone_is_told_and_what_a_person_answered_is_no_news(home: Home, broker: Mosquitto) -> None:
    home.night()
    home.suggest("run-1", "p-1", "p-2", "p-3")
    run(home.phase())
    nights = [NIGHT + timedelta(days=number) for number in range(1, 4)]
    home.night("run-2", night=nights[0])
    home.suggest("run-2", "p-1", status="repeated")
    home.suggest("run-2", "p-2", status="dismissed")
    home.suggest("run-2", "p-3", status="resolved")
    with reading(broker, "homeintel/demo/suggestions") as reader:
        run(home.phase("run-2", night=nights[0]))
        reader.settle()
        told = reader.json("homeintel/demo/suggestions")
        assert (told["new"], told["gone"]) == ([], ["p-3"])
        assert [one["suggestion_id"] for one in told["suggestions"]] == ["p-1"]
        home.night("run-3", night=nights[1])
        home.suggest("run-3", "p-2", status="new")
        home.suggest("run-3", "p-1", status="repeated")
        run(home.phase("run-3", night=nights[1]))
        reader.settle()
        assert reader.json("homeintel/demo/suggestions")["new"] == ["p-2"]


def test_a_night_that_is_run_again_tells_nothing_twice(home: Home, broker: Mosquitto) -> None:
    home.night()
    home.suggest("run-1", "p-1")
    run(home.phase())
    home.night("run-1b")
    home.suggest("run-1b", "p-1")
    with reading(broker, "homeintel/demo/suggestions") as reader:
        reader.messages.clear()
        run(home.phase("run-1b"))
        reader.settle()
    assert reader.messages == []


def test_always_tells_the_suggestions_every_night(tmp_path: Path, broker: Mosquitto) -> None:
    home = make_home(tmp_path, broker, always=True)
    home.night()
    with reading(broker, "homeintel/demo/suggestions") as reader:
        run(home.phase())
        reader.settle()
        assert reader.json("homeintel/demo/suggestions")["suggestions"] == []
