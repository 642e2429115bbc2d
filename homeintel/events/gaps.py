"""When entities, or the whole home, said nothing. Kept day by day while a night writes, and as whole spans at its end."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import duckdb

from homeintel.events.heard import Heard

NO_DATA_MINUTES = 30
"""The shortest silence of the whole home that counts."""

NO_DATA_TIMES = 20
"""In a home of few devices a silence counts only from so many times the usual pause."""


def find_gaps(
    connection: duckdb.DuckDBPyConnection,
    heard: Heard,
    storms: Sequence[tuple[datetime, datetime]],
    start: datetime,
    numeric_interval: int,
    *,
    missing: bool,
) -> set[date]:
    """Make `found_gaps` of the piece, cut at UTC midnights: day, entity_id, started_at, ended_at, reason.

    What began before the piece, in days that are stored already, belongs to its first day.

    Args:
        connection: after `clean`.
        heard: when the home was heard; what is going on at its end ends there, and is opened by `join_gaps`.
        storms: start and end of each, UTC.
        start: the piece's first moment.
        numeric_interval: seconds between the rows of a numeric series.
        missing: whether any state is none.

    Returns:
        The UTC days that have gaps; in most homes there are none, and then there is no table.
    """
    spans = [(*silence, "no_data") for silence in _silences(connection, heard, numeric_interval)]
    spans += [(heard.before(began) or began, ended, "restart") for began, ended in storms]
    if not missing and not spans and not connection.execute("FROM open_gaps LIMIT 1").fetchall():
        return set()
    _unavailable(connection, start, heard.end)
    for span in spans:
        connection.execute("INSERT INTO whole VALUES (NULL, ?, ?, ?)", span)
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE found_gaps AS
        WITH days AS (SELECT entity, reason, started_at, ended_at, unnest(generate_series(
            date_trunc('day', started_at), ended_at - INTERVAL '1 microsecond', INTERVAL '1 day')) AS day
            FROM whole WHERE ended_at > started_at)
        SELECT CAST(greatest(day, $start) AS DATE) AS day, entity_id, greatest(started_at, day) AS started_at,
            least(ended_at, day + INTERVAL '1 day') AS ended_at, reason FROM days LEFT JOIN numbered USING (entity)""",
        {"start": start},
    )
    return {day for (day,) in connection.execute("SELECT DISTINCT day FROM found_gaps").fetchall()}


def _unavailable(connection: duckdb.DuckDBPyConnection, start: datetime, end: datetime) -> None:
    """Make `whole` of when entities were not available (entity, started_at, ended_at, reason), and `open_gaps`."""
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE whole AS
        WITH concerned AS (SELECT entity FROM raw_states WHERE missing UNION SELECT entity FROM open_gaps),
        observed AS (
            SELECT entity, ts, missing FROM raw_states SEMI JOIN concerned USING (entity)
            UNION ALL SELECT entity, unnest([oldest, newest]), FALSE FROM raw_numbers
                SEMI JOIN concerned USING (entity)
            UNION ALL SELECT entity, $start::TIMESTAMPTZ - INTERVAL '1 microsecond', TRUE FROM open_gaps),
        turns AS (
            SELECT * FROM observed QUALIFY missing IS DISTINCT FROM
                lag(missing) OVER (PARTITION BY entity ORDER BY ts, missing)),
        spans AS (
            SELECT *, lead(ts) OVER (PARTITION BY entity ORDER BY ts, missing) AS next_turn FROM turns)
        SELECT entity, greatest(ts, $start::TIMESTAMPTZ) AS started_at, coalesce(next_turn, $end) AS ended_at,
            'unavailable' AS reason
        FROM spans WHERE missing""",
        {"start": start, "end": end},
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE open_gaps AS SELECT DISTINCT entity FROM whole WHERE ended_at = ?", [end]
    )


def _silences(
    connection: duckdb.DuckDBPyConnection, heard: Heard, numeric_interval: int
) -> list[tuple[datetime, datetime]]:
    """Return start and end (UTC) of the silences of the whole home; the store is asked what is usual only where any is long."""
    if not heard.silences(timedelta(minutes=NO_DATA_MINUTES)):
        return []
    row = connection.execute(
        f"SELECT {shortest_silence('$usual')}", {"usual": heard.usual, "interval": numeric_interval}
    ).fetchone()
    return heard.silences(row[0]) if row else []


def shortest_silence(seconds: str) -> str:
    """Return the SQL for the shortest silence of the whole home that counts, `$interval` seconds between numbers.

    Args:
        seconds: SQL for a usual pause; where the home's stored days have shorter ones, those count.
    """
    return f"""greatest(INTERVAL '{NO_DATA_MINUTES} minutes', 3 * to_seconds($interval), {NO_DATA_TIMES} * to_seconds(
        least({seconds}, (SELECT median(CAST(cleaning ->> 'pause' AS DOUBLE)) FROM event_days WHERE points_read > 0))))"""


def cut_gaps(connection: duckdb.DuckDBPyConnection, start: datetime, end: datetime) -> None:
    """Take `start` to `end` out of the stored gaps: what reaches in or over is cut, what lies inside is removed."""
    connection.execute(
        """INSERT INTO gaps SELECT entity_id, $end, ended_at, reason FROM gaps
        WHERE started_at < $end AND ended_at > $end""",
        {"end": end},
    )
    connection.execute(
        "UPDATE gaps SET ended_at = $start WHERE started_at < $start AND (ended_at IS NULL OR ended_at > $start)",
        {"start": start},
    )
    connection.execute("DELETE FROM gaps WHERE started_at >= ? AND started_at < ?", [start, end])


def join_gaps(connection: duckdb.DuckDBPyConnection, now: datetime) -> None:
    """Make whole spans of gaps that meet at a midnight; what still goes on at `now` has no end."""
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE whole_gaps AS
        WITH marked AS (
            SELECT *, coalesce(started_at > lag(ended_at) OVER one, TRUE) AS begins FROM gaps
            WINDOW one AS (PARTITION BY entity_id, reason ORDER BY started_at)),
        numbered AS (
            SELECT *, sum(begins::INTEGER) OVER (PARTITION BY entity_id, reason ORDER BY started_at) AS span FROM marked)
        SELECT entity_id, min(started_at) AS started_at,
            CASE WHEN bool_and(ended_at IS NOT NULL AND ended_at < $now) THEN max(ended_at) END AS ended_at, reason
        FROM numbered GROUP BY entity_id, reason, span""",
        {"now": now},
    )
    connection.execute("DELETE FROM gaps")
    connection.execute(
        "INSERT INTO gaps SELECT entity_id, started_at, ended_at, reason FROM whole_gaps ORDER BY started_at"
    )
