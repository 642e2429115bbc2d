"""Habits become automations; habits that guard the house become reminders, never silent actions."""

import math
import re
from typing import Any

from homeintel.suggestions import phrases
from homeintel.suggestions.automation import build
from homeintel.suggestions.automation.actions import action_for, is_security
from homeintel.suggestions.automation.schema import ENTITY_ID_PATTERN, AutomationData
from homeintel.suggestions.candidate import Candidate, suggestion_id
from homeintel.suggestions.names import Names
from homeintel.suggestions.pattern_row import PatternRow

PASTE_EFFORT = 0.1
"""Pasting an automation."""

ACTIONS_FOR_MOST_IMPACT = 4.0
"""Actions a week that make 63 % of the greatest impact; seven make 83 %, two 39 %."""

REMINDER_IMPACT = 0.6
"""A reminder about a lock, a door or the heating: seldom, but worth it."""
OPENING_IMPACT = 0.2
"""A reminder of something that opens the house or cools it down: people think of that themselves."""
_OPENING_STATES = frozenset({"unlocked", "open", "off", "disarmed"})

REMINDER_ROOM = 2.0
"""A reminder comes when the habit is late by so many spreads or lags."""
LEAST_REMINDER_MINUTES = 15.0
LEAST_REMINDER_SECONDS = 120.0


def from_pattern(pattern: PatternRow, names: Names, window_days: int) -> Candidate:
    """Return the suggestion a habit makes; with an `obstacle` where no automation can be written.

    Args:
        pattern: a habit that no machine does already.
        names: what people call their entities.
        window_days: how many days the habit was looked for in.
    """
    identity = suggestion_id("pattern", pattern.pattern_id)
    entities = (pattern.entity_id, pattern.trigger_entity_id) if pattern.trigger_entity_id else (pattern.entity_id,)
    security = is_security(pattern.entity_id, pattern.state, names.of(pattern.entity_id))
    obstacle = _obstacle(pattern, entities)
    title = _title(pattern, names, security=security)
    numbers = _numbers(pattern, names)
    automation = None if obstacle else _automation(pattern, identity, title, numbers, names, security=security)
    return Candidate(
        suggestion_id=identity,
        kind="pattern",
        source="patterns",
        title=title,
        description=f"{numbers} {_promise(pattern, security=security)}",
        entity_ids=entities,
        ieee_addresses=names.devices(*entities),
        effect=_effect(pattern),
        confidence=pattern.confidence,
        confidence_low=pattern.confidence_low,
        confidence_high=pattern.confidence_high,
        impact=_impact(pattern, window_days, security=security),
        effort=PASTE_EFFORT,
        evidence=_evidence(pattern),
        evidence_count=pattern.occurrences,
        pattern_id=pattern.pattern_id,
        automation=automation,
        caveats=_caveats(pattern, security=security),
        security=security,
        obstacle=obstacle,
    )


def _obstacle(pattern: PatternRow, entities: tuple[str, ...]) -> str:
    wrong = [entity for entity in entities if not re.match(ENTITY_ID_PATTERN, entity)]
    if wrong:
        return f"{wrong[0]} is no entity id Home Assistant accepts"
    if action_for(pattern.entity_id, pattern.state) is None:
        return f"Home Assistant has no action that brings {pattern.entity_id} to {pattern.state}"
    return "" if build.days_of(pattern.days) else f"{pattern.days} names no weekday"


def _effect(pattern: PatternRow) -> tuple[str, ...]:
    if pattern.kind == "co_occurrence":
        return ("coupling", pattern.entity_id, pattern.state, pattern.trigger_entity_id, pattern.trigger_state)
    when = pattern.sun_event or build.clock(30 * round(pattern.minute_of_day / 30))
    return ("routine", pattern.entity_id, pattern.state, pattern.days, when)


def _when(pattern: PatternRow, names: Names) -> str:
    if pattern.kind == "co_occurrence":
        light = {"dark": " while it is dark", "day": " in daylight", None: ""}[pattern.light]
        days = f" {phrases.on_days(pattern.days)}" if pattern.days != "all" else ""
        return f"when {phrases.happens(pattern.trigger_entity_id, pattern.trigger_state, names)}{light}{days}"
    if pattern.kind == "sun":
        return f"{phrases.sun_time(pattern.sun_event, pattern.offset_minutes)} {phrases.on_days(pattern.days)}"
    return f"at {phrases.at(pattern.minute_of_day)} {phrases.on_days(pattern.days)}"


def _title(pattern: PatternRow, names: Names, *, security: bool) -> str:
    act = phrases.do(pattern.entity_id, pattern.state, names)
    prefix = "Remind me: " if security else ""
    return f"{prefix}{act} {_when(pattern, names)}"


