"""What broke becomes a thing to do: a battery to change, an automation people keep undoing, a habit to be reminded of."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, tzinfo
from typing import Any

import pandas as pd

from homeintel.suggestions import phrases
from homeintel.suggestions.automation import build
from homeintel.suggestions.automation.schema import ENTITY_ID_PATTERN, AutomationData
from homeintel.suggestions.candidate import Candidate, suggestion_id
from homeintel.suggestions.from_patterns import pattern_effect, when
from homeintel.suggestions.habit_automation import reminding
from homeintel.suggestions.names import Names
from homeintel.suggestions.pattern_row import PatternRow, json_object

BATTERY_IMPACT = 0.8
SILENT_IMPACT = 0.6
UNDONE_IMPACT = 0.7
MISSED_IMPACT = 0.3
"""A dead sensor breaks what depends on it; an automation that annoys costs a hand movement each time; of a habit
lately missed the person may know."""

LOOK_EFFORT = 0.4
"""Going there, opening a case, or editing an automation."""
PASTE_EFFORT = 0.1

SILENT_HOURS = 6
"""The alert for the next time waits so long, so that a restart raises none."""

Row = Mapping[str, Any]


def from_anomalies(
    anomalies: pd.DataFrame,
    habits: Sequence[PatternRow],
    names: Names,
    battery_devices: Iterable[str],
    zone: tzinfo = UTC,
) -> list[Candidate]:
    """Return the suggestions that anomalies make, one a device, automation or habit.

    Only what still lasts and what someone can do something about.

    Args:
        anomalies: the `anomalies` table's rows of one run.
        habits: tonight's patterns that no machine carries out.
        names: what people call their entities.
        battery_devices: addresses of devices that run on a battery.
        zone: the home's time zone, for the times a reader sees.
    """
    batteries = set(battery_devices)
    known = anomalies[anomalies["entity_id"].notna()].sort_values(["entity_id", "anomaly_id"], kind="stable")
    rows = [{str(key): value for key, value in row.items()} for row in known.to_dict("records")]
    lasting = [row for row in rows if pd.isna(row["ended_at"])]
    by_device: dict[str, list[Row]] = {}
    for row in lasting:
        if row["kind"] == "silent":
            entity = str(row["entity_id"])
            by_device.setdefault(names.device.get(entity, entity), []).append(row)
    silent = [_silent(device, group, names, zone, battery=device in batteries) for device, group in by_device.items()]
    worst: dict[tuple[str, str], Row] = {}
    for row in rows:
        if row["kind"] == "undone_automation":
            worst[_target(row)] = max(worst.get(_target(row), row), row, key=_score)
    missed = [(row, _habit_of(row, habits)) for row in lasting if row["kind"] == "missed_routine"]
    reminders = {habit.pattern_id: _missed(row, habit, names) for row, habit in missed if habit is not None}
    return [*silent, *(_undone(row, names) for row in worst.values()), *reminders.values()]


def _score(row: Row) -> float:
    return float(row["score"])


def _silent(device: str, group: Sequence[Row], names: Names, zone: tzinfo, *, battery: bool) -> Candidate:
    entities = tuple(str(row["entity_id"]) for row in group)
    worst = max(group, key=_score)
    name = names.of(entities[0])
    identity = suggestion_id("anomaly", "silent", device)
    mains = "See whether it has power and is in reach of the network."
    advice = "Change its battery, or wake it and see whether it joins again." if battery else mains
    title = f"Check the battery of {name}" if battery else f"Look after {name}: it has fallen silent"
    return _candidate(
        worst,
        identity,
        title=title,
        description=f"{name} has not reported since {worst['started_at'].astimezone(zone):%Y-%m-%d %H:%M %Z}. {advice}",
        entities=entities,
        names=names,
        effects=(("silent", device),),
        impact=BATTERY_IMPACT if battery else SILENT_IMPACT,
        effort=LOOK_EFFORT,
        automation=_silence_alert(identity, entities[0], name),
        caveats=("The automation tells you the next time; it needs Zigbee2MQTT's availability switched on.",),
    )


def _silence_alert(identity: str, entity: str, name: str) -> AutomationData | None:
    if not re.fullmatch(ENTITY_ID_PATTERN, entity):
        return None
    alias = f"Tell me when {name} falls silent"
    trigger = {"trigger": "state", "entity_id": entity, "to": "unavailable", "for": build.duration(SILENT_HOURS * 3600)}
    notice = build.notify_step(
        alias, f"{name} has been unavailable for {SILENT_HOURS} hours.", build.ID_PREFIX + identity
    )
    about = f"homeintel: {name} fell silent once; this tells you the next time."
    return build.automation(identity, alias, about, triggers=[trigger], conditions=[], steps=[notice])


def _target(row: Row) -> tuple[str, str]:
    """Return what an undone automation acts on: entity and state. The anomaly itself may be about the automation."""
    detail = json_object(row.get("detail"))
    return str(detail.get("entity_id") or row["entity_id"]), str(detail.get("state") or "")


def _undone(row: Row, names: Names) -> Candidate:
    target, state = _target(row)
    own = str(row["entity_id"])
    automation = f"“{names.of(own)}”" if own.startswith("automation.") else "the automation"
    return _candidate(
        row,
        suggestion_id("anomaly", "undone_automation", target, state),
        title=f"Look again at {automation} that switches {names.of(target)}",
        description=(
            f"People keep undoing what it does to {names.of(target)}: {row['observed']}. "
            "Narrow its conditions, change its time, or switch it off."
        ),
        entities=tuple(dict.fromkeys((target, own))),
        names=names,
        effects=(("undone_automation", target, state),),
        impact=UNDONE_IMPACT,
        effort=LOOK_EFFORT,
    )


def _habit_of(row: Row, habits: Sequence[PatternRow]) -> PatternRow | None:
    """Return the routine that was missed: of its entity and state the one nearest in time."""
    detail = json_object(row.get("detail"))
    fitting = [
        habit
        for habit in habits
        if habit.kind != "co_occurrence"
        and (habit.entity_id, habit.state) == (str(row["entity_id"]), str(detail.get("state")))
        and re.fullmatch(ENTITY_ID_PATTERN, habit.entity_id)
    ]
    minute = float(detail.get("minute_of_day") or 0.0)
    return min(fitting, key=lambda habit: (abs(habit.minute_of_day - minute), habit.pattern_id), default=None)


def _missed(row: Row, habit: PatternRow, names: Names) -> Candidate:
    identity = suggestion_id("anomaly", "missed_routine", habit.pattern_id)
    title = f"Remind me: {phrases.do(habit.entity_id, habit.state, names)} {when(habit, names)}"
    numbers = f"Seen on {habit.occurrences} of {habit.opportunities} days it could have happened"
    return _candidate(
        row,
        identity,
        title=title,
        description=f"{numbers}, and lately not: {row['observed']}. The automation reminds you when it is late.",
        entities=(habit.entity_id,),
        names=names,
        effects=(pattern_effect(habit),),
        impact=MISSED_IMPACT,
        effort=PASTE_EFFORT,
        automation=reminding(habit, identity, title, f"homeintel: {numbers}.", names),
    )


def _candidate(
    row: Row,
    identity: str,
    *,
    title: str,
    description: str,
    entities: tuple[str, ...],
    names: Names,
    effects: tuple[tuple[str, ...], ...],
    impact: float,
    effort: float,
    automation: AutomationData | None = None,
    caveats: tuple[str, ...] = (),
) -> Candidate:
    evidence = {
        "table": "anomalies",
        "entity_id": entities[0],
        **{name: row.get(name) for name in ("anomaly_id", "kind", "expected", "observed")},
        "detail": json_object(row.get("detail")),
        "notebook": "03_pattern_detection",
        "section": "Anomalies",
    }
    return Candidate(
        suggestion_id=identity,
        kind="anomaly",
        title=title,
        description=description,
        entity_ids=entities,
        ieee_addresses=names.devices(*entities),
        effects=effects,
        confidence=min(1.0, max(0.0, _score(row))),
        confidence_low=None,
        confidence_high=None,
        impact=impact,
        effort=effort,
        evidence=json.loads(json.dumps(evidence, default=str)),
        evidence_count=1,
        automation=automation,
        caveats=caveats,
    )
