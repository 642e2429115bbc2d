"""Announcements corrected by Home Assistant's registries: people rename entities, and switch them on and off."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from homeintel.bridge.discovery import Announced
from homeintel.bridge.exposes import SPECIFIC
from homeintel.bridge.groups import group_address
from homeintel.bridge.registry import Registered, Registry


def correct(
    announced: Iterable[Announced], registry: Registry, addresses: Collection[str], base_topics: Sequence[str]
) -> list[Announced]:
    """Return the announcements with the ids, names and states that the registry knows.

    Entities that are registered and no longer announced (the broker forgot them) are added: their unique id,
    `<address>_<object id>_<base topic>`, says what they belong to.

    Args:
        announced: from discovery.
        registry: from Home Assistant; an empty one changes nothing.
        addresses: the devices and groups there are.
        base_topics: the bridges'.
    """
    corrected = [_corrected(entity, registry) for entity in announced]
    seen = {entity.unique_id for entity in corrected}
    missing = (entity for unique_id, entity in registry.entities.items() if unique_id not in seen)
    return [*corrected, *_added(missing, addresses, base_topics)]


def _corrected(entity: Announced, registry: Registry) -> Announced:
    known = registry.entities.get(entity.unique_id or "")
    if known is None:
        return entity
    return replace(
        entity, entity_id=known.entity_id, enabled=known.enabled, name=known.name or entity.name, source="registry"
    )


def _added(
    entities: Iterable[Registered], addresses: Collection[str], base_topics: Sequence[str]
) -> Iterator[Announced]:
    for entity in entities:
        owner = _owner(entity.unique_id, addresses, base_topics)
        if owner is None:
            continue
        address, object_id = owner
        component = entity.entity_id.partition(".")[0]
        yield Announced(
            entity_id=entity.entity_id,
            source="registry",
            address=address,
            component=component,
            object_id=object_id,
            unique_id=entity.unique_id,
            enabled=entity.enabled,
            name=entity.name,
            properties={} if _whole(object_id, component) else {object_id: None},
        )


def _owner(unique_id: str, addresses: Collection[str], base_topics: Sequence[str]) -> tuple[str, str] | None:
    for base in base_topics:
        head, _, object_id = unique_id.removesuffix(f"_{base}").partition("_")
        for address in (head.lower(), group_address(base, head)):
            if unique_id.endswith(f"_{base}") and address in addresses and object_id:
                return address, object_id
    return None


def _whole(object_id: str, component: str) -> bool:
    """Return whether an entity is a whole specific expose, such as `light_l1`, and not one property."""
    return component in SPECIFIC and object_id.split("_", maxsplit=1)[0] == component
