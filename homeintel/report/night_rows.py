"""Reads what a night's page shows from the run's rows."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from homeintel.store import records
from homeintel.suggestions.names import Names, full_name

Row = Mapping[str, Any]


@dataclass(frozen=True)
class NightRows:
    """The rows of one run, JSON read; times in UTC.

    Args:
        suggestions: all of them, by rank.
        patterns: routines and pairs, the surest first.
        anomalies: the newest first.
        opportunities: unused features, the best first.
        funnel: how many candidates each gate let through, in order.
        groups: used and usable features and the share of use, by area, or by maker where no area is known; most first.
        grouped_by: `area` or `manufacturer`.
        known_anomalies: ids of the night before; None: this is the first night.
        known_patterns: the same of patterns.
        names: what people call their entities.
    """

    suggestions: Sequence[Row]
    patterns: Sequence[Row]
    anomalies: Sequence[Row]
    opportunities: Sequence[Row]
    funnel: Sequence[Row]
    groups: Sequence[Row]
    grouped_by: str
    known_anomalies: frozenset[str] | None
    known_patterns: frozenset[str] | None
    names: Names


def read_night(connection: duckdb.DuckDBPyConnection, run_id: str) -> NightRows:
    """Return the rows of a run."""
    before = records(connection, _BEFORE, [run_id])
    earlier = before[0]["run_id"] if before else None
    by = "area" if records(connection, "SELECT 1 FROM devices WHERE area IS NOT NULL LIMIT 1") else "manufacturer"
    return NightRows(
        suggestions=_read(connection, _SUGGESTIONS, run_id, ("backtest", "evidence", "action_payload")),
        patterns=_read(connection, _PATTERNS, run_id, ("evidence",)),
        anomalies=_read(connection, _ANOMALIES, run_id, ("detail",)),
        opportunities=[row["opportunity"] for row in _read(connection, _OPPORTUNITIES, run_id, ("opportunity",))],
        funnel=_read(connection, _FUNNEL, run_id, ()),
        groups=_read(connection, _GROUPS.format(by=by), run_id, ()),
        grouped_by=by,
        known_anomalies=_ids(connection, "anomalies", "anomaly_id", earlier),
        known_patterns=_ids(connection, "patterns", "pattern_id", earlier),
        names=_names(connection),
    )


def _read(
    connection: duckdb.DuckDBPyConnection, sql: str, run_id: str, documents: Sequence[str]
) -> list[dict[str, Any]]:
    rows = records(connection, sql, [run_id])
    for row in rows:
        for name in documents:
            row[name] = json.loads(row[name]) if row[name] else {}
    return rows


def _ids(connection: duckdb.DuckDBPyConnection, table: str, name: str, run_id: str | None) -> frozenset[str] | None:
    if run_id is None:
        return None
    found = connection.execute(f"SELECT {name} FROM {table} WHERE run_id = ?", [run_id]).fetchall()
    return frozenset(identity for (identity,) in found)


def _names(connection: duckdb.DuckDBPyConnection) -> Names:
    rows = connection.execute(
        "SELECT entity_id, coalesce(name, ''), property, ieee_address, friendly_name FROM entities JOIN devices USING (ieee_address)"
    ).fetchall()
    named = {entity: full_name(name, device) for entity, name, _, _, device in rows}
    return Names(
        friendly={entity: name for entity, name in named.items() if name},
        device={entity: address for entity, _, _, address, _ in rows},
        prop={entity: prop for entity, _, prop, _, _ in rows if prop},
    )


_BEFORE = """
SELECT other.run_id FROM job_runs AS other, job_runs AS this
WHERE this.run_id = ? AND other.window_end < this.window_end AND NOT other.superseded AND other.status <> 'running'
ORDER BY other.window_end DESC, other.started_at DESC LIMIT 1
"""
_SUGGESTIONS = "SELECT * FROM suggestions WHERE run_id = ? ORDER BY rank, suggestion_id"
_PATTERNS = """
SELECT * FROM patterns WHERE run_id = ? ORDER BY already_automated, confidence_low DESC, pattern_id
"""
_ANOMALIES = "SELECT * FROM anomalies WHERE run_id = ? ORDER BY started_at DESC, anomaly_id"
_OPPORTUNITIES = "SELECT opportunity FROM feature_opportunities WHERE run_id = ? ORDER BY position"
_FUNNEL = """
SELECT detector, step, candidates, coalesce(example, '') AS example FROM detection_funnel WHERE run_id = ?
ORDER BY detector, position
"""
_GROUPS = """
SELECT coalesce({by}, 'unknown') AS name, count(*) FILTER (used) AS used, count(*) AS usable,
    count(*) FILTER (used) / count(*) AS share
FROM (
    SELECT usage.ieee_address, feature, bool_or(verdict = 'used') AS used FROM device_feature_usage AS usage
    WHERE run_id = ? AND usable AND verdict IN ('used', 'constant', 'never_seen') GROUP BY ALL)
LEFT JOIN (SELECT ieee_address, any_value({by}) AS {by} FROM devices GROUP BY ALL) USING (ieee_address)
GROUP BY ALL ORDER BY usable DESC, name
"""
