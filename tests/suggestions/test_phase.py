import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from homeintel.errors import SuggestionError
from homeintel.settings import Settings
from homeintel.store import Store, migrate
from homeintel.suggestions import phase as room
from homeintel.suggestions.feedback import give_feedback
from tests.suggestions import homes

NOW = datetime(2026, 9, 28, 6, tzinfo=UTC)


@pytest.fixture
def given(tmp_path: Path) -> Settings:
    return homes.settings(tmp_path)


def plant(store: Store, run_id: str = "run-1", end: date = homes.END, **pattern: Any) -> None:
    homes.start_run(store, run_id, end)
    homes.write(store, "patterns", [homes.pattern("p1", run_id, **pattern)])


def suggested(store: Store, run_id: str = "run-1") -> list[dict[str, Any]]:
    return homes.stored(store, "suggestions", "rank", f"run_id = '{run_id}' AND status IN ('new', 'repeated')")


def test_a_habit_becomes_one_automation_with_its_numbers(store: Store, given: Settings) -> None:
    plant(store)
    homes.write(store, "events", homes.routine_events(skipped=[3]))
    outcome = room.run(homes.phase(store, given))
    (row,) = suggested(store)
    assert row["title"] == "Turn on Kitchen at 06:45 every day"
    assert "26 of 28 days" in row["description"]
    (automation,) = yaml.safe_load(row["automation_yaml"])
    assert automation["id"] == f"homeintel_{row['suggestion_id']}"
    assert automation["triggers"] == [{"trigger": "time", "at": "06:45:00"}]
    assert (row["kind"], row["status"], row["pattern_id"], row["rank"]) == ("pattern", "new", "p1", 1)
    assert row["score"] == pytest.approx(row["confidence"] * row["impact"] * (1 - 0.5 * row["effort"]))
    assert json.loads(row["backtest"])["window"]["wrong"] == 1
    counts = {"suggestions": 1, "new_suggestions": 1, "resolved_suggestions": 0, "candidates": 1}
    assert outcome.figures == counts | {"wording_calls": 0, "wording_tokens": 0, "wording_cost": 0.0}
    assert outcome.rows_written == 1 + len(homes.stored(store, "detection_funnel", "position"))


def test_the_confidence_weighs_the_habit_and_its_replay_alike(store: Store, given: Settings) -> None:
    plant(store, occurrences=26, opportunities=28)
    homes.write(store, "events", homes.routine_events(skipped=[1, 4, 9, 16]))
    room.run(homes.phase(store, given))
    (row,) = suggested(store)
    assert json.loads(row["backtest"])["window"]["precision"] == pytest.approx(24 / 28, abs=1e-4)
    assert row["confidence"] == pytest.approx((25 + 0.8 * 4) / (28 + 4))
    assert row["confidence_low"] < row["confidence"] < row["confidence_high"]


def test_a_habit_that_is_not_kept_just_now_says_so(store: Store, given: Settings) -> None:
    plant(store)
    detail = '{"state": "on", "minute_of_day": 405}'
    missed = "missed 3 times from 2026-09-25 to 2026-09-27"
    homes.write(store, "anomalies", [homes.anomaly("missed_routine", "light.kitchen", detail=detail, observed=missed)])
    room.run(homes.phase(store, given))
    (row,) = suggested(store)
    assert (row["kind"], row["caveats"][0]) == ("pattern", f"Lately it was not done: {missed}.")


def test_without_features_it_is_degraded_and_says_so(store: Store, given: Settings) -> None:
    plant(store)
    outcome = room.run(homes.phase(store, given))
    assert outcome.status == "degraded"
    assert "No features were ever stored." in outcome.reason


def test_with_neither_input_the_phase_fails(store: Store, given: Settings) -> None:
    homes.start_run(store, "run-1")
    with pytest.raises(SuggestionError, match="nothing to make suggestions from"):
        room.run(homes.phase(store, given))


def test_older_patterns_are_used_and_named(store: Store, given: Settings) -> None:
    plant(store, "run-1", date(2026, 9, 27))
    homes.start_run(store, "run-2")
    outcome = room.run(homes.phase(store, given, "run-2", earlier={"patterns": ("failed", "no history")}))
    assert len(suggested(store, "run-2")) == 1
    assert outcome.status == "degraded"
    assert "The patterns are those of the night of 2026-09-27." in outcome.reason


