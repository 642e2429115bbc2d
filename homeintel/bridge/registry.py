"""What Home Assistant's registries know: the entity ids people chose, what they switched off, and areas.

Source: `.storage/core.entity_registry`, `core.device_registry`, `core.area_registry` as Home Assistant 2023 to 2026 write
them, and the same lists over its websocket API (https://developers.home-assistant.io/docs/api/websocket).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from homeintel.bridge.payload import text


@dataclass(frozen=True)
class Registered:
    """One MQTT entity as Home Assistant knows it.

    Args:
        entity_id: its id now.
        unique_id: what the announcement calls it.
        enabled: False where a person or an integration switched it off.
        name: what a person called it; None where nobody did.
    """

    entity_id: str
    unique_id: str
    enabled: bool
    name: str | None


@dataclass(frozen=True)
class Registry:
    """The part of Home Assistant's registries that concerns Zigbee2MQTT.

    Args:
        entities: unique id -> entity.
        areas: a device's address -> the area's name.
        origin: where from, for a reader.
        states: the present state of entities that could be asked for, by entity id; empty where only files are read.
    """

    entities: Mapping[str, Registered] = field(default_factory=dict)
    areas: Mapping[str, str] = field(default_factory=dict)
    origin: str = ""
    states: Mapping[str, str] = field(default_factory=dict)


def build_registry(
    entities: Iterable[object], devices: Iterable[object], areas: Iterable[object], origin: str
) -> Registry:
    """Return the registry from Home Assistant's three lists; entries that lack what they must have are passed over.

    A device's area is its own, else the one most of its entities are in.
    """
    mqtt = [entry for entry in _objects(entities) if entry.get("platform") == "mqtt"]
    names = {str(entry.get("area_id") or entry.get("id")): text(entry.get("name")) for entry in _objects(areas)}
    known = list(_objects(devices))
    return Registry(
        entities={entity.unique_id: entity for entity in map(_registered, mqtt) if entity is not None},
        areas={address: area for address, area in _areas(known, mqtt, names) if area},
        origin=origin,
    )


def remembered(stored: pd.DataFrame, entities: pd.DataFrame) -> Registry:
    """Return what earlier nights learned from a registry, for a night that can't ask it.

    Args:
        stored: the store's `devices`.
        entities: the store's `entities`.
    """
    rows = entities.loc[(entities["source"] == "registry") & entities["unique_id"].notna()]
    columns = [rows[name] for name in ("entity_id", "unique_id", "enabled", "name")]
    known = [Registered(i, u, bool(e), text(n)) for i, u, e, n in zip(*columns, strict=True)]
    placed = stored.loc[stored["area"].notna()]
    areas = dict(zip(placed["ieee_address"], placed["area"], strict=True))
    return Registry({entity.unique_id: entity for entity in known}, areas, "earlier nights")


def _registered(entry: dict[str, Any]) -> Registered | None:
    entity_id, unique_id = text(entry.get("entity_id")), entry.get("unique_id")
    if entity_id is None or unique_id is None:
        return None
    name = text(entry.get("name")) or text(entry.get("original_name"))
    return Registered(entity_id, str(unique_id), entry.get("disabled_by") is None, name)


def _areas(
    devices: list[dict[str, Any]], entities: list[dict[str, Any]], names: Mapping[str, str | None]
) -> Iterator[tuple[str, str | None]]:
    in_areas: dict[str, Counter[str]] = {}
    for entry in entities:
        if text(entry.get("area_id")):
            in_areas.setdefault(str(entry.get("device_id")), Counter())[str(entry["area_id"])] += 1
    for device in devices:
        address = _address(device)
        of_entities = in_areas.get(str(device.get("id")), Counter()).most_common(1)
        area = text(device.get("area_id")) or (of_entities[0][0] if of_entities else None)
        if address is not None and area is not None:
            yield address, names.get(area) or area


def _address(device: dict[str, Any]) -> str | None:
    """Return the address in `[["mqtt", "zigbee2mqtt_0x..."]]`."""
    identifiers = device.get("identifiers")
    for pair in identifiers if isinstance(identifiers, list) else []:
        if isinstance(pair, list) and len(pair) == 2 and pair[0] == "mqtt" and isinstance(pair[1], str):
            name = pair[1].lower().removeprefix("zigbee2mqtt_").removeprefix("bridge_")
            if name.startswith("0x"):
                return name
    return None


def _objects(entries: Iterable[object]) -> Iterator[dict[str, Any]]:
    return (entry for entry in entries if isinstance(entry, dict))
