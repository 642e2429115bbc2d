"""Home Assistant discovery as Zigbee2MQTT leaves it on the broker: which entity shows which property of which device.

Source: https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery and Zigbee2MQTT's `lib/extension/homeassistant.ts`:
one retained topic an entity, `<prefix>/<component>/<node>/<object id>/config`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from homeintel.bridge.carried import carried
from homeintel.bridge.groups import group_address
from homeintel.bridge.naming import propose
from homeintel.bridge.payload import load_json, text
from homeintel.bridge.problems import Problem
from homeintel.bridge.retained import Retained
from homeintel.errors import PayloadError

_DEVICE = re.compile(r"^zigbee2mqtt_(?:bridge_)?(0x[0-9a-f]+)$", re.IGNORECASE)
_GROUP = re.compile(r"^zigbee2mqtt_(?:\d+_)?(\d+)$")


Source = Literal["discovery", "registry", "guessed"]


@dataclass(frozen=True, slots=True)
class Announced:
    """One entity that Zigbee2MQTT announces.

    Args:
        entity_id: what Home Assistant makes of the payload; the registry may know another.
        source: where the id is from; guessed where it follows from names only.
        address: the device's or group's.
        component: Home Assistant's domain.
        object_id: the topic's last part, such as `light_l1`.
        unique_id: what the registry knows it by.
        enabled: False where Home Assistant is told to leave it off.
        name: what the entity, or else its device, is called.
        properties: property -> attribute that carries it, None for the state itself.
    """

    entity_id: str
    source: Source
    address: str
    component: str
    object_id: str
    unique_id: str | None
    enabled: bool
    name: str | None
    properties: Mapping[str, str | None]


def read_discovery(
    retained: Retained, prefix: str, base_topics: Iterable[str]
) -> tuple[list[Announced], list[Problem]]:
    """Return what Zigbee2MQTT announces under `prefix`, in topic order, and what could not be read.

    Announcements of other programs are passed over.
    """
    found: list[Announced] = []
    problems: list[Problem] = []
    bases = sorted(base_topics, key=len, reverse=True)
    topics = sorted(topic for topic in retained.topics if topic.startswith(f"{prefix}/") and topic.endswith("/config"))
    for topic in topics:
        try:
            payload = load_json(topic, retained.topics[topic])
        except PayloadError as error:
            problems.append(Problem(topic, "", error.happened))
            continue
        entity = _announced(topic.removeprefix(f"{prefix}/").split("/"), payload, bases)
        if entity is not None:
            found.append(entity)
    return found, problems


def _announced(parts: list[str], payload: object, bases: list[str]) -> Announced | None:
    if not isinstance(payload, dict) or len(parts) not in {3, 4} or parts[0] == "device_automation":
        return None
    address = _address(payload, bases)
    if address is None:
        return None
    component, object_id = parts[0], parts[-2]
    proposed = propose(component, payload)
    return Announced(
        entity_id=proposed.entity_id,
        source="discovery" if proposed.certain else "guessed",
        address=address,
        component=component,
        object_id=object_id,
        unique_id=text(payload.get("unique_id")),
        enabled=payload.get("enabled_by_default") is not False,
        name=text(payload.get("name")) or text(_device(payload).get("name")),
        properties=carried(component, object_id, payload),
    )


def _address(payload: dict[str, Any], bases: list[str]) -> str | None:
    identifiers = _device(payload).get("identifiers")
    for identifier in identifiers if isinstance(identifiers, list) else [identifiers]:
        if not isinstance(identifier, str):
            continue
        device, group = _DEVICE.match(identifier), _GROUP.match(identifier)
        if device:
            return device[1].lower()
        if group:
            return group_address(_base(payload, bases), group[1])
    return None


def _base(payload: dict[str, Any], bases: list[str]) -> str:
    """Return the bridge that announces: its base topic ends the unique id; the longest that fits counts."""
    unique_id = text(payload.get("unique_id")) or ""
    return next((base for base in bases if unique_id.endswith(f"_{base}")), bases[-1])


def _device(payload: dict[str, Any]) -> dict[str, Any]:
    device = payload.get("device")
    return device if isinstance(device, dict) else {}
