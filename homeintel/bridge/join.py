"""Which entity is which property: announcements and leaves become the rows of `entities`."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from homeintel.bridge.carried import SPECIFIC_ATTRIBUTES
from homeintel.bridge.devices import Device
from homeintel.bridge.discovery import Announced
from homeintel.bridge.entities import EntityRow
from homeintel.bridge.guess import feature, guess_entities

Carried = tuple[str | None, str | None, str | None]
"""Path, property, attribute."""


def join_entities(announced: Iterable[Announced], devices: Iterable[Device]) -> list[EntityRow]:
    """Return the entities of `devices`, one row for each property an entity carries.

    An entity that carries no leaf (a scene, an update) has a row without path. Devices that nothing is announced for
    get guessed entities. Two entities of one id are both marked guessed: Home Assistant numbers them in an order that
    only its registry knows.
    """
    by_address = {device.ieee_address: device for device in devices}
    known = [entity for entity in announced if entity.address in by_address]
    spoken_for = {entity.address for entity in known}
    proposed = Counter(entity.entity_id for entity in known if entity.source != "registry")
    rows: list[EntityRow] = []
    for entity in known:
        doubtful = entity.source == "discovery" and proposed[entity.entity_id] > 1
        rows += _rows(replace(entity, source="guessed") if doubtful else entity, by_address[entity.address])
    for device in by_address.values():
        if device.ieee_address not in spoken_for:
            rows += guess_entities(device)
    return rows


def _rows(entity: Announced, device: Device) -> Iterator[EntityRow]:
    plain = EntityRow(
        entity_id=entity.entity_id, ieee_address=entity.address, path=None, property=None, attribute=None,
        component=entity.component, unique_id=entity.unique_id, enabled=entity.enabled, source=entity.source, name=entity.name,
    )  # fmt: skip
    carried = [*_of_specific(entity, device), *_of_properties(entity, device)]
    seen: set[str | None] = set()
    for path, name, attribute in carried:
        if path is None or path not in seen:
            seen.add(path)
            yield replace(plain, path=path, property=name, attribute=attribute)
    if not carried:
        yield plain


def _of_specific(entity: Announced, device: Device) -> Iterator[Carried]:
    """Yield what an entity of a specific type carries by the names of its features, where no template tells."""
    attributes = SPECIFIC_ATTRIBUTES.get(entity.component)
    if attributes is None or (entity.properties and entity.component != "light"):
        return
    mine = [leaf for leaf in device.leaves.rows if leaf.parent == entity.component and leaf.origin == "expose"]
    for leaf in [leaf for leaf in mine if leaf.path.startswith(f"{entity.object_id}/")] or mine:
        name = feature(leaf)
        if name in attributes:
            yield leaf.path, leaf.property, attributes[name]


def _of_properties(entity: Announced, device: Device) -> Iterator[Carried]:
    for name, attribute in entity.properties.items():
        exposed = [leaf for leaf in device.leaves.rows if leaf.property == name and leaf.origin == "expose"]
        same = [leaf for leaf in exposed if leaf.parent == entity.component]
        top = [leaf for leaf in exposed if leaf.path.count("/") == (leaf.parent is not None)]
        siren = [leaf for leaf in device.leaves.rows if entity.component == "siren" and leaf.path == f"{name}/mode"]
        paths: list[str | None] = [*(leaf.path for leaf in same or top or siren)]
        yield from ((path, name, attribute) for path in paths or [None])
