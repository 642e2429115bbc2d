"""Answers from a file: a list of `{id: s..., answer: dismiss, until: 2026-12-24}`, read at the start of phase 5."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import yaml

from homeintel.errors import SuggestionError
from homeintel.store import Store
from homeintel.suggestions.feedback import record_answer

SOURCE = "file"


def take_answers(store: Store, path: Path | None, now: datetime) -> list[str]:
    """Store the answers that stand in a file and were not taken before; return a sentence for each that can't be used.

    An answer is taken once: a later one by another way counts, although the file still says the earlier one.

    Args:
        store: the home's database.
        path: `suggestions.feedback_file`; None where there is none. A missing file holds no answers.
        now: the time of the answers.

    Raises:
        StoreError: the database can't be written.
    """
    if path is None or not path.exists():
        return []
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        return [f"suggestions.feedback_file can't be read ({type(error).__name__})."]
    if content is not None and not isinstance(content, list):
        return ["suggestions.feedback_file does not hold a list of answers."]
    problems = []
    with store.transaction() as connection:
        for number, entry in enumerate(content or [], start=1):
            problem = _take(connection, entry, now)
            if problem:
                problems.append(f"Answer {number} of suggestions.feedback_file: {problem}")
    return problems


def _take(connection: duckdb.DuckDBPyConnection, entry: Any, now: datetime) -> str:  # noqa: ANN401 - any YAML
    """Store one answer; return why it can't be, or an empty text."""
    if not isinstance(entry, dict) or not {"id", "answer"} <= entry.keys() <= {"id", "answer", "until"}:
        return "it needs `id` and `answer`, and may have `until`."
    until = entry.get("until")
    if until is not None and (not isinstance(until, date) or isinstance(until, datetime)):
        return "`until` is no date like 2026-12-24."
    identity, answer = str(entry["id"]), str(entry["answer"])
    taken = connection.execute(
        "SELECT 1 FROM feedback WHERE source = ? AND suggestion_id = ? AND answer = ? AND (? IS NULL OR until = ?)",
        [SOURCE, identity, answer, until, until],
    ).fetchone()
    if taken is not None:
        return ""
    try:
        record_answer(connection, identity, answer, until, SOURCE, now)
    except SuggestionError as error:
        return error.happened
    return ""
