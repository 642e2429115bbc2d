"""The nights so far: how each ended, how long its phases took, and what it found."""

import pandas as pd

from homeintel.phase import PHASES
from homeintel.publish.figures import COUNTED, UTILISATION
from homeintel.store import Store, query


def history(store: Store, nights: int = 30, *, zone: str = "UTC") -> pd.DataFrame:
    """Return one row a night, newest first; a night that was run again counts once, by its last run.

    Args:
        store: the home's database.
        nights: how many.
        zone: the home's time zone; `night` is the local date on which the window ended.

    Returns:
        Columns `night` (`YYYY-MM-DD`), `run_id`, `status`, `started_at` (UTC), `seconds` (NaN: the run did not end),
        `<phase>_seconds` and `<phase>_status` of the six phases (missing: the phase was not reached),
        `peak_memory_mb`, `points_read`, `events_kept`, the counts of `figures.COUNTED`, `utilisation_percent`
        (missing: nothing known), `reasons` (what was not whole, and why) and `message`.

    Raises:
        StoreError: the database can't be read.
    """
    with store.connect() as connection:
        return query(connection, _SQL, [zone, nights])


def phase_table(nights: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of `history` a person reads first."""
    names = ["night", "status", "seconds", *(f"{name}_seconds" for name in PHASES), "peak_memory_mb", "points_read",
             "events_kept", *COUNTED, "utilisation_percent"]  # fmt: skip
    return nights[names]


def reason_table(nights: pd.DataFrame) -> pd.DataFrame:
    """Return the nights of `history` that were not whole: night, status, reasons."""
    partial = (nights["reasons"] != "") | nights["status"].isin(["failed", "partial"])
    reasons = nights["reasons"].where(nights["reasons"] != "", nights["message"])
    return nights[["night", "status"]].assign(reasons=reasons)[partial]


_PHASE_COLUMNS = ", ".join(
    f"max(seconds) FILTER (phase = '{name}') AS {name}_seconds, max(status) FILTER (phase = '{name}') AS {name}_status"
    for name in PHASES
)
_COUNT_COLUMNS = ", ".join(
    f"(SELECT count(*) FROM {table} AS counted WHERE counted.run_id = runs.run_id AND {where}) AS {name}"
    for name, (table, where) in COUNTED.items()
)
_SQL = f"""
    WITH runs AS (
        SELECT * FROM job_runs WHERE NOT superseded
        QUALIFY row_number() OVER (PARTITION BY window_end ORDER BY started_at DESC) = 1
    ), phases AS (
        SELECT run_id, {_PHASE_COLUMNS}, max(peak_memory_mb) AS peak_memory_mb,
            string_agg(phase || ' ' || status || ': ' || reason, '\n' ORDER BY started_at)
                FILTER (status <> 'succeeded') AS reasons
        FROM job_phases GROUP BY run_id
    )
    SELECT strftime(runs.window_end AT TIME ZONE ?, '%Y-%m-%d') AS night, runs.run_id, runs.status, runs.started_at,
        epoch(runs.finished_at - runs.started_at) AS seconds, phases.* EXCLUDE (run_id, reasons),
        runs.points_read, runs.events_kept, {_COUNT_COLUMNS},
        ({UTILISATION.format(run="runs.run_id")}) AS utilisation_percent,
        coalesce(phases.reasons, '') AS reasons, coalesce(runs.message, '') AS message
    FROM runs LEFT JOIN phases USING (run_id)
    ORDER BY runs.window_end DESC LIMIT ?
"""
