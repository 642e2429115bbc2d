"""Phase 3 of the night: what the stored events say about the home's habits."""

from collections.abc import Mapping

import pandas as pd

from homeintel.patterns.detect import detect_all
from homeintel.patterns.findings import Findings
from homeintel.patterns.history import History
from homeintel.patterns.identity import ANOMALY_COLUMNS, PATTERN_COLUMNS, anomaly_ids, pattern_ids
from homeintel.patterns.known import known_automations
from homeintel.patterns.load import load_history
from homeintel.patterns.tables import anomaly_rows, funnel_rows, pattern_rows
from homeintel.phase import Outcome, Phase
from homeintel.store import query, replace_run_rows

OWN_GATES = "detector <> 'suggestions'"
"""Phase 5 keeps its own steps in `detection_funnel`."""


def load(phase: Phase) -> History:
    """Return the window's history from the store, with the home's own automations where their file is named.

    Raises:
        StoreError: the database can't be read.
        SettingsError: the automations file can't be used.
    """
    home, file = phase.settings.home, phase.settings.suggestions.automations_file
    known = known_automations(file) if file is not None else frozenset()
    with phase.store.connect() as connection:
        return load_history(
            connection, phase.window, latitude=home.latitude, longitude=home.longitude, known_automations=known
        )


def analyse(history: History) -> Findings:
    """Return what all detectors found; pure."""
    return detect_all(history)


def save(phase: Phase, findings: Findings) -> Mapping[str, pd.DataFrame]:
    """Write the findings under stable ids, in one transaction, and return the rows written by table.

    Raises:
        StoreError: the database can't be written; nothing of this phase was kept then.
    """
    with phase.store.transaction() as connection:
        known = query(connection, _newest("patterns", "pattern_id", PATTERN_COLUMNS))
        seen = query(connection, _newest("anomalies", "anomaly_id", ANOMALY_COLUMNS))
        tables = {
            "patterns": pattern_rows(findings.patterns, pattern_ids(findings.patterns, known)),
            "anomalies": anomaly_rows(findings.anomalies, anomaly_ids(findings.anomalies, seen)),
            "detection_funnel": funnel_rows(findings.funnel),
        }
        for table, rows in tables.items():
            where = OWN_GATES if table == "detection_funnel" else "TRUE"
            replace_run_rows(connection, table, phase.run_id, rows, where=where)
    return tables


def told_before(phase: Phase) -> frozenset[str]:
    """Return the ids of the anomalies that earlier nights told of.

    Raises:
        StoreError: the database can't be read.
    """
    with phase.store.connect() as connection:
        rows = connection.execute(
            """SELECT DISTINCT anomaly_id FROM anomalies JOIN job_runs USING (run_id)
               WHERE job_runs.window_end < ? AND run_id <> ?""",
            [phase.window.end, phase.run_id],
        ).fetchall()
    return frozenset(str(anomaly_id) for (anomaly_id,) in rows)


def conclude(phase: Phase, history: History, tables: Mapping[str, pd.DataFrame]) -> Outcome:
    """Return how the phase ended; degraded where the events are not this night's."""
    patterns, anomalies = len(tables["patterns"]), len(tables["anomalies"])
    figures = {"patterns": patterns, "anomalies": anomalies, "changes": len(history.changes.time)}
    rows = sum(len(table) for table in tables.values())
    status, reason = phase.earlier.get("events", ("succeeded", ""))
    if status in ("failed", "skipped", "degraded"):
        newest = history.newest
        age = f"the newest change is of {history.calendar.local(newest):%Y-%m-%d %H:%M}" if newest else "there are none"
        return Outcome("degraded", rows, f"Worked on the events already stored ({age}): {reason}", figures)
    if not history.data_days.any():
        return Outcome("degraded", rows, "The window holds no events.", figures)
    return Outcome("succeeded", rows, f"{patterns} patterns, {anomalies} anomalies.", figures)


def run(phase: Phase) -> Outcome:
    """Do the whole work of the phase.

    Raises:
        StoreError: the database can't be used.
    """
    history = load(phase)
    return conclude(phase, history, save(phase, analyse(history)))


def _newest(table: str, key: str, columns: tuple[str, ...]) -> str:
    return f"""SELECT {", ".join(f"{table}.{name}" for name in columns)} FROM {table} LEFT JOIN job_runs USING (run_id)
        QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY window_end DESC NULLS LAST, run_id) = 1 ORDER BY {key}"""
