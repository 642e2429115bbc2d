"""The automation of a habit: one that does it, or one that only reminds when it has not happened."""

from typing import Any

from homeintel.suggestions.automation import build
from homeintel.suggestions.automation.actions import action_for
from homeintel.suggestions.automation.schema import AutomationData
from homeintel.suggestions.names import Names
from homeintel.suggestions.pattern_row import PatternRow

REMINDER_ROOM = 2.0
"""A reminder comes when the habit is late by so many spreads, or so many of its longest lags."""
LEAST_REMINDER_MINUTES = 15.0
LEAST_REMINDER_SECONDS = 120.0


def acting(pattern: PatternRow, identity: str, title: str, description: str) -> AutomationData:
    """Return the automation that does what the habit does.

    Args:
        pattern: a habit whose entity has an action for its state.
        identity: the suggestion's id.
        title: the automation's name.
        description: its evidence.
    """
    action = action_for(pattern.entity_id, pattern.state)
    assert action is not None
    return build.automation(
        identity,
        title,
        description,
        triggers=[trigger(pattern)],
        conditions=[*_occasion(pattern), build.not_yet(pattern.entity_id, pattern.state)],
        steps=[*build.wait_steps(pattern.lag_seconds), build.action_step(pattern.entity_id, action)],
    )


def reminding(pattern: PatternRow, identity: str, title: str, description: str, names: Names) -> AutomationData:
    """Return the automation that shows a notification when the habit is late, and does nothing else.

    Args:
        pattern: any habit.
        identity: the suggestion's id.
        title: the automation's name.
        description: its evidence.
        names: what people call their entities.
    """
    not_yet = build.not_yet(pattern.entity_id, pattern.state)
    message = f"{names.of(pattern.entity_id)} is usually {pattern.state} by now, and it is not."
    notify = build.notify_step(title, message, f"{build.ID_PREFIX}{identity}")
    if pattern.kind == "co_occurrence":
        wait = max(LEAST_REMINDER_SECONDS, REMINDER_ROOM * pattern.lag_p90_seconds)
        conditions, steps = _occasion(pattern), [{"delay": build.duration(wait)}, not_yet, notify]
    else:
        conditions, steps = [*_occasion(pattern), not_yet], [notify]
    return build.automation(
        identity,
        title,
        description,
        triggers=[trigger(pattern, late_minutes=late_minutes(pattern))],
        conditions=conditions,
        steps=steps,
    )


def late_minutes(pattern: PatternRow) -> float:
    """Return how long after its usual time a routine counts as late."""
    return max(LEAST_REMINDER_MINUTES, REMINDER_ROOM * pattern.spread_minutes)


def trigger(pattern: PatternRow, *, late_minutes: float = 0.0) -> dict[str, Any]:
    """Return what starts the automation; a routine's time moved back by `late_minutes`."""
    if pattern.kind == "co_occurrence":
        return build.state_trigger(pattern.trigger_entity_id, pattern.trigger_state)
    if pattern.kind == "sun":
        return build.sun_trigger(pattern.sun_event, pattern.offset_minutes + late_minutes)
    return build.time_trigger(pattern.minute_of_day + late_minutes)


def _occasion(pattern: PatternRow) -> list[dict[str, Any]]:
    """Return the conditions of the habit itself: its days, its hours, the light."""
    found = build.day_condition(pattern.days)
    if pattern.hours is not None:
        found.append(build.hours_condition(*pattern.hours))
    if pattern.light is not None:
        state = "below_horizon" if pattern.light == "dark" else "above_horizon"
        found.append({"condition": "state", "entity_id": "sun.sun", "state": state})
    return found
