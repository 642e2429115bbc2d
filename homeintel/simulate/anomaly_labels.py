"""Which reported anomaly is which planted one."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from homeintel.simulate.labels import Label
from homeintel.simulate.truth import Anomaly, Truth

__all__ = ["anomaly_groups", "label_anomalies"]

NEAR = {
    "silent": timedelta(days=2),
    "stuck": timedelta(days=1),
    "unusual_time": timedelta(hours=1),
    "missed_routine": timedelta(days=3),
    "level": timedelta(days=1),
    "rate": timedelta(days=1),
    "undone_automation": timedelta(days=400),
    "away": timedelta(hours=12),
}
"""How far a reported start may be from the planted one."""


def anomaly_groups(truth: Truth) -> list[list[Anomaly]]:
    """Return the planted anomalies; those of one silent device are one: any of its entities finds it."""
    devices = {entity.entity_id: entity.ieee_address for entity in truth.entities}
    groups: dict[tuple[str, str, datetime | None], list[Anomaly]] = {}
    for anomaly in truth.anomalies:
        one = anomaly.kind == "silent"
        whose = devices.get(anomaly.entity_id or "", "") if one else anomaly.entity_id or ""
        groups.setdefault((anomaly.kind, whose, None if one else anomaly.started_at), []).append(anomaly)
    return list(groups.values())


def label_anomalies(truth: Truth, anomalies: Sequence[Mapping[str, Any]]) -> list[Label]:
    """Return a label for each row of the table `anomalies`: found, duplicate or false.

    A second row of the same device's silence is no duplicate: its other entities are silent too.
    """
    groups, taken = anomaly_groups(truth), set[int]()
    acting = {automation.automation_id: automation.entity_id for automation in truth.automations}
    labels: list[Label] = []
    for row in anomalies:
        number = next((n for n, group in enumerate(groups) if any(_same(one, row, acting) for one in group)), None)
        if number is None:
            labels.append("false")
        elif number in taken:
            labels.append("echo" if row["kind"] == "silent" else "duplicate")
        else:
            taken.add(number)
            labels.append("found")
    return labels


def _same(planted: Anomaly, row: Mapping[str, Any], acting: Mapping[str, str]) -> bool:
    if row["kind"] != planted.kind or abs(row["started_at"] - planted.started_at) > NEAR[planted.kind]:
        return False
    if planted.kind == "away":
        return True
    names = {planted.entity_id, acting.get(planted.entity_id or "")}
    return row["entity_id"] in names
