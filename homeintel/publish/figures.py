"""The figures of one run, read from its rows; messages and the history hold no others."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from homeintel.errors import PublishError
from homeintel.store import count

FEATURES = """(SELECT run_id, ieee_address, feature, bool_or(verdict = 'used') AS used,
    bool_or(verdict IN ('constant', 'never_seen')) AS idle
    FROM device_feature_usage WHERE settable AND usable GROUP BY ALL)"""
"""Each device's features that can be set, as they count in the utilisation: without Zigbee2MQTT's options and housekeeping."""

UNUSED = "idle AND NOT used"
"""A feature that could be set, was observable, and of which no part changed in the window."""

COUNTED = {
    "patterns": ("patterns", "TRUE"),
    "anomalies": ("anomalies", "TRUE"),
    "unused_features": (FEATURES, UNUSED),
    "suggestions": ("suggestions", "status IN ('new', 'repeated')"),
    "new_suggestions": ("suggestions", "status = 'new'"),
}
"""Each count of a run: its table, and which of the run's rows."""

UTILISATION = """SELECT round(100.0 * count(*) FILTER (used) / nullif(count(*), 0), 1) FROM (
    SELECT bool_or(verdict = 'used') AS used FROM device_feature_usage
    WHERE usable AND verdict IN ('used', 'constant', 'never_seen') AND run_id = {run} GROUP BY ieee_address, feature)"""
"""The used share of the observable features in percent, as `homeintel.features.utilisation`; NULL: nothing is known."""


def read_run(connection: duckdb.DuckDBPyConnection, run_id: str) -> dict[str, Any]:
    """Return the run's `job_runs` row as a dict of its columns; times in UTC.

    Raises:
        PublishError: there is no such run.
    """
    cursor = connection.execute("SELECT * FROM job_runs WHERE run_id = ?", [run_id])
    names = [column[0] for column in cursor.description or ()]
    rows = cursor.fetchall()
    if not rows:
        raise PublishError(
            f"There is no run {run_id} in the database.",
            kept="Nothing was sent.",
            next_step="`homeintel history` lists the runs.",
        )
    return dict(zip(names, rows[0], strict=True))


def read_phases(connection: duckdb.DuckDBPyConnection, run_id: str) -> list[dict[str, Any]]:
    """Return the run's `job_phases` rows in order; times in UTC, memory in MB or None."""
    cursor = connection.execute(
        """SELECT phase, status, started_at, seconds, peak_memory_mb, rows_written, reason
        FROM job_phases WHERE run_id = ? ORDER BY started_at""",
        [run_id],
    )
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def read_counts(connection: duckdb.DuckDBPyConnection, run_id: str) -> dict[str, int]:
    """Return how many rows of each kind the run left."""
    columns = ", ".join(
        f"(SELECT count(*) FROM {table} WHERE run_id = $run_id AND {where}) AS {name}"
        for name, (table, where) in COUNTED.items()
    )
    [row] = connection.execute(f"SELECT {columns}", {"run_id": run_id}).fetchall()
    return dict(zip(COUNTED, (int(value) for value in row), strict=True))


def read_utilisation(connection: duckdb.DuckDBPyConnection, run_id: str) -> float | None:
    """Return the share of observable settable features that were used, in percent; None where nothing is known."""
    [(percent,)] = connection.execute(UTILISATION.format(run="?"), [run_id]).fetchall()
    return None if percent is None else float(percent)


def is_older_night(connection: duckdb.DuckDBPyConnection, run_id: str) -> bool:
    """Tell whether a later night than this run's stands in the database: then it changes no retained message."""
    later = """SELECT count(*) FROM job_runs AS other, job_runs AS this
        WHERE this.run_id = ? AND other.window_end > this.window_end"""
    return count(connection, later, [run_id]) > 0


def local_text(moment: datetime, zone: ZoneInfo) -> str:
    """Return ISO 8601 in the home's time with its offset."""
    return moment.astimezone(zone).isoformat()
