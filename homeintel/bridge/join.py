"""Which entity is which property: announcements and leaves become the rows of `entities`."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from homeintel.bridge.carried import LIGHT_ATTRIBUTES
from homeintel.bridge.devices import Device
from homeintel.bridge.discovery import Announced
from homeintel.bridge.exposes import STATE, Leaf
from homeintel.bridge.naming import slugify

Source = Literal["discovery", "registry", "guessed"]


@dataclass(frozen=True)
class EntityRow:
    """One row of `entities`: an entity, or one of the properties it carries. See DESIGN.md."""

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


def join_entities(announced: Iterable[Announced], devices: Iterable[Device]) -> list[EntityRow]:
    """Return the entities of `devices`, one row for each property an entity carries.

    An entity that carries no leaf (a scene, an update) has a row without path. Devices that nothing is announced for
    get guessed entities. Two entities of one id are both marked guessed: Home Assistant numbers them in an order that
    only its registry knows.
    """
    by_address = {device.ieee_address: device for device in devices}
    known = [entity for entity in announced if entity.address in by_address]
    spoken_for = {entity.address for entity in known}
    shared = {entity_id for entity_id, count in Counter(entity.entity_id for entity in known).items() if count > 1}
    rows: list[EntityRow] = []
    for entity in known:
        source: Source = "discovery" if entity.certain and entity.entity_id not in shared else "guessed"
        rows += _rows(entity, by_address[entity.address], source)
    for device in by_address.values():
        if device.ieee_address not in spoken_for:
            rows += guess_entities(device)
    return rows


def _rows(entity: Announced, device: Device, source: Source) -> Iterator[EntityRow]:
    plain = EntityRow(
        entity_id=entity.entity_id, ieee_address=entity.address, path=None, property=None, attribute=None,
        component=entity.component, unique_id=entity.unique_id, enabled=entity.enabled, source=source, name=entity.name,
    )  # fmt: skip
    carried = [*_of_light(entity, device), *_of_properties(entity, device)]
    seen: set[str | None] = set()
    for path, name, attribute in carried:
        if path is None or path not in seen:
            seen.add(path)
            yield replace(plain, path=path, property=name, attribute=attribute)
    if not carried:
        yield plain


def _of_light(entity: Announced, device: Device) -> Iterator[tuple[str | None, str | None, str | None]]:
    if entity.component != "light":
        return
    prefix = f"{entity.object_id}/"
    mine = [leaf for leaf in device.leaves.rows if leaf.parent == "light" and leaf.origin == "expose"]
    for leaf in [leaf for leaf in mine if leaf.path.startswith(prefix)] or mine:
        feature = _feature(leaf)
        if feature in LIGHT_ATTRIBUTES:
            yield leaf.path, leaf.property, LIGHT_ATTRIBUTES[feature]


def _feature(leaf: Leaf) -> str:
    """Return the light's feature a leaf belongs to: its name, or the composite it stands in."""
    steps = leaf.path.split("/")
    step = steps[1] if len(steps) > 1 else steps[0]
    return step.removesuffix(f"_{leaf.endpoint}") if leaf.endpoint else step


def _of_properties(entity: Announced, device: Device) -> Iterator[tuple[str | None, str | None, str | None]]:
    for name, attribute in entity.properties.items():
        exposed = [leaf for leaf in device.leaves.rows if leaf.property == name and leaf.origin == "expose"]
        same = [leaf for leaf in exposed if leaf.parent == entity.component]
        top = [leaf for leaf in exposed if leaf.path.count("/") == (leaf.parent is not None)]
        paths: list[str | None] = [*(leaf.path for leaf in same or top)]
        yield from ((path, name, attribute) for path in paths or [None])


def guess_entities(device: Device) -> Iterator[EntityRow]:
    """Yield what Home Assistant would call the entities of a device nothing is announced for."""
    base = slugify(device.friendly_name)
    for leaf in device.leaves.rows:
        steps = leaf.path.split("/")
        if leaf.origin != "expose" or not leaf.access & STATE or len(steps) > 1 + (leaf.parent is not None):
            continue
        component = leaf.parent or _component(leaf)
        is_state = leaf.parent is not None and leaf.name in {"state", "system_mode"}
        attribute = None if leaf.parent is None or is_state else _attribute(leaf)
        if leaf.parent is not None and not is_state and attribute is None:
            component = _component(leaf)
        own = steps[0] if component != leaf.parent else f"_{leaf.endpoint}" if leaf.endpoint else ""
        object_id = slugify(f"{base}_{own}") if own else base
        yield EntityRow(
            entity_id=f"{component}.{object_id}", ieee_address=device.ieee_address, path=leaf.path, property=leaf.property,
            attribute=attribute, component=component, unique_id=None, enabled=True, source="guessed", name=None,
        )  # fmt: skip


_PARENT_ATTRIBUTES = {
    ("light", "brightness"): "brightness",
    ("light", "color_temp"): "color_temp",
    ("cover", "position"): "current_position",
    ("cover", "tilt"): "current_tilt_position",
    ("climate", "occupied_heating_setpoint"): "temperature",
    ("climate", "current_heating_setpoint"): "temperature",
    ("climate", "local_temperature"): "current_temperature",
    ("climate", "running_state"): "hvac_action",
    ("climate", "fan_mode"): "fan_mode",
    ("climate", "preset"): "preset_mode",
}


def _attribute(leaf: Leaf) -> str | None:
    return _PARENT_ATTRIBUTES.get((leaf.parent or "", leaf.name or ""))


def _component(leaf: Leaf) -> str:
    settable = bool(leaf.access & 2)
    return {
        "numeric": "number" if settable else "sensor",
        "enum": "select" if settable else "sensor",
        "binary": "switch" if settable else "binary_sensor",
        "text": "text" if settable else "sensor",
    }.get(leaf.kind, "sensor")
