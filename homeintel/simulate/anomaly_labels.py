"""Which reported anomaly is which planted one."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from homeintel.simulate.labels import Label
from homeintel.simulate.truth import Anomaly, Truth

__all__ = ["JudgedAnomaly", "anomaly_groups", "label_anomalies"]

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

OF_A_DEVICE = frozenset({"silent", "rate"})
"""Kinds that strike all of a device's entities at once: its other rows are echoes."""


def anomaly_groups(truth: Truth) -> list[list[Anomaly]]:
    """Return the planted anomalies; one device's silence, or odd rate, is one: any of its entities finds it."""
    devices = {entity.entity_id: entity.ieee_address for entity in truth.entities}
    groups: dict[tuple[str, str, datetime | None], list[Anomaly]] = {}
    for anomaly in truth.anomalies:
        whose = anomaly.entity_id or ""
        if anomaly.kind in OF_A_DEVICE:
            whose = devices.get(whose, whose)
        when = None if anomaly.kind == "silent" else anomaly.started_at
        groups.setdefault((anomaly.kind, whose, when), []).append(anomaly)
    return list(groups.values())


class JudgedAnomaly(NamedTuple):
    """What became of a reported row, and the number of the planted group it is, if it is one."""

    label: Label
    group: int | None = None


def label_anomalies(truth: Truth, anomalies: Sequence[Mapping[str, Any]]) -> list[JudgedAnomaly]:
    """Return what each row of the table `anomalies` is: found, duplicate or false.

    A second row of the same device's silence, or odd rate, is an echo: its other entities suffer it too.
    """
    groups, taken = anomaly_groups(truth), dict[int, set[str]]()
    devices = {entity.entity_id: entity.ieee_address for entity in truth.entities}
    acting = {automation.automation_id: automation.entity_id for automation in truth.automations}
    judged: list[JudgedAnomaly] = []
    for row in anomalies:
        number = next((n for n, group in enumerate(groups) if any(_same(one, row, acting) for one in group)), None)
        if number is None:
            echoed = next((n for n, group in enumerate(groups) if _of_device(group, row, devices)), None)
            judged.append(JudgedAnomaly("false" if echoed is None else "echo", echoed))
        elif number in taken:
            judged.append(JudgedAnomaly("echo" if _other_entity(row, taken[number]) else "duplicate", number))
        else:
            judged.append(JudgedAnomaly("found", number))
        if number is not None:
            taken.setdefault(number, set()).add(row["entity_id"])
    return judged


def _of_device(group: Sequence[Anomaly], row: Mapping[str, Any], devices: Mapping[str, str]) -> bool:
    """Return whether a row tells of the same device at the same time, through an entity that had nothing to lose."""
    one = group[0]
    if row["kind"] not in OF_A_DEVICE or row["kind"] != one.kind:
        return False
    device = devices.get(row["entity_id"])
    begins, ends = row["started_at"], row["ended_at"]
    starts = max(begins, one.started_at)
    overlap = (one.ended_at is None or starts < one.ended_at) and (ends is None or ends != ends or starts < ends)  # noqa: PLR0124 - NaT
    return device is not None and device == devices.get(one.entity_id or "") and overlap


def _other_entity(row: Mapping[str, Any], seen: set[str]) -> bool:
    return row["kind"] in OF_A_DEVICE and row["entity_id"] not in seen


def _same(planted: Anomaly, row: Mapping[str, Any], acting: Mapping[str, str]) -> bool:
    if row["kind"] != planted.kind or abs(row["started_at"] - planted.started_at) > NEAR[planted.kind]:
        return False
    if planted.kind == "away":
        return True
    names = {planted.entity_id, acting.get(planted.entity_id or "")}
    return row["entity_id"] in names
