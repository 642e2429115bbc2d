from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from homeintel.store import Store
from homeintel.suggestions import phase as room
from homeintel.suggestions.feedback import give_feedback
from homeintel.suggestions.feedback_file import take_answers
from tests.suggestions import homes

NOW = datetime(2026, 9, 28, 6, tzinfo=UTC)


@pytest.fixture
def identity(store: Store, tmp_path: Path) -> str:
    homes.start_run(store, "run-1")
    homes.write(store, "patterns", [homes.pattern("p1")])
    room.run(homes.phase(store, homes.settings(tmp_path)))
    (row,) = homes.stored(store, "suggestions", "rank")
    return str(row["suggestion_id"])


def test_an_answer_is_taken_once_and_a_later_one_counts(store: Store, tmp_path: Path, identity: str) -> None:
    path = tmp_path / "answers.yaml"
    path.write_text(f"- {{id: {identity}, answer: snooze, until: 2026-12-24}}\n", encoding="utf-8")
    assert take_answers(store, path, NOW) == []
    give_feedback(store, identity, "accept", None, "cli", NOW + timedelta(hours=1))
    assert take_answers(store, path, NOW + timedelta(days=1)) == []
    rows = homes.stored(store, "feedback", "given_at")
    assert [(row["answer"], row["source"]) for row in rows] == [("snooze", "file"), ("accept", "cli")]
    assert rows[0]["until"].isoformat()[:10] == "2026-12-24"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: [", "can't be read"),
        ("a: 1", "does not hold a list"),
        ("- 7", "Answer 1 of suggestions.feedback_file: it needs `id` and `answer`"),
        ("- {id: s1, answer: accept, why: x}", "it needs `id` and `answer`"),
        ("- {id: s1, answer: accept}", "No suggestion has the id"),
        ("- {id: s1, answer: snooze, until: soon}", "`until` is no date"),
    ],
)
def test_what_cannot_be_used_is_said(store: Store, tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "answers.yaml"
    path.write_text(text, encoding="utf-8")
    (problem,) = take_answers(store, path, NOW)
    assert says in problem


def test_the_good_answers_of_a_bad_file_are_taken_and_the_night_tells_of_the_others(
    store: Store, tmp_path: Path, identity: str
) -> None:
    (tmp_path / "answers.yaml").write_text(f"- 7\n- {{id: {identity}, answer: dismiss}}\n", encoding="utf-8")
    given = homes.settings(tmp_path, "{feedback_file: answers.yaml}")
    outcome = room.run(homes.phase(store, given))
    assert "Answer 1 of suggestions.feedback_file" in outcome.reason
    assert outcome.figures["suggestions"] == 0


@pytest.mark.parametrize("text", [None, "", "[]"])
def test_no_answers_are_no_problem(store: Store, tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "answers.yaml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    assert take_answers(store, path, NOW) == []
    assert take_answers(store, None, NOW) == []