def test_nothing_found_is_a_success_with_a_funnel(store: Store, given: Settings) -> None:
    homes.start_run(store, "run-1")
    homes.write(
        store, "detection_funnel", [{"run_id": "run-1", "detector": "routines", "step": "read", "candidates": 0}]
    )
    outcome = room.run(homes.phase(store, given))
    assert suggested(store) == []
    assert "Nothing worth suggesting tonight." in outcome.reason
    funnel = homes.stored(store, "detection_funnel", "position", "detector = 'suggestions'")
    assert [row["candidates"] for row in funnel] == [0] * len(funnel)


def test_what_is_automated_already_is_never_suggested(store: Store, given: Settings) -> None:
    plant(store, already_automated=True)
    room.run(homes.phase(store, given))
    assert suggested(store) == []
    funnel = homes.stored(store, "detection_funnel", "position", "detector = 'suggestions'")
    assert (funnel[0]["candidates"], funnel[1]["candidates"]) == (1, 0)
    assert funnel[1]["example"] == "1 habit a machine carries out already"


def test_what_would_annoy_is_left_out_and_the_funnel_says_so(store: Store, given: Settings) -> None:
    plant(store)
    homes.write(store, "events", homes.routine_events(skipped=range(0, 28, 2)))
    room.run(homes.phase(store, given))
    assert suggested(store) == []
    (step,) = homes.stored(store, "detection_funnel", "position", "step LIKE 'would not annoy%'")
    assert step["candidates"] == 0
    assert "unwanted 14 of 28 times" in step["example"]


def test_a_lock_is_a_reminder_never_an_action(store: Store, given: Settings) -> None:
    plant(store, entity_id="lock.front_door", state="locked", minute_of_day=1350.0)
    room.run(homes.phase(store, given))
    (row,) = suggested(store)
    (automation,) = yaml.safe_load(row["automation_yaml"])
    assert [step["action"] for step in automation["actions"]] == ["persistent_notification.create"]
    assert automation["triggers"] == [{"trigger": "time", "at": "22:45:00"}]
    assert row["title"].startswith("Remind me: Lock Front door")


def test_a_name_from_the_house_is_no_template(store: Store, given: Settings) -> None:
    homes.write(store, "devices", [device("0x01", "{{ states('lock.x') }}")])
    homes.write(store, "entities", [entity("lock.front_door", "0x01")])
    plant(store, entity_id="lock.front_door", state="locked")
    room.run(homes.phase(store, given))
    (automation,) = yaml.safe_load(suggested(store)[0]["automation_yaml"])
    assert "{" not in automation["actions"][0]["data"]["message"]
    assert "((" in automation["actions"][0]["data"]["message"]


def device(address: str, name: str, power: str = "Mains") -> dict[str, Any]:
    return {
        "ieee_address": address, "base_topic": "zigbee2mqtt", "friendly_name": name, "type": "Router",
        "power_source": power, "disabled": False, "supported": True, "updated_at": NOW,
    }  # fmt: skip


def entity(entity_id: str, address: str, **given: Any) -> dict[str, Any]:
    row = {
        "entity_id": entity_id,
        "ieee_address": address,
        "component": entity_id.split(".", maxsplit=1)[0],
        "enabled": True,
    }
    return row | {"source": "discovery"} | given


def test_a_silent_battery_device_is_one_thing_to_do(store: Store, given: Settings) -> None:
    homes.start_run(store, "run-1")
    homes.write(store, "devices", [device("0x05", "Bath sensor", "Battery")])
    homes.write(store, "entities", [entity(f"sensor.bath_{kind}", "0x05") for kind in ("temperature", "humidity")])
    ended = homes.anomaly("silent", "sensor.attic", ended_at=NOW - timedelta(days=3))
    silent = [homes.anomaly("silent", f"sensor.bath_{kind}") for kind in ("temperature", "humidity")]
    homes.write(store, "anomalies", [*silent, ended])
    room.run(homes.phase(store, given))
    (row,) = suggested(store)
    assert row["title"] == "Check the battery of Bath sensor"
    assert sorted(row["entity_ids"]) == ["sensor.bath_humidity", "sensor.bath_temperature"]
    assert row["kind"] == "anomaly"


def test_new_once_then_repeated_with_the_same_id(store: Store, given: Settings) -> None:
    plant(store)
    room.run(homes.phase(store, given))
    second = date(2026, 9, 29)
    plant(store, "run-2", second, minute_of_day=411.0)
    room.run(homes.phase(store, given, "run-2", second))
    (first,), (again,) = suggested(store), suggested(store, "run-2")
    assert first["suggestion_id"] == again["suggestion_id"]
    assert (first["status"], again["status"]) == ("new", "repeated")
    assert first["first_suggested"] == again["first_suggested"]


