"""The home's own `automations.yaml`: what stands there is never suggested, and what was accepted is looked for there."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from homeintel.suggestions.automation.build import ID_PREFIX
from homeintel.suggestions.pattern_row import PatternRow

NEAR_MINUTES = 45.0
"""An automation that acts on the same entity within this of a routine's time is that routine's."""


@dataclass(frozen=True)
class OwnAutomations:
    """What the home's automations do, as far as suggestions need to know.

    Args:
        installed: ids of suggestions whose automation was pasted there.
        couplings: (trigger entity, acted-on entity).
        timed: (acted-on entity, minute of the local day).
        by_sun: (acted-on entity, `sunrise` or `sunset`).
        problem: why the file could not be read; empty where it was, or none is given.
    """

    installed: frozenset[str] = frozenset()
    couplings: frozenset[tuple[str, str]] = frozenset()
    timed: frozenset[tuple[str, float]] = frozenset()
    by_sun: frozenset[tuple[str, str]] = frozenset()
    problem: str = ""

    def carry_out(self, pattern: PatternRow) -> bool:
        """Return whether an automation of the home does what the pattern says."""
        if pattern.kind == "co_occurrence":
            return (pattern.trigger_entity_id, pattern.entity_id) in self.couplings
        if pattern.kind == "sun":
            return (pattern.entity_id, pattern.sun_event) in self.by_sun
        return any(
            entity == pattern.entity_id and abs((minute - pattern.minute_of_day + 720) % 1440 - 720) <= NEAR_MINUTES
            for entity, minute in self.timed
        )


class _Loader(yaml.SafeLoader):
    """Home Assistant's YAML: its tags (`!secret`, `!include`) are not followed."""


_Loader.add_multi_constructor("!", lambda _loader, suffix, _node: f"!{suffix}")


def read_automations(path: Path | None) -> OwnAutomations:
    """Return what the file's automations do; a file that can't be read is named in `problem`.

    Source: https://www.home-assistant.io/docs/automation/yaml/; keys of before and after 2024.10.

    Args:
        path: `automations.yaml`; None where the home gives none.
    """
    if path is None:
        return OwnAutomations()
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - derived from SafeLoader
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        return OwnAutomations(problem=f"suggestions.automations_file can't be read ({type(error).__name__}).")
    found = [one for one in _list(content) if isinstance(one, dict)]
    links = [(trigger, entity) for one in found for trigger in _triggers(one) for entity in set(_targets(one))]
    return OwnAutomations(
        installed=frozenset(str(one.get("id", "")).removeprefix(ID_PREFIX) for one in found if _ours(one)),
        couplings=frozenset((name, e) for t, e in links if _kind(t) == "state" for name in _list(t.get("entity_id"))),
        timed=frozenset((e, m) for t, e in links if _kind(t) == "time" for m in _minutes(t.get("at"))),
        by_sun=frozenset((e, str(t.get("event"))) for t, e in links if _kind(t) == "sun"),
    )


def _ours(automation: dict[str, Any]) -> bool:
    return str(automation.get("id", "")).startswith(ID_PREFIX)


def _triggers(automation: dict[str, Any]) -> list[dict[str, Any]]:
    listed = _list(automation.get("triggers", automation.get("trigger")))
    return [trigger for trigger in listed if isinstance(trigger, dict)]


def _kind(trigger: dict[str, Any]) -> str:
    return str(trigger.get("trigger", trigger.get("platform", "")))


def _targets(part: object) -> Iterator[str]:
    """Yield the entities that any step acts on, however deep it stands."""
    if isinstance(part, list):
        for one in part:
            yield from _targets(one)
    if not isinstance(part, dict):
        return
    for key, value in part.items():
        if key in ("actions", "action", "sequence", "then", "else", "default", "choose", "parallel", "repeat"):
            yield from _targets(value)
    if "service" in part or isinstance(part.get("action"), str):
        for holder in (part, part.get("target"), part.get("data")):
            if isinstance(holder, dict):
                yield from (str(name) for name in _list(holder.get("entity_id")))


def _minutes(at: object) -> Iterator[float]:
    for moment in _list(at):
        if isinstance(moment, int):  # an unquoted 7:30:00 is read as seconds by YAML 1.1
            yield moment / 60
        parts = str(moment).split(":")
        if len(parts) in (2, 3) and all(part.isdigit() for part in parts):
            yield int(parts[0]) * 60 + int(parts[1])


def _list(value: Any) -> list[Any]:  # noqa: ANN401 - any YAML
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
