"""Device models and the house they stand in, as data.

`models.json` holds real models in Zigbee2MQTT's definition format
(https://www.zigbee2mqtt.io/guide/usage/exposes.html); `entity_facts.json` what Zigbee2MQTT's Home Assistant extension
adds to an entity by the name of its property; `house.json` the rooms and the names people give.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["entity_facts", "house_plan", "models"]


def _read(name: str) -> Any:  # noqa: ANN401 - JSON
    return json.loads(files("homeintel.simulate").joinpath(name).read_text(encoding="utf-8"))


@cache
def models() -> dict[str, dict[str, Any]]:
    """Return model id -> vendor, description, exposes, options, endpoints and radio facts."""
    found: dict[str, dict[str, Any]] = _read("models.json")
    return found


@cache
def entity_facts() -> dict[str, dict[str, dict[str, Any]]]:
    """Return Home Assistant component -> property name -> device class, icon, state class, category, enabled."""
    found: dict[str, dict[str, dict[str, Any]]] = _read("entity_facts.json")
    return found


@cache
def house_plan() -> tuple[dict[str, str], ...]:
    """Return the devices of the house in the order in which people would buy them: room, name, model."""
    return tuple(_read("house.json"))
