"""Patterns become automations: trigger, conditions, actions, mode."""

from collections.abc import Sequence
from typing import Any

from homeintel.suggestions.automation.actions import NOTIFY, EntityAction
from homeintel.suggestions.automation.schema import AutomationData

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NAMED_DAYS = {"all": WEEKDAYS, "weekday": WEEKDAYS[:5], "weekend": WEEKDAYS[5:]}

DELAY_FROM_SECONDS = 60.0
"""A habit that follows its trigger later than this keeps its delay: a fan after a shower is not meant at once."""

ID_PREFIX = "homeintel_"
"""Begins the ids of automations and notifications that come from a suggestion."""

MOST_ALIAS = 200
"""Letters of an automation's name."""

AWAY_STATES = ["unavailable", "unknown"]


def days_of(days: str) -> tuple[str, ...]:
    """Return the weekdays of a pattern's `days` (`all`, `weekday`, `weekend`, or `mon,wed`), in week order."""
    return _NAMED_DAYS.get(days) or tuple(day for day in WEEKDAYS if day in days.split(","))


def clock(minute_of_day: float) -> str:
    """Return a local minute of the day as `HH:MM:SS`, rounded to the minute."""
    minute = round(minute_of_day) % 1440
    return f"{minute // 60:02d}:{minute % 60:02d}:00"


def duration(seconds: float) -> str:
    """Return a length below a day as `HH:MM:SS`, rounded to the second."""
    whole = round(seconds)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def time_trigger(minute_of_day: float) -> dict[str, Any]:
    """Return a trigger at a local time of day."""
    return {"trigger": "time", "at": clock(minute_of_day)}


def sun_trigger(event: str, offset_minutes: float) -> dict[str, Any]:
    """Return a trigger at sunrise or sunset; a positive offset is after it. Offsets are rounded to the minute."""
    offset = round(offset_minutes)
    trigger = {"trigger": "sun", "event": event}
    return trigger | ({"offset": ("-" if offset < 0 else "") + duration(abs(offset) * 60)} if offset else {})


def state_trigger(entity_id: str, state: str) -> dict[str, Any]:
    """Return a trigger when an entity changes to a state; a return from unavailable does not count."""
    return {"trigger": "state", "entity_id": entity_id, "to": state, "not_from": list(AWAY_STATES)}


def day_condition(days: str) -> list[dict[str, Any]]:
    """Return the condition for a pattern's days; none where it is every day."""
    chosen = days_of(days)
    return [{"condition": "time", "weekday": list(chosen)}] if 0 < len(chosen) < len(WEEKDAYS) else []


def hours_condition(first_minute: int, last_minute: int) -> dict[str, Any]:
    """Return the condition for local minutes of the day, the last exclusive; midnight may lie between them."""
    return {"condition": "time", "after": clock(first_minute), "before": clock(last_minute)}


def not_yet(entity_id: str, state: str) -> dict[str, Any]:
    """Return the condition that there is something to do: the entity is there and not in that state already."""
    held = {"condition": "state", "entity_id": entity_id, "state": [state, *AWAY_STATES]}
    return {"condition": "not", "conditions": [held]}


def action_step(entity_id: str, action: EntityAction) -> dict[str, Any]:
    """Return the step that runs an entity's action."""
    step: dict[str, Any] = {"action": action.name, "target": {"entity_id": entity_id}}
    return step | ({"data": dict(action.data)} if action.data else {})


def notify_step(title: str, message: str, notification_id: str) -> dict[str, Any]:
    """Return the step that shows a notification in Home Assistant; repeated, it replaces itself.

    Home Assistant renders both texts as templates, so braces from the house's names are taken out.
    """
    data = {"title": _no_template(title), "message": _no_template(message), "notification_id": notification_id}
    return {"action": NOTIFY, "data": data}


def wait_steps(lag_seconds: float | None) -> list[dict[str, Any]]:
    """Return the delay a habit keeps after its trigger, rounded to 5 seconds; none for short ones."""
    if lag_seconds is None or lag_seconds < DELAY_FROM_SECONDS:
        return []
    return [{"delay": duration(5 * round(lag_seconds / 5))}]


def automation(  # noqa: D417 - triggers, conditions and steps are what they say
    suggestion_id: str,
    alias: str,
    description: str,
    *,
    triggers: Sequence[dict[str, Any]],
    conditions: Sequence[dict[str, Any]],
    steps: Sequence[dict[str, Any]],
) -> AutomationData:
    """Return the automation of a suggestion; its id is the suggestion's, so it is the same every night.

    With a delay the mode is `restart`: a trigger repeated meanwhile starts the wait anew. Else it is `single`.

    Args:
        suggestion_id: lower-case letters, digits, `_`.
        alias: its name in Home Assistant.
        description: names the evidence.
    """
    return {
        "id": f"{ID_PREFIX}{suggestion_id}",
        "alias": alias[:MOST_ALIAS],
        "description": description[:1000],
        "triggers": list(triggers),
        "conditions": list(conditions),
        "actions": list(steps),
        "mode": "restart" if any("delay" in step for step in steps) else "single",
    }


def _no_template(text: str) -> str:
    return text.replace("{", "(").replace("}", ")")
