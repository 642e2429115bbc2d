"""All entities Home Assistant records in a simulated home, by number, and what is fixed about each."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from homeintel.simulate.kinds import HomeKind
from homeintel.simulate.layout import Layout, SimulatedEntity
from homeintel.simulate.naming import slug

__all__ = ["ACTIVE", "REST", "Cast", "as_json", "home_cast", "static_attributes"]

# The state a person brings about, and the one it goes back to.
ACTIVE = {"light": "on", "switch": "on", "fan": "on", "cover": "closed", "lock": "locked", "climate": "off"}
REST = {"light": "off", "switch": "off", "fan": "off", "cover": "open", "lock": "unlocked", "climate": "heat"}
NUMBER_MODE = "auto"
NEVER_SWITCHED = ("fridge", "washing_machine")  # plugs that only measure
FIXED = {
    "sensor": ("state_class", "options", "unit_of_measurement", "device_class", "icon"),
    "binary_sensor": ("device_class", "icon"),
    "number": ("min", "max", "step", "unit_of_measurement", "device_class", "icon"),
    "select": ("options", "icon"),
    "switch": ("icon",),
    "text": ("icon",),
    "button": ("device_class", "icon"),
    "update": ("device_class", "entity_picture"),
}


@dataclass(frozen=True)
class Cast:
    """The recorded entities: those of devices first, then people, automations, the sun and the light group."""

    entities: tuple[SimulatedEntity, ...]
    people: tuple[str, ...]
    automations: tuple[str, ...]
    group: str | None

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Entity ids by number."""
        extra = ("sun.sun", *self.people, *self.automations, *((self.group,) if self.group else ()))
        return (*(entity.entity_id for entity in self.entities), *extra)

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Numbers by entity id."""
        return {name: number for number, name in enumerate(self.names)}

    @cached_property
    def by_id(self) -> dict[str, SimulatedEntity]:
        """Entities of devices by entity id."""
        return {entity.entity_id: entity for entity in self.entities}

    def actuators(self) -> tuple[SimulatedEntity, ...]:
        """Return what a person switches: no settings, and no thermostat that only heats."""
        return tuple(entity for entity in self.entities if _switched(entity))


def home_cast(layout: Layout, kind: HomeKind, automations: tuple[str, ...]) -> Cast:
    """Return the recorded entities of a house with its people and automations."""
    people = tuple(f"person.{slug(person.name)}" for person in kind.people)
    recorded = tuple(entity for entity in layout.entities if entity.enabled and entity.device.supported)
    group = f"light.{slug(layout.group_name)}" if layout.group_members else None
    return Cast(recorded, people, automations, group)


def static_attributes(entity: SimulatedEntity) -> dict[str, Any]:
    """Return the attributes that Home Assistant writes with every state of the entity, in its order."""
    payload = entity.payload
    fixed = {key: payload[key] for key in FIXED.get(entity.component, ()) if key in payload}
    if entity.component == "number":
        fixed = {"min": 0, "max": 100, "step": 1, "mode": NUMBER_MODE} | fixed
    return fixed | {"friendly_name": entity.name}


def as_json(attributes: dict[str, Any]) -> str:
    """Return attributes as the recorder stores them."""
    return json.dumps(attributes, ensure_ascii=False, separators=(",", ":"))


def _switched(entity: SimulatedEntity) -> bool:
    if entity.component == "climate":
        return "off" in entity.payload["modes"]
    if entity.component == "switch":
        if any(word in entity.entity_id for word in NEVER_SWITCHED):
            return False
        return "entity_category" not in entity.payload and entity.object_id in {"switch", "switch_left", "switch_right"}
    return entity.component in ACTIVE
