"""What broke becomes a thing to do: a battery to change, an automation people keep undoing."""

import json
from collections.abc import Iterable
from typing import Any

import pandas as pd

from homeintel.suggestions.candidate import Candidate, suggestion_id
from homeintel.suggestions.names import Names
from homeintel.suggestions.pattern_row import json_object

BATTERY_IMPACT = 0.8
SILENT_IMPACT = 0.6
UNDONE_IMPACT = 0.7
"""An automation that annoys costs a hand movement each time; a dead sensor breaks what depends on it."""

LOOK_EFFORT = 0.4
"""Going there, opening a case, or editing an automation."""


def from_anomalies(anomalies: pd.DataFrame, names: Names, battery_devices: Iterable[str]) -> list[Candidate]:
    """Return the suggestions that anomalies make, one a device or automation.

    Only what still lasts and what someone can mend: a device fallen silent, an automation people undo.

    Args:
        anomalies: the `anomalies` table's rows of one run.
        names: what people call their entities.
        battery_devices: addresses of devices that run on a battery.
    """
    batteries = set(battery_devices)
    rows = anomalies[anomalies["entity_id"].notna()].sort_values(["entity_id", "anomaly_id"], kind="stable")
    silent = rows[(rows["kind"] == "silent") & rows["ended_at"].isna()]
    by_device: dict[str, list[dict[str, Any]]] = {}
    for row in silent.to_dict("records"):
        entity = str(row["entity_id"])
        by_device.setdefault(names.device.get(entity, entity), []).append({str(key): row[key] for key in row})
    found = [_silent(device, group, names, battery=device in batteries) for device, group in by_device.items()]
    undone: dict[str, dict[str, Any]] = {}
    for row in rows[rows["kind"] == "undone_automation"].to_dict("records"):
        kept = undone.setdefault(str(row["entity_id"]), {str(key): row[key] for key in row})
        if row["score"] > kept["score"]:
            undone[str(row["entity_id"])] = {str(key): row[key] for key in row}
    return found + [_undone(row, names) for row in undone.values()]


def _silent(device: str, group: list[dict[str, Any]], names: Names, *, battery: bool) -> Candidate:
    entities = tuple(str(row["entity_id"]) for row in group)
    worst = max(group, key=lambda row: float(row["score"]))
    name = names.of(entities[0])
    advice = (
        "Change its battery, or wake it and see whether it joins again."
        if battery
        else "See whether it has power and is in reach of the network."
    )
    return _candidate(
        worst,
        suggestion_id("anomaly", "silent", device),
        title=f"Check the battery of {name}" if battery else f"Look after {name}: it has fallen silent",
        description=f"{name} has not reported since {worst['started_at']:%Y-%m-%d %H:%M} UTC. {advice}",
        entities=entities,
        names=names,
        effect=("silent", device),
        impact=BATTERY_IMPACT if battery else SILENT_IMPACT,
    )


def _undone(row: dict[str, Any], names: Names) -> Candidate:
    entity = str(row["entity_id"])
    return _candidate(
        row,
        suggestion_id("anomaly", "undone_automation", entity),
        title=f"Look again at the automation that switches {names.of(entity)}",
        description=(
            f"People keep undoing what an automation does to {names.of(entity)}. "
            "Narrow its conditions, change its time, or switch it off."
        ),
        entities=(entity,),
        names=names,
        effect=("undone_automation", entity),
        impact=UNDONE_IMPACT,
    )


def _candidate(
    row: dict[str, Any],
    identity: str,
    *,
    title: str,
    description: str,
    entities: tuple[str, ...],
    names: Names,
    effect: tuple[str, ...],
    impact: float,
) -> Candidate:
    evidence = {
        "table": "anomalies",
        "anomaly_id": row["anomaly_id"],
        "kind": row["kind"],
        "expected": row.get("expected"),
        "observed": row.get("observed"),
        "detail": json_object(row.get("detail")),
        "notebook": "03_pattern_detection",
    }
    return Candidate(
        suggestion_id=identity,
        kind="anomaly",
        source="anomalies",
        title=title,
        description=description,
        entity_ids=entities,
        ieee_addresses=names.devices(*entities),
        effect=effect,
        confidence=min(1.0, max(0.0, float(row["score"]))),
        confidence_low=None,
        confidence_high=None,
        impact=impact,
        effort=LOOK_EFFORT,
        evidence=json.loads(json.dumps(evidence, default=str)),
        evidence_count=1,
    )
