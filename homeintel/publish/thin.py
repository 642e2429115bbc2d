"""Keeps the job history small: every night for two years, then one a week."""

from datetime import datetime, timedelta

import duckdb

from homeintel.store import RUN_TABLES

KEPT_WHOLE = timedelta(days=2 * 365)
"""Nights younger than this are all kept."""


def thin_history(connection: duckdb.DuckDBPyConnection, *, now: datetime) -> int:
    """Remove the rows of old runs and return how many runs went.

    Of the runs whose window ended more than two years ago, the last of each ISO week of last days looked at stays,
    unless it was superseded.

    Args:
        connection: inside a transaction.
        now: the present, with a time zone.
    """
    gone = connection.execute(
        """SELECT run_id FROM job_runs WHERE window_end < $limit AND status <> 'running'
        QUALIFY superseded OR row_number() OVER (
            PARTITION BY superseded, date_trunc('week', window_end - INTERVAL 12 HOURS) ORDER BY window_end DESC, started_at DESC) > 1""",
        {"limit": now - KEPT_WHOLE},
    ).fetchall()
    runs = [run_id for (run_id,) in gone]
    if runs:
        for table in ("job_runs", "job_phases", *RUN_TABLES):
            connection.execute(f"DELETE FROM {table} WHERE list_contains(?, run_id)", [runs])
    return len(runs)
