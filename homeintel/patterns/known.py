"""The home's own automations: which entity they act on, and what starts them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from homeintel.errors import SettingsError


class _Loader(yaml.SafeLoader):
    """Home Assistant's files hold tags of its own (`!secret`, `!input`): they become nothing."""


_Loader.add_multi_constructor("!", lambda _loader, _suffix, _node: None)


def known_automations(path: Path) -> frozenset[tuple[str, str]]:
    """Return (trigger entity, entity acted on) of every automation in a file; the trigger is empty for time and sun.

    Reads the spelling of 2024.10 and later (`triggers`, `actions`) and the older one.

    Raises:
        SettingsError: the file can't be read, or is no list of automations.

    Source: https://www.home-assistant.io/docs/automation/yaml/
    """
    try:
        loaded = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a SafeLoader
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise _unusable(path, str(error).splitlines()[0]) from error
    if not isinstance(loaded, list):
        raise _unusable(path, "it holds no list of automations")
    pairs: set[tuple[str, str]] = set()
    for automation in loaded:
        if isinstance(automation, dict):
            triggers = _listed(automation.get("triggers", automation.get("trigger")))
            acted_on = set(_entities(automation.get("actions", automation.get("action"))))
            pairs |= {(start, entity) for start in _starts(triggers) for entity in acted_on}
    return frozenset(pairs)


def _unusable(path: Path, why: str) -> SettingsError:
    return SettingsError(
        f"The automations file {path} can't be used: {why}.",
        next_step="Mend suggestions.automations_file, or take it out of the params file.",
    )


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _starts(triggers: list[Any]) -> Iterator[str]:
    for trigger in triggers:
        kind = trigger.get("trigger", trigger.get("platform")) if isinstance(trigger, dict) else None
        if kind in {"time", "time_pattern", "sun"}:
            yield ""
        else:
            yield from _entities(trigger)


def _entities(value: object) -> Iterator[str]:
    """Yield every entity id under any `entity_id` key."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "entity_id":
                texts = (text.strip() for item in _listed(inner) if isinstance(item, str) for text in item.split(","))
                yield from (text for text in texts if "." in text)
            else:
                yield from _entities(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _entities(inner)
