"""Hand-made tables: a small home written down row by row, in the store's own columns."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from homeintel.features.features import COLOURS, SPECIFIC_TYPES
from homeintel.features.tables import Tables
from homeintel.features.utilisation import COUNTS
from homeintel.store import Store, insert

BERLIN = ZoneInfo("Europe/Berlin")
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
        "available": None, "options": {}, "left_at": None,
    } | given  # fmt: skip
    return row | {"options": None if row["options"] is None else json.dumps(row["options"])}


def capability(address: str, path: str, *, kind: str = "binary", access: int = 7, **given: Any) -> dict[str, Any]:
    name = given.pop("name", path.rsplit("/", 1)[-1])
    row = {
        "ieee_address": address, "path": path, "property": name, "endpoint": None, "name": name, "kind": kind,
        "access": access, "category": None, "unit": None, "value_min": None, "value_max": None, "value_step": None,
        "values": None, "presets": None, "parent": None, "label": name, "description": None, "origin": "expose",
        "updated_at": NOW, "container": _container(path),
    } | given  # fmt: skip
    for name in ("values", "presets", "container"):
        row[name] = None if row[name] is None else json.dumps(row[name])
    return row


def _container(path: str) -> list[str] | None:
    """The keys above a leaf, where composites are called in the payload as they are named."""
    steps = path.split("/")[:-1]
    inner = steps[1:] if steps and steps[0].split("_")[0] in SPECIFIC_TYPES else steps
    return ["color" if step in COLOURS else step for step in inner] or None


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


def tables(
    *,
    devices: list[dict[str, Any]],
    capabilities: list[dict[str, Any]] | None = None,
    entities: list[dict[str, Any]] | None = None,
    observed: list[dict[str, Any]] | None = None,
    patterns: list[dict[str, Any]] | None = None,
    gaps: dict[str, int] | None = None,
    restarts: int = 0,
    told: list[dict[str, Any]] | None = None,
    known: list[dict[str, Any]] | None = None,
    used: list[dict[str, Any]] | None = None,
) -> Tables:
    """The input of the analysis, as `homeintel.features.tables.load` gives it."""
    defaults = {"excluded": False, "automated": False}
    return Tables(
        devices=pd.DataFrame(devices),
        capabilities=_frame(capabilities, capability("", "")),
        entities=_frame([defaults | row for row in entities or []], entity("a.b", "", "") | defaults),
        observed=_frame(observed, seen("")),
        patterns=_frame(patterns, pattern("", "")),
        gaps=pd.DataFrame({"entity_id": list(gaps or {}), "unavailable": list((gaps or {}).values())}),
        restarts=restarts,
        reported=_frame(told, reported("", "", None)),
        known=_frame(known, remembered("", "")),
        last_used=_frame(used, {"ieee_address": "", "used_until": pd.Timestamp(START)}),
        nights=pd.DataFrame(columns=["window_end", "ieee_address", *COUNTS]),
    )


def _frame(rows: list[dict[str, Any]] | None, like: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(rows) if rows else pd.DataFrame([like]).iloc[:0]


def seen(entity_id: str, attribute: str = "", **given: Any) -> dict[str, Any]:
    """One row of `observe`: by default a state that was seen once, before the window, and never changed."""
    changes = given.get("changes", 0)
    return {
        "entity_id": entity_id, "attribute": attribute, "points": max(1, changes), "changes": changes,
        "distinct_values": 2 if changes else 1, "first_seen": pd.Timestamp(START), "last_seen": pd.Timestamp(START),
        "last_changed": pd.Timestamp(at(1)) if changes else pd.NaT, "last_value": "off", "seen": ["off"],
        "person": changes, "automation": 0, "device": 0, "unknown": 0,
    } | given  # fmt: skip


def remembered(address: str, path: str, value: str = "on") -> dict[str, Any]:
    return {
        "ieee_address": address, "path": path, "known_first": pd.Timestamp(at(-60)),
        "known_last": pd.Timestamp(at(-50)), "known_values": [value], "known_value": value,
    }  # fmt: skip


def reported(
    address: str, path: str, value: str | None, *, since: float = 1, changed: float | None = None
) -> dict[str, Any]:
    """What a retained state held at every reading from `since` days into the window to its end."""
    return {
        "ieee_address": address, "path": path, "told_value": value, "told_since": pd.Timestamp(at(since)),
        "told_at": pd.Timestamp(at(30)), "told_changed": pd.NaT if changed is None else pd.Timestamp(at(changed)),
    }  # fmt: skip


def pattern(entity_id: str, state: str, **given: Any) -> dict[str, Any]:
    return {
        "kind": "time_of_day", "entity_id": entity_id, "state": state, "trigger_entity_id": None,
        "trigger_state": None, "minute_of_day": None, "sun_event": None, "offset_minutes": None, "occurrences": 20,
        "opportunities": 25, "already_automated": False,
    } | given  # fmt: skip
