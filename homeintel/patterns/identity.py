"""Stable ids: a finding that a stored night already held keeps its id, although its fitted minutes drift."""

import hashlib
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from homeintel.patterns.findings import Anomaly, Pattern
from homeintel.patterns.stats.circular import circular_difference

NEAR_MINUTES = 30.0
"""The same routine may drift so far from night to night, or twice its spread."""

NEAR_SECONDS = 6 * 3600.0
"""The same anomaly starts within so many seconds, from whichever window it is seen."""

PATTERN_COLUMNS = (
    "pattern_id", "kind", "entity_id", "state", "trigger_entity_id", "trigger_state", "sun_event", "days",
    "minute_of_day", "offset_minutes", "conditions",
)  # fmt: skip
ANOMALY_COLUMNS = ("anomaly_id", "kind", "entity_id", "started_at")

Finding = TypeVar("Finding", Pattern, Anomaly)
Row = Mapping[Any, Any]


def pattern_ids(patterns: Sequence[Pattern], stored: pd.DataFrame) -> list[str]:
    """Return an id for each pattern, none twice.

    Args:
        patterns: tonight's.
        stored: one row a `pattern_id` with `PATTERN_COLUMNS`, the newest; missing texts are None or NaN.
    """
    rows = [_texts(row) for row in stored.to_dict("records")]
    return _assign(patterns, rows, "pattern_id", _pattern_key, _row_key, _pattern_distance)


def anomaly_ids(anomalies: Sequence[Anomaly], stored: pd.DataFrame) -> list[str]:
    """Return an id for each anomaly: of the same kind and entity, the stored one that started nearest.

    Args:
        anomalies: tonight's.
        stored: one row an `anomaly_id` with `ANOMALY_COLUMNS`; `started_at` in UTC.
    """
    rows = [_texts(row) for row in stored.to_dict("records")]
    return _assign(
        anomalies,
        rows,
        "anomaly_id",
        lambda anomaly: (anomaly.kind, anomaly.entity_id or ""),
        lambda row: (row["kind"], row["entity_id"]),
        _anomaly_distance,
    )


def _assign(
    findings: Sequence[Finding],
    rows: Sequence[Row],
    column: str,
    key: Callable[[Finding], Hashable],
    row_key: Callable[[Row], Hashable],
    distance: Callable[[Finding, Row], tuple[float, bool] | None],
) -> list[str]:
    """Match nearest pairs first, each stored id once; what stays unmatched gets a new id."""
    by_key: dict[Hashable, list[Row]] = {}
    for row in rows:
        by_key.setdefault(row_key(row), []).append(row)
    near: list[tuple[float, bool, int, str]] = []
    for index, finding in enumerate(findings):
        for row in by_key.get(key(finding), ()):
            measured = distance(finding, row)
            if measured is not None:
                near.append((measured[0], measured[1], index, str(row[column])))
    ids: dict[int, str] = {}
    taken = set()
    for _apart, _other, index, stored_id in sorted(near):
        if index not in ids and stored_id not in taken:
            ids[index] = stored_id
            taken.add(stored_id)
    used = {str(row[column]) for row in rows}
    for index, finding in enumerate(findings):
        if index not in ids:
            ids[index] = _new_id(finding, used)
            used.add(ids[index])
    return [ids[index] for index in range(len(findings))]


def _texts(row: Row) -> Row:
    return {name: "" if value is None or value != value else value for name, value in row.items()}  # noqa: PLR0124 - NaN


def _pattern_key(pattern: Pattern) -> Hashable:
    return (
        pattern.kind,
        pattern.entity_id,
        pattern.state,
        pattern.trigger_entity_id or "",
        pattern.trigger_state or "",
        pattern.sun_event or "",
    )


def _row_key(row: Row) -> Hashable:
    names = ("kind", "entity_id", "state", "trigger_entity_id", "trigger_state", "sun_event")
    return tuple(row[name] for name in names)


def _pattern_distance(pattern: Pattern, row: Row) -> tuple[float, bool] | None:
    """Return minutes apart, and whether the weekdays differ; None where it is another habit."""
    other_days = row["days"] != pattern.days
    if pattern.kind == "co_occurrence":
        return 0.0, other_days
    column = "minute_of_day" if pattern.kind == "time_of_day" else "offset_minutes"
    apart = float(np.abs(circular_difference(getattr(pattern, column) or 0.0, float(row[column]))))
    return (apart, other_days) if apart <= max(NEAR_MINUTES, 2 * (pattern.spread_minutes or 0.0)) else None


def _anomaly_distance(anomaly: Anomaly, row: Row) -> tuple[float, bool] | None:
    if anomaly.kind == "undone_automation":  # one that lasts: the window only shows its first run of the last days
        return 0.0, False
    started = pd.Timestamp(str(row["started_at"])).timestamp()
    apart = abs(started - anomaly.started_at)
    return (apart, False) if apart <= NEAR_SECONDS else None


def _new_id(finding: Pattern | Anomaly, used: set[str]) -> str:
    """Return an id nobody has: a hash of what the finding is about, so that two machines make the same one."""
    if isinstance(finding, Pattern):
        hour = f"{(finding.minute_of_day or 0.0) // 60:.0f}"
        parts = [str(part) for part in (_pattern_key(finding), finding.days, hour)]
    else:
        parts = [finding.kind, finding.entity_id or "", f"{finding.started_at:.0f}"]
    attempt = 0
    while True:
        made = hashlib.sha256("\n".join([*parts, str(attempt)]).encode()).hexdigest()[:12]
        if made not in used:
            return made
        attempt += 1
