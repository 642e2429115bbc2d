"""Blueprints: one automation with inputs, where several suggestions share a shape.

Source: https://www.home-assistant.io/docs/blueprint/schema/ and `components/blueprint` of Home Assistant.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from homeintel.suggestions.automation.build import WEEKDAYS
from homeintel.suggestions.automation.schema import AutomationData
from homeintel.suggestions.automation.text import YamlDumper, dump_yaml

MIN_VERSION = "2024.10.0"
"""The first Home Assistant that reads `triggers`, `conditions` and `actions`."""

LEAST_USES = 2
"""Suggestions of one shape from which a blueprint is worth having."""


@dataclass(frozen=True)
class Input:
    """`!input <name>` in a blueprint."""

    name: str


YamlDumper.add_representer(Input, lambda dumper, value: dumper.represent_scalar("!input", value.name))


@dataclass(frozen=True)
class Blueprint:
    """A blueprint, and the suggestions it covers.

    Args:
        name: its file's name without `.yaml`.
        content: as data, with `Input` where a value is chosen.
        uses: id of a suggestion's automation -> its inputs.
    """

    name: str
    content: Mapping[str, Any]
    uses: Mapping[str, Mapping[str, Any]]

    @property
    def text(self) -> str:
        """The blueprint's YAML, with the inputs of each suggestion as comments."""
        lines = ["# Inputs of the suggestions that share this blueprint:"]
        for automation, inputs in self.uses.items():
            listed = yaml.safe_dump(dict(inputs), default_flow_style=True, width=10_000, allow_unicode=True).strip()
            lines.append(f"# {automation}: {listed}")
        return "\n".join(lines) + "\n" + dump_yaml(self.content)


def blueprints(automations: Sequence[AutomationData]) -> list[Blueprint]:
    """Return a blueprint for each shape that several automations share.

    Two have one shape if they are the same but for the entities, their time (or offset from the sun) and their weekdays.
    Those are the inputs. Reminders have texts of their own, and no blueprint.

    Args:
        automations: as suggestions hold them.
    """
    groups: dict[str, list[tuple[str, _Shape]]] = {}
    for automation in automations:
        shape = _shape(automation)
        if shape is not None:
            groups.setdefault(dump_yaml(shape.content), []).append((automation["id"], shape))
    shared = [group for group in groups.values() if len(group) >= LEAST_USES]
    numbers: Counter[str] = Counter()
    found = []
    for group in shared:
        shape = group[0][1]
        numbers[shape.title] += 1
        found.append(_blueprint(shape, numbers[shape.title], {identity: one.inputs for identity, one in group}))
    return found


def _blueprint(shape: "_Shape", number: int, uses: Mapping[str, Mapping[str, Any]]) -> Blueprint:
    head, body = shape.content["blueprint"], {k: v for k, v in shape.content.items() if k != "blueprint"}
    again = f" ({number})" if number > 1 else ""
    name = _word(shape.title) + (f"_{number}" if number > 1 else "")
    return Blueprint(name, {"blueprint": {"name": shape.title + again, **head}, **body}, uses)


@dataclass(frozen=True)
class _Shape:
    """An automation with `Input` in place of what is its own.

    Args:
        title: the blueprint's name.
        content: the blueprint without its name.
        inputs: the automation's own values by input.
    """

    title: str
    content: Mapping[str, Any]
    inputs: Mapping[str, Any]


def _shape(automation: AutomationData) -> _Shape | None:
    step = automation["actions"][-1]
    if len(automation["triggers"]) != 1 or "target" not in step:
        return None
    target = step["target"]["entity_id"]
    domain, verb = step["action"].split(".")
    start, trigger, declared, own = _start(automation["triggers"][0])
    conditions = []
    for condition in automation["conditions"]:
        days = condition.get("weekday")
        if days:
            declared, own = {**declared, "weekdays": _WEEKDAYS_INPUT}, {**own, "weekdays": days}
        conditions.append(_with_target({**condition, "weekday": Input("weekdays")} if days else condition, target))
    declared |= {"target_entity": _entity_input("What to act on", domain)}
    content = {
        "blueprint": {
            "description": "homeintel: several of your habits have this shape.",
            "domain": "automation",
            "homeassistant": {"min_version": MIN_VERSION},
            "input": declared,
        },
        "triggers": [trigger],
        "conditions": conditions,
        "actions": [_with_target(one, target) for one in automation["actions"]],
        "mode": automation["mode"],
    }
    title = f"{domain.capitalize().replace('_', ' ')}: {verb.replace('_', ' ')} {start}"
    return _Shape(title, content, {**own, "target_entity": target})


def _start(trigger: Mapping[str, Any]) -> tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Return when it starts in words, the trigger with inputs, the inputs declared, and their values."""
    if trigger["trigger"] == "time":
        return "at a time of day", {**trigger, "at": Input("at")}, {"at": _TIME_INPUT}, {"at": trigger["at"]}
    if trigger["trigger"] == "sun":
        own = {"offset": trigger.get("offset", "00:00:00")}
        return f"by the {trigger['event']}", {**trigger, "offset": Input("offset")}, {"offset": _OFFSET_INPUT}, own
    entity = str(trigger["entity_id"])
    domain = entity.partition(".")[0]
    declared = {"trigger_entity": _entity_input("What starts it", domain)}
    words = f"when a {domain.replace('_', ' ')} changes to {trigger['to']}"
    return words, {**trigger, "entity_id": Input("trigger_entity")}, declared, {"trigger_entity": entity}


def _with_target(part: Any, target: str) -> Any:  # noqa: ANN401 - any part of an automation
    """Return a part with the entity that is acted on as an input."""
    if isinstance(part, dict):
        return {
            key: Input("target_entity") if key == "entity_id" and value == target else _with_target(value, target)
            for key, value in part.items()
        }
    return [_with_target(one, target) for one in part] if isinstance(part, list) else part


def _entity_input(name: str, domain: str) -> dict[str, Any]:
    return {"name": name, "selector": {"entity": {"filter": [{"domain": domain}]}}}


_TIME_INPUT = {"name": "When", "selector": {"time": {}}}
_OFFSET_INPUT = {
    "name": "How long after it",
    "description": "Hours, minutes and seconds; with a minus, before it.",
    "default": "00:00:00",
    "selector": {"text": {}},
}
_WEEKDAYS_INPUT = {"name": "On which days", "selector": {"select": {"multiple": True, "options": list(WEEKDAYS)}}}


def _word(text: str) -> str:
    return "_".join(re.findall(r"[a-z0-9]+", text.lower()))
