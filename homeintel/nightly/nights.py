"""The nights so far as the report's pages show them. `publish.history` answers the same with pandas, which the runner does without."""

from datetime import datetime
from zoneinfo import ZoneInfo

import duckdb

from homeintel.publish.figures import COUNTED
from homeintel.report.home import NightLine
from homeintel.store import records


def read_nights(
    connection: duckdb.DuckDBPyConnection, zone: ZoneInfo, *, most: int | None = None, until: datetime | None = None
) -> list[NightLine]:
    """Return one line a night, the oldest first; a night that was run again counts once, by its last run.

    Args:
        connection: the store, session in UTC.
        zone: the home's; a night is named by the local day its window ends.
        most: how many, the newest; None: all.
        until: the last night's window end; None: the newest.
    """
    rows = records(connection, _SQL, [until, most])
    return [
        NightLine(
            night=row["window_end"].astimezone(zone).date(),
            status=row["status"],
            message=row["message"],
            seconds=row["seconds"],
            points_read=row["points_read"],
            events_kept=row["events_kept"],
            utilisation=row["utilisation"],
            accepted=row["accepted"],
            counts={name: row[name] for name in COUNTED},
        )
        for row in reversed(rows)
    ]


_COUNTS = "\n".join(
    f"LEFT JOIN (SELECT run_id, count(*) AS {name} FROM {table} WHERE {where} AND run_id IN (FROM nights SELECT run_id) GROUP BY run_id) AS of_{name} USING (run_id)"
    for name, (table, where) in COUNTED.items()
)
_SQL = f"""
WITH nights AS (
    SELECT * FROM job_runs WHERE NOT superseded AND ($1 IS NULL OR window_end <= $1)
    QUALIFY row_number() OVER (PARTITION BY window_end ORDER BY started_at DESC) = 1
    ORDER BY window_end DESC LIMIT coalesce($2, 100000)
), features AS (
    SELECT run_id, bool_or(verdict = 'used') AS used FROM device_feature_usage
    WHERE usable AND verdict IN ('used', 'constant', 'never_seen') AND run_id IN (FROM nights SELECT run_id)
    GROUP BY run_id, ieee_address, feature
), utilisations AS (
    SELECT run_id, count(*) FILTER (used) / count(*) AS utilisation FROM features GROUP BY run_id
), answers AS (
    SELECT suggestion_id, answer, given_at, lead(given_at) OVER (PARTITION BY suggestion_id ORDER BY given_at) AS next_at
    FROM feedback
), accepted AS (
    SELECT run_id, count(*) AS accepted FROM nights JOIN answers
    ON answer = 'accept' AND given_at <= coalesce(finished_at, now()) AND (next_at IS NULL OR next_at > coalesce(finished_at, now())) GROUP BY run_id
)
SELECT window_end, status, coalesce(message, '') AS message, epoch(finished_at - started_at) AS seconds,
    points_read, events_kept, utilisation, coalesce(accepted, 0) AS accepted,
    {", ".join(f"coalesce({name}, 0) AS {name}" for name in COUNTED)}
FROM nights LEFT JOIN utilisations USING (run_id) LEFT JOIN accepted USING (run_id)
{_COUNTS}
ORDER BY window_end DESC
"""
