"""The person's answers: accept, dismiss, snooze. They live in a table no night replaces."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, cast, get_args

import duckdb

from homeintel.errors import SuggestionError
from homeintel.store import Store

AnswerKind = Literal["accept", "dismiss", "snooze"]
SNOOZE_DAYS = 30
"""How long a snooze lasts where no date is given."""


@dataclass(frozen=True)
class Answer:
    """The latest answer to one suggestion.

    Args:
        answer: accept, dismiss or snooze.
        until: a local date, exclusive; snooze only.
        given_at: when, UTC.
        evidence_count: how much evidence the suggestion had then.
    """

    answer: AnswerKind
    until: date | None
    given_at: datetime
    evidence_count: int = 0


def give_feedback(
    store: Store, suggestion_id: str, answer: str, until: date | None, source: str, now: datetime
) -> bool:
    """Store an answer and return whether it was one: the same as the latest again is none.

    Args:
        store: the home's database.
        suggestion_id: a suggestion some night has stored.
        answer: `accept`, `dismiss` or `snooze`.
        until: the local date a snooze ends, exclusive; None: `SNOOZE_DAYS` from `now`. Only for a snooze.
        source: who says so: `cli`, `mqtt`, `file`.
        now: the time of the answer, with a time zone.

    Raises:
        SuggestionError: an unknown id or answer, a date where none belongs or one that is past.
        StoreError: the database can't be written.
    """
    with store.transaction() as connection:
        return record_answer(connection, suggestion_id, answer, until, source, now)


def record_answer(
    connection: duckdb.DuckDBPyConnection,
    suggestion_id: str,
    answer: str,
    until: date | None,
    source: str,
    now: datetime,
) -> bool:
    """Do what `give_feedback` does inside a transaction of the caller's.

    Raises:
        SuggestionError: as `give_feedback`.
    """
    kind, last_day = _checked(answer, until, now)
    evidence = connection.execute(
        """SELECT suggestion_id, evidence_count FROM suggestions JOIN job_runs USING (run_id)
        WHERE suggestion_id = ? ORDER BY window_end DESC LIMIT 1""",
        [suggestion_id],
    ).fetchone()
    if evidence is None:
        raise SuggestionError(
            f"No suggestion has the id {suggestion_id[:40]!r}.",
            kept="Nothing was changed.",
            next_step="Ids stand beside each suggestion in the report.",
        )
    latest = latest_answers(connection).get(suggestion_id)
    if latest is not None and (latest.answer, latest.until) == (kind, last_day):
        return False
    connection.execute(
        "INSERT INTO feedback (suggestion_id, answer, until, given_at, source, evidence_count) VALUES (?, ?, ?, ?, ?, ?)",
        [suggestion_id, kind, last_day, now, source, evidence[1]],
    )
    return True


def latest_answers(connection: duckdb.DuckDBPyConnection) -> Mapping[str, Answer]:
    """Return the latest answer to each suggestion; of two at one moment the one stored last."""
    rows = connection.execute(
        "SELECT suggestion_id, answer, until, given_at, evidence_count FROM feedback ORDER BY given_at, rowid"
    ).fetchall()
    return {row[0]: Answer(row[1], row[2], row[3], row[4] or 0) for row in rows}


def _checked(answer: str, until: date | None, now: datetime) -> tuple[AnswerKind, date | None]:
    if answer not in get_args(AnswerKind):
        raise SuggestionError(
            f"{answer[:40]!r} is not an answer.",
            kept="Nothing was changed.",
            next_step="Say accept, dismiss or snooze.",
        )
    if answer != "snooze":
        if until is not None:
            raise SuggestionError(
                "Only a snooze has an end.", kept="Nothing was changed.", next_step=f"Leave the date out to {answer}."
            )
        return cast("AnswerKind", answer), None
    if until is not None and until <= now.date():
        raise SuggestionError(
            f"{until} is not in the future.", kept="Nothing was changed.", next_step="Give a later date."
        )
    return "snooze", until or now.date() + timedelta(days=SNOOZE_DAYS)
