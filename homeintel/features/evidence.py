"""What a verdict rests on, as it is stored beside it."""

import json
from typing import Any

import pandas as pd

from homeintel.features.reasons import REASONS
from homeintel.features.records import as_records
from homeintel.features.verdicts import CAUSES


def usage_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the table `device_feature_usage` (without `run_id`) for described verdicts.

    `evidence` is JSON: entity_id, attribute and source of the entity; points, first, last (UTC), values (the most
    frequent), value (the last) and by (changes by cause) of what was seen; told (value, null for one that was never told;
    since, last and changed, UTC) of the device's retained state; reason and why of what can't be known.
    """
    kept = ["ieee_address", "path", "property", "feature", "verdict", "changes", "distinct_values", "last_changed", "settable",
            "usable", "usefulness"]  # fmt: skip
    return rows[kept].assign(evidence=[_evidence(record) for record in as_records(rows)])


def _evidence(record: dict[str, Any]) -> str:
    found: dict[str, Any] = {}
    if isinstance(record["entity_id"], str):
        found |= {"entity_id": record["entity_id"], "attribute": record["attribute"], "source": record["source"]}
    if not pd.isna(record["last_seen"]):
        found |= {"points": record["points"], "first": _time(record["first_seen"]), "last": _time(record["last_seen"])}
        found |= {"values": [str(value) for value in record["seen"]], "value": record["last_value"]}
    if record["told"]:
        found["told"] = _told(record)
    by = {cause: record[cause] for cause in CAUSES if record[cause]}
    if by:
        found["by"] = by
    if isinstance(record["reason"], str):
        found |= {"reason": record["reason"], "why": REASONS[record["reason"]].why}
    return json.dumps({key: value for key, value in found.items() if value is not None and value == value})  # noqa: PLR0124 - NaN is not itself


def _told(record: dict[str, Any]) -> dict[str, str | None]:
    value = record["told_value"] if isinstance(record["told_value"], str) else None
    found = {"value": value, "since": _time(record["told_since"]), "last": _time(record["told_at"])}
    return found if pd.isna(record["told_changed"]) else {**found, "changed": _time(record["told_changed"])}


def _time(moment: pd.Timestamp) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
