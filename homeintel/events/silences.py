"""Silences of the whole home over the borders of days, whichever nights the days were fetched in."""

from datetime import datetime

import duckdb

from homeintel.events.gaps import shortest_silence

# Days that follow each other without a gap have the same `run`; what lies between two such runs was never read.
_BORDERS = f"""CREATE OR REPLACE TEMP TABLE borders AS
    WITH days AS (
        SELECT day, CAST(cleaning ->> 'first_point' AS TIMESTAMPTZ) AS first_point,
            CAST(cleaning ->> 'last_point' AS TIMESTAMPTZ) AS last_point FROM event_days
        UNION ALL SELECT CAST($until AS DATE) + 1, $until, NULL
        WHERE NOT EXISTS (SELECT 1 FROM event_days WHERE day > CAST($until AS DATE))),
    runs AS (SELECT *, day - CAST(row_number() OVER (ORDER BY day) AS INTEGER) AS run FROM days),
    pauses AS (
        SELECT lag(last_point) OVER (PARTITION BY run ORDER BY day) AS started_at, first_point AS ended_at
        FROM runs WHERE first_point IS NOT NULL)
    SELECT *, ended_at - started_at >= {shortest_silence("NULL")} AS silent FROM pauses WHERE started_at < ended_at"""


def join_silences(connection: duckdb.DuckDBPyConnection, until: datetime, numeric_interval: int) -> None:
    """Make one gap of each silence between the last point of a day and the first one after it; what is none any more goes.

    A day that is fetched alone knows nothing of the days after it, and little of an empty one before it.

    Args:
        connection: with all days committed.
        until: now, or where the source's history ends, UTC; a silence that goes on ends there.
        numeric_interval: seconds between the rows of a numeric series.
    """
    connection.execute(_BORDERS, {"until": until, "interval": numeric_interval})
    connection.execute(
        """DELETE FROM gaps USING borders WHERE entity_id IS NULL AND reason = 'no_data'
        AND gaps.started_at >= borders.started_at AND coalesce(gaps.ended_at, $until) <= borders.ended_at""",
        {"until": until},
    )
    connection.execute(
        "INSERT INTO gaps SELECT NULL, started_at, ended_at, 'no_data' FROM borders WHERE silent ORDER BY started_at"
    )
