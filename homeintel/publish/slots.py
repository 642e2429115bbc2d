"""Ten places in which Home Assistant shows suggestions, each with buttons to answer.

All ten travel in one message, so they change together. Its topic belongs to exactly these suggestions in this order, and
discovery points sensors and buttons of a slot at it: a connection cut at any point leaves a slot as it was, or not
available, but never makes a press mean another suggestion than the one a person reads.
"""

import json
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd

from homeintel.publish.entities import Component
from homeintel.publish.message import shorten
from homeintel.publish.topics import Topics

SLOTS = 10
"""How many suggestions Home Assistant shows."""

STATE_CHARACTERS = 255
"""The longest state Home Assistant takes."""

ATTRIBUTE_BYTES = 15 * 1024
"""A slot's attributes stay below this: the recorder drops attributes above 16 KiB."""

ANSWERS = {"accept": "Accept", "dismiss": "Dismiss", "snooze": "Snooze"}
"""What a button publishes, and its name."""

TOO_LONG = "Too long to show here; see the report."
_ICONS = {"accept": "mdi:check", "dismiss": "mdi:close", "snooze": "mdi:alarm-snooze"}


def shown_ids(suggestions: pd.DataFrame) -> list[str]:
    """Return the ids the slots show, in order; at most `SLOTS`."""
    return [str(one) for one in suggestions["suggestion_id"].head(SLOTS)]


def slot_values(suggestions: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Return what each slot shows, `"1"` to `"10"`, in the suggestions' order; an empty slot has an empty title.

    Args:
        suggestions: open suggestions by rank, columns as in the table.
    """
    values: dict[str, dict[str, Any]] = {str(number): {"title": ""} for number in range(1, SLOTS + 1)}
    for number, row in enumerate(suggestions.head(SLOTS).to_dict("records"), start=1):
        values[str(number)] = _filled(row)
    return values


def slot_components(topics: Topics, suggestion_ids: Sequence[str]) -> list[Component]:
    """Return the sensors and buttons of all slots; those of an empty slot are there and not available.

    Args:
        topics: the home's topics.
        suggestion_ids: from `shown_ids`.
    """
    components = []
    for number in range(1, SLOTS + 1):
        suggestion_id = suggestion_ids[number - 1] if number <= len(suggestion_ids) else ""
        availability = _availability(topics.slots(suggestion_ids), number)
        components.append(_sensor(topics.slots(suggestion_ids), number, availability))
        for answer in ANSWERS:
            topic = topics.answer(suggestion_id or "none")
            components.append(_button(topic, number, answer, availability))
    return components


def _availability(topic: str, number: int) -> dict[str, Any]:
    # Mode `all`: a topic that has said nothing yet counts as offline; in the mode `latest` the old topic's word holds on.
    said = f"value_json is defined and value_json['{number}'].title"
    listed = [{"topic": topic, "value_template": f"{{{{ 'online' if {said} else 'offline' }}}}"}]
    return {"availability_mode": "all", "availability": listed}


def _sensor(topic: str, number: int, availability: Mapping[str, Any]) -> Component:
    # A cleared topic sends an empty message, in which `value_json` is not defined.
    slot = f"value_json['{number}']"
    config = {
        "name": f"Suggestion {number}",
        "icon": "mdi:lightbulb-on-outline",
        "state_topic": topic,
        "value_template": f"{{{{ {slot}.title if value_json is defined else '' }}}}",
        "json_attributes_topic": topic,
        "json_attributes_template": f"{{{{ {slot} | tojson if value_json is defined else '{{}}' }}}}",
        **availability,
    }
    return Component(f"suggestion_{number}", "sensor", config)


def _button(topic: str, number: int, answer: str, availability: Mapping[str, Any]) -> Component:
    config = {
        "name": f"Suggestion {number} {ANSWERS[answer].lower()}",
        "icon": _ICONS[answer],
        "command_topic": topic,
        "payload_press": answer,
        "qos": 1,
        "retain": True,
        **availability,
    }
    return Component(f"suggestion_{number}_{answer}", "button", config)


def _filled(row: Mapping[Hashable, Any]) -> dict[str, Any]:
    values = {
        "title": shorten(str(row["title"]), STATE_CHARACTERS),
        "suggestion_id": row["suggestion_id"],
        "rank": int(row["rank"]),
        "kind": row["kind"],
        "status": row["status"],
        "confidence": round(float(row["confidence"]), 3),
        "description": str(row["description"]),
        "entities": list(row["entity_ids"]),
        "automation_yaml": None if pd.isna(row["automation_yaml"]) else str(row["automation_yaml"]),
    }
    return _within_limit(values)


def _within_limit(values: dict[str, Any]) -> dict[str, Any]:
    """Leave out what makes a slot too long: a cut automation would be a broken one, so it goes whole."""
    shorter: list[dict[str, Any]] = [
        {"automation_yaml": TOO_LONG if values["automation_yaml"] else None},
        {"description": shorten(values["description"], 1_000)},
        {"entities": []},
    ]
    for fewer in shorter:
        if _size(values) > ATTRIBUTE_BYTES:
            values = {**values, **fewer}
    return values


def _size(values: dict[str, Any]) -> int:
    return len(json.dumps(values, ensure_ascii=True))