def _numbers(pattern: PatternRow, names: Names) -> str:
    act = phrases.do(pattern.entity_id, pattern.state, names)
    if pattern.kind == "co_occurrence":
        happened = phrases.happens(pattern.trigger_entity_id, pattern.trigger_state, names)
        return (
            f"Of {pattern.opportunities} times that {happened}, {pattern.occurrences} were followed by the same thing "
            f"done by hand, typically {phrases.lag(pattern.lag_seconds)} later: {act}."
        )
    around = (
        phrases.sun_time(pattern.sun_event, pattern.offset_minutes)
        if pattern.kind == "sun"
        else f"around {phrases.at(pattern.minute_of_day)}"
    )
    return (
        f"Seen on {pattern.occurrences} of {pattern.opportunities} days it could have happened ({act}), "
        f"{around}, give or take {phrases.minutes(max(1, pattern.spread_minutes))}."
    )


def _promise(pattern: PatternRow, *, security: bool) -> str:
    if security:
        return "The automation only reminds you when it has not happened; it never does it unseen."
    wait = build.wait_steps(pattern.lag_seconds)
    return f"The automation would do it for you{' after the same wait' if wait else ''}."


def _impact(pattern: PatternRow, window_days: int, *, security: bool) -> float:
    if security:
        return OPENING_IMPACT if pattern.state in _OPENING_STATES else REMINDER_IMPACT
    per_week = pattern.occurrences / max(window_days, 1) * 7
    return 1 - math.exp(-per_week / ACTIONS_FOR_MOST_IMPACT)


def _automation(
    pattern: PatternRow, identity: str, title: str, numbers: str, names: Names, *, security: bool
) -> AutomationData:
    conditions = [*build.day_condition(pattern.days), *_light_condition(pattern)]
    not_yet = build.not_yet(pattern.entity_id, pattern.state)
    late = _late_minutes(pattern) if security else 0.0
    if security:
        steps = _reminder(pattern, identity, title, names, not_yet)
        conditions = conditions if pattern.kind == "co_occurrence" else [*conditions, not_yet]
    else:
        action = action_for(pattern.entity_id, pattern.state)
        assert action is not None
        steps = [*build.wait_steps(pattern.lag_seconds), build.action_step(pattern.entity_id, action)]
        conditions = [*conditions, not_yet]
    return build.automation(
        identity,
        title,
        f"homeintel: {numbers}",
        triggers=[_trigger(pattern, late)],
        conditions=conditions,
        steps=steps,
    )


def _late_minutes(pattern: PatternRow) -> float:
    return max(LEAST_REMINDER_MINUTES, REMINDER_ROOM * pattern.spread_minutes)


def _trigger(pattern: PatternRow, late_minutes: float) -> dict[str, Any]:
    if pattern.kind == "co_occurrence":
        return build.state_trigger(pattern.trigger_entity_id, pattern.trigger_state)
    if pattern.kind == "sun":
        return build.sun_trigger(pattern.sun_event, pattern.offset_minutes + late_minutes)
    return build.time_trigger(pattern.minute_of_day + late_minutes)


def _light_condition(pattern: PatternRow) -> list[dict[str, Any]]:
    if pattern.light is None:
        return []
    state = "below_horizon" if pattern.light == "dark" else "above_horizon"
    return [{"condition": "state", "entity_id": "sun.sun", "state": state}]


def _reminder(
    pattern: PatternRow, identity: str, title: str, names: Names, not_yet: dict[str, Any]
) -> list[dict[str, Any]]:
    name = names.of(pattern.entity_id)
    message = f"{name} is usually {pattern.state} by now, and it is not."
    notify = build.notify_step(title, message, f"homeintel_{identity}")
    if pattern.kind != "co_occurrence":
        return [notify]
    wait = max(LEAST_REMINDER_SECONDS, REMINDER_ROOM * pattern.lag_p90_seconds)
    return [{"delay": build.duration(wait)}, not_yet, notify]


def _caveats(pattern: PatternRow, *, security: bool) -> tuple[str, ...]:
    found = []
    if pattern.kind != "co_occurrence" and not security:
        found.append("It also runs while you are away; switch it off, or add a condition, before a journey.")
    if pattern.undone:
        found.append(f"{pattern.undone} of {pattern.occurrences} times it was reversed within minutes.")
    if pattern.opportunities < FEW_OPPORTUNITIES:
        found.append(f"Only {pattern.opportunities} occasions so far; the interval is wide.")
    if pattern.light is not None:
        found.append("It needs Home Assistant's sun integration (`sun.sun`), which is on by default.")
    return tuple(found)


FEW_OPPORTUNITIES = 10


def _evidence(pattern: PatternRow) -> dict[str, Any]:
    return {
        "table": "patterns",
        "pattern_id": pattern.pattern_id,
        "occurrences": pattern.occurrences,
        "opportunities": pattern.opportunities,
        "first_seen": pattern.first_seen,
        "last_seen": pattern.last_seen,
        "notebook": "03_pattern_detection",
        **({"detail": dict(pattern.evidence)} if pattern.evidence else {}),
    }
