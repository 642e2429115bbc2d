"""Blueprints: one automation with inputs, where several suggestions share a shape.

Source: https://www.home-assistant.io/docs/blueprint/schema/ and `components/blueprint` of Home Assistant.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from homeintel.suggestions.automation.build import AWAY_STATES
from homeintel.suggestions.automation.schema import AutomationData
from homeintel.suggestions.automation.text import YamlDumper, dump_yaml

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


@dataclass(frozen=True)
class _Shape:
    """What two automations have in common: how they start, in which domain, and what they do."""

    trigger: str
    trigger_domain: str
    action: str
    state: str
    others: str


def blueprints(automations: Sequence[AutomationData]) -> list[Blueprint]:
    """Return a blueprint for each shape that several automations share.

    Covered are couplings (a state starts an action) and routines by the clock without further conditions or data.

    Args:
        automations: as suggestions hold them.
    """
    groups: dict[_Shape, list[AutomationData]] = {}
    for automation in automations:
        shape = _shape(automation)
        if shape is not None:
            groups.setdefault(shape, []).append(automation)
    return [_blueprint(shape, group) for shape, group in groups.items() if len(group) >= LEAST_USES]


def _shape(automation: AutomationData) -> _Shape | None:
    triggers, conditions, steps = automation["triggers"], automation["conditions"], automation["actions"]
    plain = len(triggers) == len(conditions) == len(steps) == 1 and conditions[0]["condition"] == "not"
    if not plain or "target" not in steps[0] or "data" in steps[0]:
        return None
    trigger, held = triggers[0], conditions[0]["conditions"][0]
    if trigger["trigger"] not in ("state", "time") or "for" in trigger:
        return None
    domain = str(trigger.get("entity_id", "")).partition(".")[0]
    return _Shape(trigger["trigger"], domain, steps[0]["action"], held["state"][0], str(trigger.get("to", "")))


def _blueprint(shape: _Shape, group: Sequence[AutomationData]) -> Blueprint:
    target_domain, verb = shape.action.split(".")
    words = verb.replace("_", " ")
    held = {"condition": "state", "entity_id": Input("target_entity"), "state": [shape.state, *AWAY_STATES]}
    inputs: dict[str, Any] = {"target_entity": _entity_input("What to act on", target_domain)}
    if shape.trigger == "state":
        title = f"{target_domain}: {words} when a {shape.trigger_domain.replace('_', ' ')} changes to {shape.others}"
        name = f"{shape.trigger_domain}_{_word(shape.others)}_{target_domain}_{verb}"
        inputs = {"trigger_entity": _entity_input("What starts it", shape.trigger_domain), **inputs}
        trigger: dict[str, Any] = {
            "trigger": "state", "entity_id": Input("trigger_entity"), "to": shape.others, "not_from": list(AWAY_STATES),
        }  # fmt: skip
    else:
        title, name = f"{target_domain}: {words} at a time of day", f"time_{target_domain}_{verb}"
        inputs = {"at": {"name": "When", "selector": {"time": {}}}, **inputs}
        trigger = {"trigger": "time", "at": Input("at")}
    content = {
        "blueprint": {
            "name": title,
            "description": "homeintel: several of your habits have this shape.",
            "domain": "automation",
            "input": inputs,
        },
        "triggers": [trigger],
        "conditions": [{"condition": "not", "conditions": [held]}],
        "actions": [{"action": shape.action, "target": {"entity_id": Input("target_entity")}}],
        "mode": "single",
    }
    return Blueprint(name, content, {one["id"]: _inputs(one) for one in group})


def _entity_input(name: str, domain: str) -> dict[str, Any]:
    return {"name": name, "selector": {"entity": {"filter": [{"domain": domain}]}}}


def _inputs(automation: AutomationData) -> dict[str, str]:
    trigger = automation["triggers"][0]
    start = {"trigger_entity": trigger["entity_id"]} if trigger["trigger"] == "state" else {"at": trigger["at"]}
    return {**start, "target_entity": automation["actions"][0]["target"]["entity_id"]}


def _word(text: str) -> str:
    return "".join(letter if letter.isalnum() and letter.isascii() else "_" for letter in text.lower())
