"""One row of `entities`."""

from dataclasses import dataclass

from homeintel.bridge.discovery import Source


@dataclass(frozen=True, slots=True)
class EntityRow:
    """An entity, or one of the properties it carries. See DESIGN.md.

    Args:
        entity_id: Home Assistant's id.
        ieee_address: the device's or group's.
        path: the leaf it carries; None where it carries none (a scene, an update, a composite as text).
        property: what Zigbee2MQTT calls it.
        attribute: the attribute that carries it; None for the state itself.
        component: Home Assistant's domain.
        unique_id: what the registry knows it by.
        enabled: False where Home Assistant leaves it off.
        source: where the id is from.
        name: what the entity is called.
    """

    entity_id: str
    ieee_address: str
    path: str | None
    property: str | None
    attribute: str | None
    component: str
    unique_id: str | None
    enabled: bool
    source: Source
    name: str | None
