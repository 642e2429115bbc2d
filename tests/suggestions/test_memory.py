"""Nights in a row: what is new, repeated, accepted, resolved."""

import json
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from homeintel.errors import SuggestionError
from homeintel.settings import Settings
from homeintel.store import Store, write_read_copy
from homeintel.suggestions import phase as room
from homeintel.suggestions.feedback import SNOOZE_DAYS, give_feedback, record_answer
from tests.suggestions import homes

NOW = datetime(2026, 9, 28, 6, tzinfo=UTC)
FIRST, SECOND, THIRD = (homes.END + timedelta(days=day) for day in range(3))


@pytest.fixture
def given(tmp_path: Path) -> Settings:
    return homes.settings(tmp_path)


def night(
    store: Store, given: Settings, end: date, patterns: list[dict[str, Any]], **more: Any
) -> dict[str, dict[str, Any]]:
    run_id = f"run-{end}"
    homes.start_run(store, run_id, end)
    homes.write(store, "patterns", [row | {"run_id": run_id} for row in patterns])
    funnel = {"run_id": run_id, "detector": "routines", "step": "read", "candidates": 1}
    if not more.get("patterns_missing"):
        homes.write(store, "detection_funnel", [funnel])
    room.run(homes.phase(store, given, run_id, end))
    return {row["suggestion_id"]: row for row in homes.stored(store, "suggestions", "rank", f"run_id = '{run_id}'")}


def test_a_reason_that_is_gone_is_resolved_once(store: Store, given: Settings) -> None:
    (identity,) = night(store, given, FIRST, [homes.pattern("p1")])
    weeks = [FIRST + timedelta(days=day) for day in (8, 9, 10)]
    second = night(store, given, weeks[0], [])
    assert second[identity]["status"] == "resolved"
    assert second[identity]["description"] == "The habit no longer shows in these days."
    assert night(store, given, weeks[1], []) == {}
    back = night(store, given, weeks[2], [homes.pattern("p1")])
    assert back[identity]["status"] == "repeated"


def test_a_habit_that_a_machine_took_over_is_resolved_as_such(store: Store, given: Settings) -> None:
    (identity,) = night(store, given, FIRST, [homes.pattern("p1")])
    second = night(store, given, SECOND, [homes.pattern("p1", already_automated=True)])
    assert (second[identity]["status"], second[identity]["description"]) == ("resolved", "A machine does it now.")


def test_a_night_without_its_input_resolves_nothing(store: Store, given: Settings) -> None:
    (identity,) = night(store, given, FIRST, [homes.pattern("p1")])
    second = night(store, given, SECOND, [], patterns_missing=True)
    assert second[identity]["status"] == "repeated"


def test_what_only_ranks_lower_is_not_resolved(store: Store, tmp_path: Path) -> None:
    one = homes.settings(tmp_path, "{limit: 1}")
    first = night(store, one, FIRST, [homes.pattern("p1")])
    second = night(
        store,
        one,
        SECOND,
        [homes.pattern("p1"), homes.pattern("p2", minute_of_day=1200.0, confidence=0.97, occurrences=28)],
    )
    assert [row["status"] for row in second.values()] == ["new"]
    assert set(first) & set(second) == set()


def test_an_accepted_one_is_watched_until_it_does_its_work(store: Store, given: Settings) -> None:
    (identity,) = night(store, given, FIRST, [homes.pattern("p1")])
    give_feedback(store, identity, "accept", None, "cli", NOW)
    second = night(store, given, SECOND, [homes.pattern("p1")])
    assert (second[identity]["status"], second[identity]["description"]) == (
        "accepted",
        "Accepted, but nothing carries it out yet.",
    )
    end = FIRST + timedelta(days=20)
    rows = []
    for day in range(10, 25):
        on = homes.local(day, 405, end)
        rows.append(homes.event(on, "light.kitchen", "on", "automation"))
        rows.append(homes.event(on + timedelta(minutes=5 if day < 18 else 60), "light.kitchen", "off"))
    homes.write(store, "events", rows)
    later = night(store, given, end, [homes.pattern("p1", already_automated=True)])
    assert later[identity]["status"] == "accepted"
    assert later[identity]["description"] == "It ran 15 times and was undone 8 times: narrow it, or switch it off."
    assert json.loads(later[identity]["evidence"])["watch"] == {"appeared": True, "done": 15, "undone": 8}


def test_an_accepted_one_is_found_in_the_homes_own_file(store: Store, tmp_path: Path) -> None:
    plain = homes.settings(tmp_path)
    (identity,) = night(store, plain, FIRST, [homes.pattern("p1")])
    give_feedback(store, identity, "accept", None, "cli", NOW)
    (tmp_path / "automations.yaml").write_text(f"- id: homeintel_{identity}\n  trigger: []\n  action: []\n")
    given = homes.settings(tmp_path, "{automations_file: automations.yaml}")
    second = night(store, given, SECOND, [homes.pattern("p1")])
    assert second[identity]["description"] == "The automation is there, but has not run in these days."


