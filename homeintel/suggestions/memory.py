"""What is remembered from night to night: which suggestions were shown before, and what the person answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import duckdb

from homeintel.suggestions.candidate import Candidate
from homeintel.suggestions.feedback import Answer, latest_answers

EVIDENCE_GROWTH = 2.0
LEAST_GROWTH = 10
"""A dismissed suggestion returns when its evidence has at least doubled since, and grown by this many occurrences."""

StoredRow = Mapping[str, Any]
"""A row of `suggestions` by column, without `run_id`."""


@dataclass(frozen=True)
class Memory:
    """What earlier nights showed and the person answered.

    Args:
        first_suggested: suggestion id -> the window's end of the night that first showed it.
        last_night: what was open on the greatest earlier night, by rank.
        accepted: suggestion id -> its newest stored row, of accepted ones.
        answers: suggestion id -> the latest answer.
        backfill: this is an older date than one already run: no status changes.
    """

    first_suggested: Mapping[str, datetime] = field(default_factory=dict)
    last_night: Sequence[StoredRow] = ()
    accepted: Mapping[str, StoredRow] = field(default_factory=dict)
    answers: Mapping[str, Answer] = field(default_factory=dict)
    backfill: bool = False

    @property
    def open_last_night(self) -> frozenset[str]:
        """Ids of the suggestions that waited for an answer last night."""
        return frozenset(str(row["suggestion_id"]) for row in self.last_night)

    @property
    def open_patterns(self) -> frozenset[str]:
        """Ids of the patterns these came from."""
        return frozenset(str(row["pattern_id"]) for row in self.last_night if row["pattern_id"] is not None)

    def status(self, suggestion_id: str) -> str:
        """Return `new` for what no night has shown yet, else `repeated`."""
        return "repeated" if suggestion_id in self.first_suggested else "new"


def load_memory(connection: duckdb.DuckDBPyConnection, run_id: str, window_end: datetime) -> Memory:
    """Return what is remembered for the night of a run.

    A night counts by its date: running one again, or filling in an older one, makes nothing new or old elsewhere.
    The dates that were first run after a later one (backfills) are not nights on which something was first shown.

    Args:
        connection: the store, session in UTC.
        run_id: this run.
        window_end: its window's end.
    """
    backfill = _is_backfill(connection, run_id, window_end)
    rows = connection.execute(
        f"""WITH {_NIGHTS}
        SELECT suggestion_id, min(first_suggested) FROM suggestions JOIN runs USING (run_id) JOIN nights USING (window_end)
        WHERE window_end < ? AND counts OR window_end <> ? AND ?
        GROUP BY suggestion_id""",
        [window_end, window_end, backfill],
    ).fetchall()
    answers = latest_answers(connection)
    accepted = [name for name, answer in answers.items() if answer.answer == "accept"]
    return Memory(
        first_suggested=dict(rows),
        last_night=() if backfill else _records(connection, _LAST_NIGHT, [window_end]),
        accepted={row["suggestion_id"]: row for row in _records(connection, _ACCEPTED, [accepted, window_end])},
        answers=answers,
        backfill=backfill,
    )


_NIGHTS = """
runs AS (SELECT run_id, window_end, started_at FROM job_runs),
firsts AS (SELECT window_end, min(started_at) AS first_started FROM runs GROUP BY window_end),
nights AS (
    SELECT window_end, first_started, NOT EXISTS (
        SELECT 1 FROM firsts AS later WHERE later.window_end > firsts.window_end
        AND later.first_started < firsts.first_started) AS counts
    FROM firsts)
"""

_LAST_NIGHT = """
WITH earlier AS (SELECT suggestions.*, window_end FROM suggestions JOIN job_runs USING (run_id) WHERE window_end < ?)
SELECT * EXCLUDE (window_end, run_id) FROM earlier
WHERE window_end = (SELECT max(window_end) FROM earlier) AND status IN ('new', 'repeated') ORDER BY rank
"""

_ACCEPTED = """
SELECT suggestions.* EXCLUDE (run_id) FROM suggestions JOIN job_runs USING (run_id)
WHERE list_contains(?::VARCHAR[], suggestion_id) AND window_end < ?
QUALIFY row_number() OVER (PARTITION BY suggestion_id ORDER BY window_end DESC) = 1 ORDER BY suggestion_id
"""


def _is_backfill(connection: duckdb.DuckDBPyConnection, run_id: str, window_end: datetime) -> bool:
    row = connection.execute(
        f"""WITH {_NIGHTS} SELECT NOT counts FROM nights JOIN runs USING (window_end)
        WHERE run_id = ? AND window_end = ?""",
        [run_id, window_end],
    ).fetchone()
    return bool(row and row[0])


def _records(connection: duckdb.DuckDBPyConnection, sql: str, parameters: list[object]) -> list[StoredRow]:
    result = connection.execute(sql, parameters)
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def answered(candidates: Sequence[Candidate], memory: Memory, today: date) -> dict[str, str]:
    """Return which candidates the person's answers keep out, and why.

    An answer to a habit holds for what is built on it: see `Candidate.stands_on`.

    Args:
        candidates: tonight's.
        memory: what is remembered.
        today: the local date of the morning the report is for.
    """
    found: dict[str, str] = {}
    for candidate in candidates:
        for name in (candidate.suggestion_id, *candidate.stands_on):
            answer = memory.answers.get(name)
            reason = _keeps_out(answer, candidate, today) if answer else ""
            if reason:
                found.setdefault(candidate.suggestion_id, reason)
    return found


def _keeps_out(answer: Answer, candidate: Candidate, today: date) -> str:
    if answer.answer == "accept":
        return f"accepted on {answer.given_at:%Y-%m-%d}"
    if answer.answer == "snooze":
        return f"snoozed until {answer.until}" if answer.until is None or answer.until > today else ""
    needed = max(EVIDENCE_GROWTH * answer.evidence_count, answer.evidence_count + LEAST_GROWTH)
    return "" if candidate.evidence_count >= needed else f"dismissed on {answer.given_at:%Y-%m-%d}"
