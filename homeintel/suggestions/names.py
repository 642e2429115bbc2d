"""What people call their entities."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the night's report names entities too, and does without
    import pandas as pd


@dataclass(frozen=True)
class Names:
    """Friendly names and devices by entity id. Names come from the house: they are text, never markup or templates.

    Args:
        friendly: entity id to the name people see.
        device: entity id to its device's `ieee_address`.
        prop: entity id to its Zigbee2MQTT property.
        of_device: `ieee_address` to the device's friendly name.
        base: `ieee_address` to the base topic of its Zigbee2MQTT.
    """

    friendly: Mapping[str, str] = field(default_factory=dict)
    device: Mapping[str, str] = field(default_factory=dict)
    prop: Mapping[str, str] = field(default_factory=dict)
    of_device: Mapping[str, str] = field(default_factory=dict)
    base: Mapping[str, str] = field(default_factory=dict)

    def of(self, entity_id: str) -> str:
        """Return the friendly name, else the entity id made readable."""
        return self.friendly.get(entity_id) or readable(entity_id)

    def in_words(self, text: str) -> str:
        """Return a text with the friendly names of entities in place of their ids; ids nobody named stay."""
        return _ENTITY_ID.sub(lambda match: self.friendly.get(match.group(), match.group()), text)

    def devices(self, *entity_ids: str) -> tuple[str, ...]:
        """Return the devices of entities, each once, unknown ones left out."""
        return tuple(dict.fromkeys(self.device[entity] for entity in entity_ids if entity in self.device))


_ENTITY_ID = re.compile(r"\b[a-z_]+\.[a-z0-9_]+\b")


def readable(entity_id: str) -> str:
    """Return `light.kitchen_table` as `Kitchen table`."""
    words = entity_id.partition(".")[2].replace("_", " ").strip() or entity_id
    return words[:1].upper() + words[1:]


def load_names(entities: "pd.DataFrame", devices: "pd.DataFrame") -> Names:
    """Return the names that `entities` and `devices` hold.

    Args:
        entities: columns entity_id, ieee_address, property, attribute, name (may be missing).
        devices: columns ieee_address, friendly_name, base_topic.
    """
    of_device = {
        address: " ".join(name.split())
        for address, name in zip(devices["ieee_address"], devices["friendly_name"], strict=True)
    }
    friendly: dict[str, str] = {}
    for entity, address, name in entities[["entity_id", "ieee_address", "name"]].itertuples(index=False):
        known = full_name(name if isinstance(name, str) else "", of_device.get(address, ""))
        if known:
            friendly.setdefault(entity, known)
    property_rows = entities[entities["property"].notna()]
    return Names(
        friendly=friendly,
        device=dict(zip(entities["entity_id"], entities["ieee_address"], strict=True)),
        prop=dict(zip(property_rows["entity_id"], property_rows["property"], strict=True)),
        of_device=of_device,
        base=dict(zip(devices["ieee_address"], devices["base_topic"], strict=True)),
    )


def full_name(name: str, device: str) -> str:
    """Return Home Assistant's friendly name: the device's, then the entity's own where it has one."""
    one, other = " ".join(name.split()), " ".join(device.split())
    if not one or not other or other.casefold() in one.casefold():
        return one or other
    return f"{other} {one}"