@pytest.mark.parametrize(
    ("file", "says"),
    [
        ("[]", "Accepted. A reminder leaves no trace in the history: whether it is there is not known."),
        ("- id: homeintel_{}", "The reminder is among your automations."),
    ],
)
def test_an_accepted_reminder_is_looked_for_in_the_file_alone(
    store: Store, tmp_path: Path, file: str, says: str
) -> None:
    lock = homes.pattern("p1", entity_id="lock.front_door", state="locked", minute_of_day=1350.0)
    (identity,) = night(store, homes.settings(tmp_path), FIRST, [lock])
    give_feedback(store, identity, "accept", None, "cli", NOW)
    (tmp_path / "automations.yaml").write_text(file.format(identity))
    second = night(store, homes.settings(tmp_path, "{automations_file: automations.yaml}"), SECOND, [lock])
    assert (second[identity]["status"], second[identity]["description"]) == ("accepted", says)


def test_dismissed_and_snoozed_are_recorded_as_such(store: Store, given: Settings) -> None:
    patterns = [homes.pattern("p1"), homes.pattern("p2", entity_id="light.bath")]
    first = night(store, given, FIRST, patterns)
    one, other = first
    give_feedback(store, one, "dismiss", None, "cli", NOW)
    give_feedback(store, other, "snooze", None, "cli", NOW)
    second = night(store, given, SECOND, patterns)
    assert {name: row["status"] for name, row in second.items()} == {one: "dismissed", other: "snoozed"}
    (answer,) = homes.stored(store, "feedback", "given_at", "answer = 'snooze'")
    assert answer["until"].date() == NOW.date() + timedelta(days=SNOOZE_DAYS)


def test_answers_survive_a_night_run_again(store: Store, given: Settings) -> None:
    (identity,) = night(store, given, FIRST, [homes.pattern("p1")])
    give_feedback(store, identity, "dismiss", None, "cli", NOW)
    homes.start_run(store, "again", FIRST, started_at=NOW + timedelta(hours=1))
    homes.write(store, "patterns", [homes.pattern("p1", "again")])
    room.run(homes.phase(store, given, "again", FIRST))
    (row,) = homes.stored(store, "suggestions", "rank")
    assert row["status"] == "dismissed"


def test_answers_survive_a_restored_backup(store: Store, given: Settings, tmp_path: Path) -> None:
    (identity,) = night(store, given, FIRST, [homes.pattern("p1")])
    give_feedback(store, identity, "dismiss", None, "cli", NOW)
    restored = Store(tmp_path / "restored.duckdb")
    shutil.copyfile(write_read_copy(store), restored.path)
    second = night(restored, given, SECOND, [homes.pattern("p1")])
    assert second[identity]["status"] == "dismissed"
    assert second[identity]["first_suggested"] == homes.window(FIRST).end


def test_the_same_answer_twice_is_one_and_the_last_counts(store: Store, given: Settings) -> None:
    (identity,) = night(store, given, FIRST, [homes.pattern("p1")])
    assert give_feedback(store, identity, "dismiss", None, "cli", NOW)
    assert not give_feedback(store, identity, "dismiss", None, "mqtt", NOW + timedelta(hours=1))
    assert give_feedback(store, identity, "snooze", date(2026, 9, 29), "cli", NOW + timedelta(hours=2))
    assert night(store, given, SECOND, [homes.pattern("p1")])[identity]["status"] == "repeated"


@pytest.mark.parametrize(
    ("identity", "answer", "until", "says"),
    [
        ("s0", "accept", None, "No suggestion has the id"),
        (None, "maybe", None, "is not an answer"),
        (None, "accept", date(2027, 1, 1), "Only a snooze has an end"),
        (None, "snooze", date(2026, 9, 28), "is not in the future"),
    ],
)
def test_answers_that_mean_nothing_are_refused(
    store: Store, given: Settings, identity: str | None, answer: str, until: date | None, says: str
) -> None:
    (known,) = night(store, given, FIRST, [homes.pattern("p1")])
    with pytest.raises(SuggestionError, match=says):
        give_feedback(store, identity or known, answer, until, "cli", NOW)
    assert homes.stored(store, "feedback", "given_at") == []


def test_an_answer_inside_a_callers_transaction_is_rolled_back_with_it(store: Store, given: Settings) -> None:
    (identity,) = night(store, given, FIRST, [homes.pattern("p1")])
    with pytest.raises(SuggestionError), store.transaction() as connection:  # noqa: PT012 - the second raises
        for name in (identity, "unknown"):
            record_answer(connection, name, "accept", None, "mqtt", NOW)
    assert homes.stored(store, "feedback", "given_at") == []
