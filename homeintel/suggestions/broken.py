"""What fell silent or is stuck: a thing to look at, and an alert for the next time."""

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, tzinfo

import pandas as pd

from homeintel.suggestions.anomaly_candidate import Row, anomaly_candidate, score
from homeintel.suggestions.automation import build
from homeintel.suggestions.automation.schema import ENTITY_ID_PATTERN, AutomationData
from homeintel.suggestions.candidate import Candidate, suggestion_id
from homeintel.suggestions.names import Names
from homeintel.suggestions.pattern_row import json_object

BATTERY_IMPACT = 0.8
SILENT_IMPACT = 0.6
STUCK_IMPACT = 0.5
"""A dead sensor breaks what depends on it; what stays too long in a state may only have been left open."""

SILENT_HOURS = 6
"""The alert for the next time waits so long, so that a restart raises none."""

STUCK_TIMES = 2.0
LEAST_STUCK_HOURS = 2
MOST_STUCK_HOURS = 23
"""The alert for the next time comes after so many times the longest ordinary stay, within these hours."""


def silent_devices(
    rows: Iterable[Row], names: Names, battery_devices: Collection[str], zone: tzinfo
) -> list[Candidate]:
    """Return a suggestion for each device that reports nothing any more.

    Args:
        rows: anomalies of the kind `silent` that last.
        names: what people call their entities and devices.
        battery_devices: addresses of devices that run on a battery.
        zone: the home's time zone.
    """
    by_device: dict[str, list[Row]] = {}
    for row in rows:
        entity = str(row["entity_id"])
        by_device.setdefault(names.device.get(entity, entity), []).append(row)
    return [
        _silent(device, group, names, zone, battery=device in battery_devices) for device, group in by_device.items()
    ]


def _silent(device: str, group: Sequence[Row], names: Names, zone: tzinfo, *, battery: bool) -> Candidate:
    entities = tuple(str(row["entity_id"]) for row in group)
    name = names.of_device.get(device) or names.of(entities[0])
    since = _last_report(group)
    identity = suggestion_id("anomaly", "silent", device, _day(since))
    mains = "See whether it has power and is in reach of the network."
    advice = "Change its battery, or wake it and see whether it joins again." if battery else mains
    return anomaly_candidate(
        max(group, key=score),
        identity,
        title=f"Check the battery of {name}" if battery else f"Look after {name}: it has fallen silent",
        description=f"{name} has not reported since {_local(since, zone)}. {advice}",
        entities=entities,
        names=names,
        effects=(("broken", device),),
        impact=BATTERY_IMPACT if battery else SILENT_IMPACT,
        automation=_silence_alert(identity, entities[0], name),
        caveats=("The automation tells you the next time; it needs Zigbee2MQTT's availability switched on.",),
    )


def _last_report(group: Sequence[Row]) -> datetime:
    """Return when the device last reported anything: its entities stop at different times, the latest counts."""
    known = [json_object(row.get("detail")).get("device_silent_since") for row in group]
    moments = [pd.Timestamp(moment, unit="s", tz="UTC") for moment in known if isinstance(moment, int | float)]
    latest: datetime = max([*moments, *(row["started_at"] for row in group)])
    return latest


def _silence_alert(identity: str, entity: str, name: str) -> AutomationData | None:
    if not re.fullmatch(ENTITY_ID_PATTERN, entity):
        return None
    alias = f"Tell me when {name} falls silent"
    message = f"{name} has been unavailable for {SILENT_HOURS} hours."
    about = f"homeintel: {name} fell silent once; this tells you the next time."
    return _alert(identity, alias, message, about, entity, "unavailable", SILENT_HOURS)


def stuck_sensors(rows: Iterable[Row], names: Names, zone: tzinfo = UTC) -> list[Candidate]:
    """Return a suggestion for each sensor that stays in one state or value for longer than it ever did.

    Args:
        rows: anomalies of the kind `stuck` that last.
        names: what people call their entities.
        zone: the home's time zone.
    """
    worst: dict[str, Row] = {}
    for row in rows:
        entity = str(row["entity_id"])
        worst[entity] = max(worst.get(entity, row), row, key=score)
    return [_stuck(entity, row, names, zone) for entity, row in worst.items()]


def _stuck(entity: str, row: Row, names: Names, zone: tzinfo) -> Candidate:
    detail = json_object(row.get("detail"))
    state = str(detail.get("state") or detail.get("value") or "the same")
    name, since = names.of(entity), row["started_at"]
    identity = suggestion_id("anomaly", "stuck", entity, _day(since))
    advice = "See whether it still measures."
    automation = None
    if "state" in detail and re.fullmatch(ENTITY_ID_PATTERN, entity):
        advice = "See whether it is stuck, or something was left open."
        automation = _stuck_alert(identity, entity, state, float(detail.get("longest_other_seconds") or 0.0), name)
    return anomaly_candidate(
        row,
        identity,
        title=f"Look after {name}: it stays {state}",
        description=f"{name} has been {state} since {_local(since, zone)}; usual is: {row['expected']}. {advice}",
        entities=(entity,),
        names=names,
        effects=(("broken", names.device.get(entity, entity)),),
        impact=STUCK_IMPACT,
        automation=automation,
    )


def _stuck_alert(identity: str, entity: str, state: str, longest: float, name: str) -> AutomationData:
    hours = min(MOST_STUCK_HOURS, max(LEAST_STUCK_HOURS, round(STUCK_TIMES * longest / 3600)))
    alias = f"Tell me when {name} stays {state}"
    message = f"{name} has been {state} for {hours} hours."
    about = f"homeintel: {name} stayed {state} for too long once; this tells you the next time."
    return _alert(identity, alias, message, about, entity, state, hours)


def _alert(
    identity: str, alias: str, message: str, description: str, entity: str, state: str, hours: int
) -> AutomationData:
    trigger = {"trigger": "state", "entity_id": entity, "to": state, "for": build.duration(hours * 3600)}
    notice = build.notify_step(alias, message, build.ID_PREFIX + identity)
    return build.automation(identity, alias, description, triggers=[trigger], conditions=[], steps=[notice])


def _day(moment: datetime) -> str:
    """Return the UTC day something began: when it happens again it is another suggestion, and no old answer keeps it out."""
    return f"{moment.astimezone(UTC):%Y-%m-%d}"


def _local(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M %Z}"
