"""What broke becomes a thing to do: a battery to change, an automation people keep undoing, a habit to be reminded of."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, tzinfo

import pandas as pd

from homeintel.suggestions import phrases
from homeintel.suggestions.anomaly_candidate import Row, anomaly_candidate, score
from homeintel.suggestions.automation.schema import ENTITY_ID_PATTERN
from homeintel.suggestions.broken import silent_devices, stuck_sensors
from homeintel.suggestions.candidate import Candidate, suggestion_id
from homeintel.suggestions.from_patterns import pattern_effect, when
from homeintel.suggestions.habit_automation import reminding
from homeintel.suggestions.names import Names
from homeintel.suggestions.pattern_row import PatternRow, json_object

UNDONE_IMPACT = 0.7
MISSED_IMPACT = 0.3
"""An automation that annoys costs a hand movement each time; of a habit lately missed the person may know."""

PASTE_EFFORT = 0.1
"""Pasting an automation."""


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
    rows = _records(anomalies)
    lasting = [row for row in rows if pd.isna(row["ended_at"])]
    silent = [row for row in lasting if row["kind"] == "silent"]
    stuck = [row for row in lasting if row["kind"] == "stuck"]
    worst: dict[tuple[str, str], Row] = {}
    for row in rows:
        if row["kind"] == "undone_automation":
            worst[_target(row)] = max(worst.get(_target(row), row), row, key=score)
    reminders = [_missed(row, habit, names) for row, habit in _missed_habits(rows, habits).values()]
    return [
        *silent_devices(silent, names, set(battery_devices), zone),
        *stuck_sensors(stuck, names, zone),
        *(_undone(row, names) for row in worst.values()),
        *reminders,
    ]


def lately_missed(anomalies: pd.DataFrame, habits: Sequence[PatternRow]) -> dict[str, str]:
    """Return pattern id -> what was missed, in words, of the habits that are not kept any more just now.

    Args:
        anomalies: the `anomalies` table's rows of one run.
        habits: tonight's patterns that no machine carries out.
    """
    found = _missed_habits(_records(anomalies), habits)
    return {name: str(row["observed"]) for name, (row, _) in found.items()}


def _records(anomalies: pd.DataFrame) -> list[Row]:
    """Return the anomalies of entities, in an order that does not depend on the table's."""
    known = anomalies[anomalies["entity_id"].notna()].sort_values(["entity_id", "anomaly_id"], kind="stable")
    return [{str(key): value for key, value in row.items()} for row in known.to_dict("records")]


def _missed_habits(rows: Iterable[Row], habits: Sequence[PatternRow]) -> dict[str, tuple[Row, PatternRow]]:
    lasting = [row for row in rows if row["kind"] == "missed_routine" and pd.isna(row["ended_at"])]
    pairs = [(row, _habit_of(row, habits)) for row in lasting]
    return {habit.pattern_id: (row, habit) for row, habit in pairs if habit is not None}


def _target(row: Row) -> tuple[str, str]:
    """Return what an undone automation acts on: entity and state. The anomaly itself may be about the automation."""
    detail = json_object(row.get("detail"))
    return str(detail.get("entity_id") or row["entity_id"]), str(detail.get("state") or "")


def _undone(row: Row, names: Names) -> Candidate:
    target, state = _target(row)
    own = str(row["entity_id"])
    automation = f"“{names.of(own)}”" if own.startswith("automation.") else "the automation"
    return anomaly_candidate(
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
        evidence_count=int(json_object(row.get("detail")).get("undone") or 1),
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
    return anomaly_candidate(
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
