"""The run's own record: `job_runs` and `job_phases`, written by the runner alone and surviving a crash."""

import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from homeintel import __version__
from homeintel.nightly.execute import Execution
from homeintel.phase import PhaseName, PhaseStatus, Window
from homeintel.store import Store, count, insert_record

RunStatus = Literal["succeeded", "partial", "failed"]
CRASHED = "The run ended without a word: it was killed, or the power failed. What its phases had committed is kept."


def open_run(store: Store, params_file: Path, window: Window) -> str:
    """Insert a running row and return its id: the moment it began, in UTC, and four random digits."""
    now = datetime.now(UTC)
    run_id = f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
    row = {
        "run_id": run_id,
        "params_file": str(params_file),
        "window_start": window.start,
        "window_end": window.end,
        "started_at": now,
        "status": "running",
        "version": __version__,
    }
    with store.transaction() as connection:
        insert_record(connection, "job_runs", row)
    return run_id


def close_crashed(store: Store) -> list[str]:
    """Close runs that were left `running` as failed, and return their ids. The caller holds the night's lock."""
    with store.transaction() as connection:
        rows = connection.execute("SELECT run_id FROM job_runs WHERE status = 'running' ORDER BY run_id").fetchall()
        connection.execute(
            "UPDATE job_runs SET status = 'failed', finished_at = now(), message = ? WHERE status = 'running'",
            [CRASHED],
        )
    return [run_id for (run_id,) in rows]


def record_phase(
    store: Store,
    run_id: str,
    name: PhaseName,
    execution: Execution,
    *,
    started_at: datetime,
    peak_memory_mb: float | None,
) -> None:
    """Insert the phase's row; its reason is never empty unless it simply succeeded."""
    row = {
        "run_id": run_id,
        "phase": name,
        "status": execution.outcome.status,
        "started_at": started_at,
        "seconds": execution.seconds,
        "peak_memory_mb": peak_memory_mb,
        "rows_written": execution.outcome.rows_written,
        "reason": execution.outcome.reason,
    }
    with store.transaction() as connection:
        insert_record(connection, "job_phases", row)


def phase_statuses(store: Store, run_id: str) -> dict[PhaseName, PhaseStatus]:
    """Return the status of the phases recorded so far."""
    with store.connect() as connection:
        rows = connection.execute("SELECT phase, status FROM job_phases WHERE run_id = ?", [run_id]).fetchall()
    return dict(rows)


def run_status(statuses: dict[PhaseName, PhaseStatus]) -> RunStatus:
    """Return the run's status: `succeeded` if all six did, `failed` if phase 5 gave nothing, else `partial`."""
    if statuses.get("suggestions") not in {"succeeded", "degraded"}:
        return "failed"
    return "succeeded" if all(status == "succeeded" for status in statuses.values()) else "partial"


def close_run(
    store: Store, run_id: str, status: RunStatus, message: str, *, points_read: int | None, events_kept: int | None
) -> None:
    """Complete the run's row, and mark older runs of the same window as superseded."""
    with store.transaction() as connection:
        connection.execute(
            """UPDATE job_runs SET status = ?, message = ?, finished_at = now(), points_read = ?, events_kept = ?
            WHERE run_id = ?""",
            [status, message, points_read, events_kept, run_id],
        )
        connection.execute(
            """UPDATE job_runs SET superseded = TRUE WHERE run_id <> ?
            AND window_end = (SELECT window_end FROM job_runs WHERE run_id = ?)""",
            [run_id, run_id],
        )


def any_rows(store: Store, tables: tuple[str, ...]) -> bool:
    """Tell whether one of the tables holds a row."""
    with store.connect() as connection:
        return any(count(connection, f"SELECT count(*) FROM (SELECT 1 FROM {table} LIMIT 1)") for table in tables)