def test_the_same_date_again_is_new_again_and_replaces(store: Store, given: Settings) -> None:
    plant(store)
    room.run(homes.phase(store, given))
    homes.start_run(store, "run-2", started_at=NOW + timedelta(hours=5))
    homes.write(store, "patterns", [homes.pattern("p1", "run-2")])
    room.run(homes.phase(store, given, "run-2"))
    assert suggested(store) == []
    (row,) = suggested(store, "run-2")
    assert row["status"] == "new"


def test_a_backfill_changes_no_status(store: Store, given: Settings) -> None:
    plant(store)
    room.run(homes.phase(store, given))
    older = date(2026, 9, 20)
    homes.start_run(store, "backfill", older, started_at=NOW + timedelta(hours=1))
    homes.write(
        store, "patterns", [homes.pattern("p1", "backfill"), homes.pattern("p2", "backfill", minute_of_day=1200)]
    )
    room.run(homes.phase(store, given, "backfill", older))
    next_day = date(2026, 9, 29)
    plant(store, "run-2", next_day)
    homes.write(store, "patterns", [homes.pattern("p2", "run-2", minute_of_day=1200)])
    room.run(homes.phase(store, given, "run-2", next_day))
    status = {row["pattern_id"]: row["status"] for row in suggested(store, "run-2")}
    assert status == {"p1": "repeated", "p2": "new"}
    assert {row["pattern_id"]: row["status"] for row in suggested(store, "backfill")}["p1"] == "repeated"
    assert [row["status"] for row in suggested(store)] == ["new"]


def test_dismissed_is_not_shown_again_until_the_evidence_has_doubled(store: Store, given: Settings) -> None:
    plant(store)
    room.run(homes.phase(store, given))
    identity = suggested(store)[0]["suggestion_id"]
    assert give_feedback(store, identity, "dismiss", None, "cli", NOW) is True
    shown = {}
    for night, occurrences in (("run-2", 30), ("run-3", 51), ("run-4", 52)):
        end = homes.END + timedelta(days=int(night[-1]))
        plant(store, night, end, occurrences=occurrences, opportunities=60)
        room.run(homes.phase(store, given, night, end))
        shown[night] = [row["suggestion_id"] for row in suggested(store, night)]
    assert shown == {"run-2": [], "run-3": [], "run-4": [identity]}


def test_snoozed_returns_on_its_day(store: Store, given: Settings) -> None:
    plant(store)
    room.run(homes.phase(store, given))
    identity = suggested(store)[0]["suggestion_id"]
    give_feedback(store, identity, "snooze", date(2026, 10, 1), "cli", NOW)
    for day, expected in ((date(2026, 9, 30), 0), (date(2026, 10, 1), 1)):
        plant(store, f"run-{day}", day)
        room.run(homes.phase(store, given, f"run-{day}", day))
        assert len(suggested(store, f"run-{day}")) == expected


def test_the_order_of_stored_rows_changes_nothing(tmp_path: Path, given: Settings) -> None:
    patterns = [homes.pattern(f"p{i}", entity_id=f"light.room_{i % 4}", minute_of_day=60.0 * i) for i in range(12)]
    found = []
    for number, rows in enumerate((patterns, patterns[::-1], patterns[5:] + patterns[:5])):
        store = Store(tmp_path / f"{number}.duckdb")
        migrate(store)
        homes.start_run(store, "run-1")
        homes.write(store, "patterns", rows)
        room.run(homes.phase(store, given))
        found.append([(row["rank"], row["suggestion_id"], row["automation_yaml"]) for row in suggested(store)])
    assert found[0] == found[1] == found[2]
    assert len(found[0]) == 10


def test_unused_features_are_taken_as_phase_4_stored_them(store: Store, given: Settings) -> None:
    homes.start_run(store, "run-1")
    usage = {
        "run_id": "run-1",
        "ieee_address": "0x01",
        "path": "power_on_behavior",
        "verdict": "constant",
        "changes": 0,
    }
    homes.write(store, "device_feature_usage", [usage | {"distinct_values": 1, "settable": True}])
    document = json.dumps(homes.opportunity())
    homes.write(store, "feature_opportunities", [{"run_id": "run-1", "position": 0, "opportunity": document}])
    outcome = room.run(homes.phase(store, given))
    (row,) = suggested(store)
    assert (row["kind"], row["title"]) == ("feature", "State after a power cut: Kitchen lamp and Hall lamp")
    assert "No patterns were ever stored." in outcome.reason
    (step,) = json.loads(row["action_payload"])["steps"]
    assert step["messages"][0]["payload"] == {"power_on_behavior": "previous"}
