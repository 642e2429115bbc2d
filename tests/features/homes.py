"""Hand-made tables: a small home written down row by row, in the store's own columns."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd

from homeintel.store import Store, insert

START = datetime(2026, 10, 1, tzinfo=UTC)
END = datetime(2026, 10, 31, tzinfo=UTC)
NOW = datetime(2026, 10, 31, 2, tzinfo=UTC)


def at(day: float) -> datetime:
    """A moment, in days since the window's start; negative: before it."""
    return START + timedelta(days=day)


def device(address: str, **given: Any) -> dict[str, Any]:
    row = {
        "ieee_address": address, "base_topic": "zigbee2mqtt", "friendly_name": address, "manufacturer": "Acme",
        "model": "M1", "type": "EndDevice", "disabled": False, "supported": True, "area": None, "updated_at": NOW,
        "options": {}, "left_at": None,
    } | given  # fmt: skip
    return row | {"options": None if row["options"] is None else json.dumps(row["options"])}


def capability(address: str, path: str, *, kind: str = "binary", access: int = 7, **given: Any) -> dict[str, Any]:
    name = given.pop("name", path.rsplit("/", 1)[-1])
    row = {
        "ieee_address": address, "path": path, "property": name, "endpoint": None, "name": name, "kind": kind,
        "access": access, "category": None, "unit": None, "value_min": None, "value_max": None, "value_step": None,
        "values": None, "presets": None, "parent": None, "label": name, "description": None, "origin": "expose",
        "updated_at": NOW,
    } | given  # fmt: skip
    for name in ("values", "presets"):
        row[name] = None if row[name] is None else json.dumps(row[name])
    return row


def entity(entity_id: str, address: str, path: str | None, **given: Any) -> dict[str, Any]:
    return {
        "entity_id": entity_id, "ieee_address": address, "path": path,
        "property": path.rsplit("/", 1)[-1] if path else None, "attribute": None,
        "component": entity_id.split(".", maxsplit=1)[0], "unique_id": None, "enabled": True, "source": "registry", "name": None,
    } | given  # fmt: skip


def event(day: float, entity_id: str, state: str, previous: str | None, cause: str = "person") -> dict[str, Any]:
    return {"ts": at(day), "entity_id": entity_id, "state": state, "previous": previous, "cause": cause, "source": "t"}


def attribute(day: float, entity_id: str, name: str, value: str | None) -> dict[str, Any]:
    return {"ts": at(day), "entity_id": entity_id, "attribute": name, "value": value}


def measurement(day: float, entity_id: str, low: float, high: float | None = None, count: int = 1) -> dict[str, Any]:
    top = low if high is None else high
    return {"ts": at(day), "entity_id": entity_id, "last": top, "min": low, "max": top, "count": count}


def fill(store: Store, **tables: list[dict[str, Any]]) -> Store:
    """Write rows into the store's tables."""
    with store.transaction() as connection:
        for name, rows in tables.items():
            if rows:
                insert(connection, name, pd.DataFrame(rows))
    return store
