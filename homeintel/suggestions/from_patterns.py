"""Habits become automations; habits that guard the house become reminders, never silent actions."""

import math
import re
from datetime import UTC, datetime
from typing import Any

from homeintel.suggestions import phrases
from homeintel.suggestions.automation import build
from homeintel.suggestions.automation.actions import action_for
from homeintel.suggestions.automation.schema import ENTITY_ID_PATTERN
from homeintel.suggestions.automation.security import is_security
from homeintel.suggestions.candidate import Candidate, suggestion_id
from homeintel.suggestions.habit_automation import acting, reminding
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
    obstacle = _obstacle(pattern, entities, security=security)
    title = _title(pattern, names, security=security)
    numbers = _numbers(pattern, names)
    description = f"homeintel: {numbers}"
    automation = None
    if not obstacle and security:
        automation = reminding(pattern, identity, title, description, names)
    elif not obstacle:
        automation = acting(pattern, identity, title, description)
    return Candidate(
        suggestion_id=identity,
        kind="pattern",
        title=title,
        description=f"{numbers} {_promise(pattern, security=security)}",
        entity_ids=entities,
        ieee_addresses=names.devices(*entities),
        effects=(pattern_effect(pattern),),
        confidence=pattern.confidence,
        confidence_low=pattern.confidence_low,
        confidence_high=pattern.confidence_high,
        impact=_impact(pattern, window_days, security=security),
        effort=PASTE_EFFORT,
        evidence=_evidence(pattern, security=security),
        evidence_count=pattern.occurrences,
        pattern_id=pattern.pattern_id,
        automation=automation,
        caveats=_caveats(pattern, security=security),
        security=security,
        obstacle=obstacle,
    )


def _obstacle(pattern: PatternRow, entities: tuple[str, ...], *, security: bool) -> str:
    wrong = [entity for entity in entities if not re.fullmatch(ENTITY_ID_PATTERN, entity)]
    if wrong:
        return f"{wrong[0]} is no entity id Home Assistant accepts"
    if not security and action_for(pattern.entity_id, pattern.state) is None:
        return f"Home Assistant has no action that brings {pattern.entity_id} to {pattern.state}"
    if pattern.conditions and pattern.light is None and pattern.hours is None:
        return f"its conditions ({', '.join(pattern.conditions)}) can't be written as an automation"
    return "" if build.days_of(pattern.days) else f"{pattern.days} names no weekday"


def pattern_effect(pattern: PatternRow) -> tuple[str, ...]:
    """Return what the automation of a habit would change, and when: half hours, so that drift makes no second one."""
    if pattern.kind == "co_occurrence":
        return ("coupling", pattern.entity_id, pattern.state, pattern.trigger_entity_id, pattern.trigger_state)
    when = pattern.sun_event or build.clock(30 * round(pattern.minute_of_day / 30))
    return ("routine", pattern.entity_id, pattern.state, pattern.days, when)


def when(pattern: PatternRow, names: Names) -> str:
    """Return when a habit happens, in words: `at 06:45 on weekdays`, `when Front door opens`."""
    if pattern.kind == "co_occurrence":
        happens = phrases.happens(pattern.trigger_entity_id, pattern.trigger_state, names)
        return f"when {happens}{_while(pattern)}"
    if pattern.kind == "sun":
        return f"{phrases.sun_time(pattern.sun_event, pattern.offset_minutes)} {phrases.on_days(pattern.days)}"
    return f"at {phrases.at(pattern.minute_of_day)} {phrases.on_days(pattern.days)}"


def _while(pattern: PatternRow) -> str:
    """Return what must hold besides, in words; empty where nothing."""
    light = {"dark": " in the dark", "day": " in daylight", None: ""}[pattern.light]
    if pattern.hours is not None:
        light += f" between {phrases.at(pattern.hours[0])} and {phrases.at(pattern.hours[1])}"
    return light + (f" {phrases.on_days(pattern.days)}" if pattern.days != "all" else "")


def _title(pattern: PatternRow, names: Names, *, security: bool) -> str:
    act = phrases.do(pattern.entity_id, pattern.state, names)
    prefix = "Remind me: " if security else ""
    return f"{prefix}{act} {when(pattern, names)}"


def _numbers(pattern: PatternRow, names: Names) -> str:
    if pattern.kind == "co_occurrence":
        happened = phrases.happens(pattern.trigger_entity_id, pattern.trigger_state, names)
        return (
            f"Of the {pattern.opportunities} times that “{happened}”{_while(pattern)}, {pattern.occurrences} were followed "
            f"by this, done by hand, typically {phrases.lag(pattern.lag_seconds)} later."
        )
    around = (
        phrases.sun_time(pattern.sun_event, pattern.offset_minutes)
        if pattern.kind == "sun"
        else f"around {phrases.at(pattern.minute_of_day)}"
    )
    return (
        f"Done by hand on {pattern.occurrences} of {pattern.opportunities} days it could have happened, "
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


def _caveats(pattern: PatternRow, *, security: bool) -> tuple[str, ...]:
    found = []
    if pattern.kind != "co_occurrence" and not security:
        found.append("It also runs while you are away; switch it off, or add a condition, before a journey.")
    if pattern.undone:
        found.append(f"{pattern.undone} of {pattern.occurrences} times it was reversed within minutes.")
    if pattern.opportunities < FEW_OPPORTUNITIES:
        found.append(f"Only {pattern.opportunities} occasions so far; the interval is wide.")
    if pattern.found_on is not None:
        night = f"the night of {pattern.found_on}"
        found.append(f"Tonight it did not stand out clearly; the numbers are those of {night}.")
    if pattern.light is not None:
        found.append("It needs Home Assistant's sun integration (sun.sun), which is on by default.")
    return tuple(found)


FEW_OPPORTUNITIES = 10


def _evidence(pattern: PatternRow, *, security: bool) -> dict[str, Any]:
    return {
        "table": "patterns",
        "pattern_id": pattern.pattern_id,
        "entity_id": pattern.entity_id,
        "state": pattern.state,
        "occurrences": pattern.occurrences,
        "opportunities": pattern.opportunities,
        "first_seen": _moment(pattern.first_seen),
        "last_seen": _moment(pattern.last_seen),
        "notebook": "03_pattern_detection",
        "section": "Pairs" if pattern.kind == "co_occurrence" else "Routines",
        "reminder": security,
        **({"detail": dict(pattern.evidence)} if pattern.evidence else {}),
    }


def _moment(seconds: float | None) -> str:
    return "" if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat(sep=" ", timespec="seconds")
