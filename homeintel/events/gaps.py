"""When entities, or the whole home, said nothing. Kept day by day while a night writes, and as whole spans at its end."""

from datetime import datetime

import duckdb

NO_DATA_MINUTES = 30
"""The shortest silence of the whole home that counts."""

NO_DATA_TIMES = 20
"""In a home of few devices a silence counts only from so many times the usual pause."""


def find_gaps(connection: duckdb.DuckDBPyConnection, start: datetime, end: datetime, numeric_interval: int) -> None:
    """Make `found_gaps` of the piece, cut at UTC midnights: day, entity_id, started_at, ended_at, reason.

    What began before the piece, in days that are stored already, belongs to its first day.

    Args:
        connection: after `find_storms`.
        start: the piece's first moment.
        end: its end, or now where that is earlier: what is going on then ends there, and is opened by `join_gaps`.
        numeric_interval: seconds between the rows of a numeric series.
    """
    _unavailable(connection, start, end)
    _points(connection)
    _no_data(connection, end, numeric_interval)
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE found_gaps AS
        WITH whole AS (
            SELECT * FROM unavailable UNION ALL SELECT * FROM no_data
            UNION ALL
            SELECT NULL, coalesce(points.ts, storms.started_at), storms.ended_at, 'restart'
            FROM storms ASOF LEFT JOIN (SELECT ts FROM points) AS points ON points.ts < storms.started_at),
        days AS (SELECT entity, reason, started_at, ended_at, unnest(generate_series(
            date_trunc('day', started_at), ended_at - INTERVAL '1 microsecond', INTERVAL '1 day')) AS day
            FROM whole WHERE ended_at > started_at)
        SELECT CAST(greatest(day, $start) AS DATE) AS day, entity_id, greatest(started_at, day) AS started_at,
            least(ended_at, day + INTERVAL '1 day') AS ended_at, reason FROM days LEFT JOIN numbered USING (entity)""",
        {"start": start},
    )


def _unavailable(connection: duckdb.DuckDBPyConnection, start: datetime, end: datetime) -> None:
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE unavailable AS
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
        "CREATE OR REPLACE TEMP TABLE open_gaps AS SELECT DISTINCT entity FROM unavailable WHERE ended_at = ?", [end]
    )


def _points(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `points`: one moment a minute in which anything was written."""
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE points AS
        SELECT max(ts) AS ts FROM (
            SELECT ts FROM raw_states UNION ALL SELECT oldest FROM raw_numbers UNION ALL SELECT newest FROM raw_numbers
            UNION ALL SELECT ts FROM last_point)
        WHERE ts IS NOT NULL GROUP BY epoch_ms(ts) // 60000"""
    )


def _no_data(connection: duckdb.DuckDBPyConnection, end: datetime, numeric_interval: int) -> None:
    """Make `no_data` and `usual`, the usual pause in the piece: one silent day says nothing of what is usual."""
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE pauses AS
        SELECT ts AS started_at, coalesce(lead(ts) OVER (ORDER BY ts), greatest(ts, $end)) AS ended_at FROM points""",
        {"end": end},
    )
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE usual AS SELECT median(epoch(ended_at - started_at)) AS seconds FROM pauses"""
    )
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE no_data AS
        SELECT NULL::INTEGER AS entity, started_at, ended_at, 'no_data' AS reason FROM pauses
        WHERE ended_at - started_at >= {shortest_silence("(SELECT seconds FROM usual)")}""",
        {"interval": numeric_interval},
    )
    connection.execute("CREATE OR REPLACE TEMP TABLE last_point AS SELECT max(ts) AS ts FROM points")


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
