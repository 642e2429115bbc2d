"""Findings as rows of the public tables."""

import json
from collections.abc import Sequence
from dataclasses import fields

import pandas as pd

from homeintel.patterns.findings import Anomaly, Gate, Pattern

TIMES = ("first_seen", "last_seen", "started_at", "ended_at")
"""Columns that are Unix seconds in a finding and timestamps in its row."""

DOCUMENTS = ("conditions", "evidence", "detail")
"""Columns that are mappings in a finding and JSON in its row."""


def pattern_rows(patterns: Sequence[Pattern], ids: Sequence[str]) -> pd.DataFrame:
    """Return rows of `patterns`, without `run_id`; times in UTC."""
    rows = _rows(patterns, [field.name for field in fields(Pattern)])
    rows.insert(0, "pattern_id", pd.Series(list(ids), dtype=object))
    rows["lift"] = pd.Series([pattern.lift for pattern in patterns], dtype=float)
    return rows


def anomaly_rows(anomalies: Sequence[Anomaly], ids: Sequence[str]) -> pd.DataFrame:
    """Return rows of `anomalies`, without `run_id`; times in UTC."""
    rows = _rows(anomalies, [field.name for field in fields(Anomaly)])
    rows.insert(0, "anomaly_id", pd.Series(list(ids), dtype=object))
    return rows


def funnel_rows(gates: Sequence[Gate]) -> pd.DataFrame:
    """Return rows of `detection_funnel`, without `run_id`, in order."""
    rows = _rows(gates, [field.name for field in fields(Gate)])
    rows["position"] = range(len(rows))
    return rows


def _rows(findings: Sequence[object], names: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame({name: _column(name, [getattr(finding, name) for finding in findings]) for name in names})


def _column(name: str, values: list[object]) -> pd.Series:
    if name in TIMES:
        return pd.Series(pd.to_datetime(pd.Series(values, dtype=float), unit="s", utc=True))
    if name in DOCUMENTS:
        return pd.Series([json.dumps(value, sort_keys=True) if value else None for value in values], dtype=object)
    return pd.Series(values) if values else pd.Series(values, dtype=object)
