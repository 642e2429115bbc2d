"""Ten places in which Home Assistant shows suggestions, each with buttons to answer.

All ten travel in one message, so they change together. A button carries the id of the suggestion it answers and is
available only while its slot shows that suggestion: a connection cut between the two messages can never make a
press mean another suggestion than the one a person reads.
"""

import json
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd

from homeintel.publish.entities import Component
from homeintel.publish.message import shorten
from homeintel.publish.topics import Topics, topic_key

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


def slot_values(suggestions: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Return what each slot shows, `"1"` to `"10"`, in the suggestions' order; an empty slot has an empty `key`.

    Args:
        suggestions: open suggestions by rank, columns as in the table.
    """
    values = {str(number): _empty() for number in range(1, SLOTS + 1)}
    for number, row in enumerate(suggestions.head(SLOTS).to_dict("records"), start=1):
        values[str(number)] = _filled(row)
    return values


def slot_components(topics: Topics, suggestion_ids: Sequence[str]) -> list[Component]:
    """Return the sensors and buttons of all slots; the buttons of an empty slot are there and not available."""
    components = []
    for number in range(1, SLOTS + 1):
        suggestion_id = suggestion_ids[number - 1] if number <= len(suggestion_ids) else ""
        components.append(_sensor(topics, number))
        components.extend(_button(topics, number, suggestion_id, answer) for answer in ANSWERS)
    return components


def _sensor(topics: Topics, number: int) -> Component:
    slot = f"value_json['{number}']"
    config = {
        "name": f"Suggestion {number}",
        "icon": "mdi:lightbulb-on-outline",
        "state_topic": topics.slots,
        "value_template": f"{{{{ {slot}.state }}}}",
        "json_attributes_topic": topics.slots,
        "json_attributes_template": f"{{{{ {slot} | tojson }}}}",
        "availability_topic": topics.slots,
        "availability_template": f"{{{{ 'online' if {slot}.key else 'offline' }}}}",
    }
    return Component(f"suggestion_{number}", "sensor", config)


def _button(topics: Topics, number: int, suggestion_id: str, answer: str) -> Component:
    # The key is percent-encoded: nothing from outside can end the template's string.
    key = topic_key(suggestion_id) if suggestion_id else "none"
    config = {
        "name": f"Suggestion {number} {ANSWERS[answer].lower()}",
        "icon": _ICONS[answer],
        "command_topic": topics.answer(suggestion_id) if suggestion_id else f"{topics.root}/answer/none",
        "payload_press": answer,
        "qos": 1,
        "retain": True,
        "availability_topic": topics.slots,
        "availability_template": f"{{{{ 'online' if value_json['{number}'].key == '{key}' else 'offline' }}}}",
    }
    return Component(f"suggestion_{number}_{answer}", "button", config)


def _empty() -> dict[str, Any]:
    return {"key": "", "state": ""}


def _filled(row: Mapping[Hashable, Any]) -> dict[str, Any]:
    values = {
        "key": topic_key(str(row["suggestion_id"])),
        "state": shorten(str(row["title"]), STATE_CHARACTERS),
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
    if _size(values) > ATTRIBUTE_BYTES and values["automation_yaml"]:
        values = {**values, "automation_yaml": TOO_LONG}
    if _size(values) > ATTRIBUTE_BYTES:
        values = {**values, "entities": values["entities"][:20], "description": shorten(values["description"], 2000)}
    return values


def _size(values: dict[str, Any]) -> int:
    return len(json.dumps(values, ensure_ascii=True))
