"""Writes one UTC day whole, in one transaction, with the record of how its rows came to be."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import duckdb

from homeintel.events.clean import BEFORE_ALL, CLEANING_VERSION
from homeintel.events.load import UTC_DAY
from homeintel.store import transaction

DAY_TABLES = ("events", "attribute_changes", "measurements")
"""Tables whose rows lie in one day by their `ts`; gaps are cut, `event_days` has a column for it."""

_FUNNEL = f"""
CREATE OR REPLACE TEMP TABLE funnel AS
WITH of_written AS (
    SELECT {UTC_DAY} AS day, count(*) AS available, count(*) FILTER (repeated) AS repeated
    FROM written WHERE NOT known GROUP BY 1),
of_changed AS (
    SELECT {UTC_DAY} AS day, count(*) AS kept, count(*) FILTER (why = 'storm') AS restart
    FROM changed GROUP BY 1),
counts AS (
    SELECT {UTC_DAY} AS day, 'states' AS step, count(*) AS n FROM raw_states GROUP BY 1
    UNION ALL SELECT {UTC_DAY}, 'numbers', sum("count") FROM raw_numbers GROUP BY 1
    UNION ALL SELECT {UTC_DAY}, 'measurements', count(*) FROM reduced GROUP BY 1
    UNION ALL SELECT day, unnest(['available', 'repeated']), unnest([available, repeated]) FROM of_written
    UNION ALL SELECT day, unnest(['kept', 'restart']), unnest([kept, restart]) FROM of_changed
    UNION ALL SELECT {UTC_DAY}, 'attribute_changes', count(*) FROM changed_attributes
        WHERE ts > {BEFORE_ALL} GROUP BY 1
    UNION ALL SELECT day, reason, sum(points) FROM refused GROUP BY ALL),
points_read AS (
    SELECT day, 'points' AS step, sum(n) AS n FROM counts
    WHERE step IN ('states', 'numbers') OR step IN (SELECT reason FROM refused) GROUP BY day),
heard AS (SELECT {UTC_DAY} AS day, min(ts) AS first_point, max(ts) AS last_point FROM points GROUP BY 1)
SELECT day, map_from_entries(list((step, CAST(n AS BIGINT)))) AS steps,
    any_value(first_point) AS first_point, any_value(last_point) AS last_point
FROM (FROM counts UNION ALL FROM points_read) LEFT JOIN heard USING (day) GROUP BY day
"""


@dataclass(frozen=True)
class DayRecord:
    """One row of `event_days`.

    Args:
        source: the source's identity.
        day: UTC.
        fetched_at: when its last row was read, UTC.
        seconds: how long reading and cleaning took, its share of the piece.
        held: how much the source held of it, where late points may still come and it can say.
    """

    source: str
    day: date
    fetched_at: datetime
    seconds: float
    held: int | None = None


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """Return a UTC day's first moment and the next day's."""
    start = datetime.combine(day, time(), UTC)
    return start, start + timedelta(days=1)


def make_funnel(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `funnel`: what each step of cleaning counted, a row a day of the piece."""
    connection.execute(_FUNNEL)


def points_of_days(connection: duckdb.DuckDBPyConnection) -> dict[date, int]:
    """Return how many raw points of each day were read, after `make_funnel`; a day without any is left out."""
    rows = connection.execute("SELECT day, steps['points'] FROM funnel WHERE steps['points'] > 0").fetchall()
    return {day: int(points) for day, points in rows}


def commit_day(connection: duckdb.DuckDBPyConnection, record: DayRecord, *, replaces: bool) -> int:
    """Replace a day by what cleaning made of it, in one transaction, and return how many rows it holds now.

    Args:
        connection: after `make_funnel` and `find_gaps`, outside a transaction.
        record: the day and its source.
        replaces: whether the day was stored before.
    """
    start, end = day_bounds(record.day)
    with transaction(connection):
        if replaces:
            for table in DAY_TABLES:
                connection.execute(f"DELETE FROM {table} WHERE ts >= ? AND ts < ?", [start, end])
            connection.execute("DELETE FROM event_days WHERE day = ?", [record.day])
        rows = sum(_insert(connection, statement, [start, end]) for statement in _INSERTS)
        rows += _insert(connection, _GAPS, [record.day])
        rows += _insert(
            connection,
            _DAY,
            {
                "source": record.source, "day": record.day, "at": record.fetched_at,
                "version": CLEANING_VERSION, "seconds": record.seconds, "held": record.held,
            },
        )  # fmt: skip
    return rows


_WITHIN = "WHERE ts >= ? AND ts < ?"  # the tables are in order already
_INSERTS = (
    f"""INSERT INTO events SELECT ts, entity_id, state, previous, value, cause, cause_reason, cause_entity_id, source
    FROM told {_WITHIN}""",
    f"""INSERT INTO attribute_changes SELECT ts, entity_id, attribute_names.attribute, value
    FROM changed_attributes AS changes JOIN numbered USING (entity)
    JOIN attribute_names ON place = changes.attribute {_WITHIN}""",
    f"""INSERT INTO measurements SELECT ts, entity_id, "last", "min", "max", "count"
    FROM reduced JOIN numbered USING (entity) {_WITHIN}""",
)
_GAPS = "INSERT INTO gaps SELECT entity_id, started_at, ended_at, reason FROM found_gaps WHERE day = ?"
_DAY = """INSERT INTO event_days
    SELECT $source, $day, $at, coalesce(steps['points'], 0), coalesce(steps['kept'], 0),
        $version, $seconds, json_object('steps', steps, 'first_point', first_point, 'last_point', last_point,
            'pause', (SELECT seconds FROM usual), 'held', $held)
    FROM (SELECT 1) LEFT JOIN (SELECT * FROM funnel WHERE day = $day) ON TRUE"""


def _insert(connection: duckdb.DuckDBPyConnection, statement: str, parameters: Any) -> int:  # noqa: ANN401 - DuckDB takes both lists and dicts
    row = connection.execute(statement, parameters).fetchone()
    return int(row[0]) if row else 0
