"""How Zigbee2MQTT and Home Assistant turn a friendly name into entity ids and entity names."""

import re
import unicodedata
from typing import Any

__all__ = ["default_entity_id", "entity_id", "entity_name", "slug"]

CLASS_NAMES = {"moisture": "Moisture", "pm25": "PM2.5", "atmospheric_pressure": "Atmospheric pressure"}
SPECIFIC = frozenset({"light", "switch", "cover", "lock", "climate", "fan", "siren", "update"})


def slug(text: str) -> str:
    """Return `text` as Home Assistant's slugify writes it: ASCII, lower case, words joined by one underscore."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")


def default_entity_id(component: str, friendly_name: str, object_id: str) -> str:
    """Return Zigbee2MQTT's `default_entity_id`: not yet a valid id, `/` and umlauts are still in it."""
    name = friendly_name.lower().replace(" ", "_")
    if object_id == component:
        return f"{component}.{name}"
    return f"{component}.{name}_{object_id.removeprefix('switch_')}"


def entity_id(component: str, friendly_name: str, object_id: str) -> str:
    """Return the entity id Home Assistant makes of Zigbee2MQTT's default."""
    default = default_entity_id(component, friendly_name, object_id)
    return f"{component}.{slug(default.partition('.')[2])}"


def entity_name(friendly_name: str, payload: dict[str, Any]) -> str:
    """Return the name Home Assistant shows: the device's name and the entity's own, if it has one."""
    if payload.get("name", "") is None:
        return friendly_name
    device_class = str(payload.get("device_class", ""))
    own = payload.get("name") or CLASS_NAMES.get(device_class, device_class.replace("_", " ").capitalize())
    return f"{friendly_name} {own}" if own else friendly_name
