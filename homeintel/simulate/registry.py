"""What people changed in Home Assistant's entity registry: other ids, entities disabled, entities kept out of history."""

from dataclasses import dataclass, replace
from typing import Any

from homeintel.simulate.kinds import HomeKind
from homeintel.simulate.layout import Layout, SimulatedEntity
from homeintel.simulate.randomness import Stream, generator

__all__ = ["Changed", "change_registry", "entity_registry"]

# Only what plays no planted part is changed, so that every home keeps its habits.
TOUCHED = frozenset({"sensor", "number", "select", "switch", "light"})
LEFT_ALONE = ("_occupancy", "_contact", "_vibration")


@dataclass(frozen=True)
class Changed:
    """The house as Home Assistant has it, with the unique ids people changed, and those missing from its history."""

    layout: Layout
    renamed: frozenset[str]
    disabled: frozenset[str]
    excluded: frozenset[str]


def change_registry(layout: Layout, kind: HomeKind, seed: int, parts: frozenset[str]) -> Changed:
    """Return the house after people changed the registry; entities named in `parts` keep everything."""
    rng = generator(seed, Stream.LAYOUT, 1)
    open_to_change = [entity for entity in layout.entities if _changeable(entity) and entity.entity_id not in parts]
    order = rng.permutation(len(open_to_change))[: kind.renamed + kind.disabled + kind.excluded]
    chosen = [open_to_change[number].unique_id for number in order]
    renamed = frozenset(chosen[: kind.renamed])
    disabled = frozenset(chosen[kind.renamed : kind.renamed + kind.disabled])
    entities = tuple(
        _changed(entity, renamed=entity.unique_id in renamed, disabled=entity.unique_id in disabled)
        for entity in layout.entities
    )
    excluded = frozenset(chosen[kind.renamed + kind.disabled :])
    return Changed(replace(layout, entities=entities), renamed, disabled, excluded)


def entity_registry(changed: Changed) -> dict[str, Any]:
    """Return Home Assistant's `.storage/core.entity_registry` for the house."""
    entries = [
        {
            "entity_id": entity.entity_id,
            "unique_id": entity.unique_id,
            "platform": "mqtt",
            "disabled_by": None if entity.enabled else _disabled_by(entity, changed),
            "device_id": entity.device.ieee_address,
            "area_id": None,
            "name": None,
            "original_name": entity.name,
        }
        for entity in changed.layout.entities
    ]
    data = {"entities": entries, "deleted_entities": []}
    return {"version": 1, "minor_version": 15, "key": "core.entity_registry", "data": data}


def _changeable(entity: SimulatedEntity) -> bool:
    return entity.enabled and entity.component in TOUCHED and not entity.entity_id.endswith(LEFT_ALONE)


def _changed(entity: SimulatedEntity, *, renamed: bool, disabled: bool) -> SimulatedEntity:
    if renamed:
        component, _, object_id = entity.entity_id.partition(".")
        return replace(entity, entity_id=f"{component}.my_{object_id}")
    return replace(entity, enabled=False) if disabled else entity


def _disabled_by(entity: SimulatedEntity, changed: Changed) -> str:
    return "user" if entity.unique_id in changed.disabled else "integration"
