"""A second opinion: what a simulated home's raw rows show, counted in plain Python, without the store or its cleaning."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import pyarrow as pa

NOTHING = {None, "", "unknown", "unavailable"}

CARRIERS = {
    ("light", "brightness"): "brightness",
    ("light", "color_temp"): "color_temp_kelvin",
    ("light", "effect"): "effect",
    ("cover", "position"): "current_position",
    ("cover", "tilt"): "current_tilt_position",
    ("climate", "system_mode"): "",
    ("climate", "local_temperature"): "current_temperature",
    ("climate", "occupied_heating_setpoint"): "temperature",
    ("climate", "current_heating_setpoint"): "temperature",
    ("climate", "running_state"): "hvac_action",
}
"""(component, property) -> the attribute of Home Assistant's entity that carries it; "": its state."""


@dataclass
class Series:
    """One entity's state, or one of its attributes."""

    last: Any = None
    changes: int = 0
    seen: bool = False


def witness(events: pa.Table, start: datetime, end: datetime) -> dict[tuple[str, str], Series]:
    """Return what each (entity, attribute or "" for the state) did in the window."""
    found: dict[tuple[str, str], Series] = {}
    wanted = sorted(set(CARRIERS.values()) - {""})
    columns = [events[name].to_pylist() for name in ("ts", "entity_id", "state", "attributes")]
    for ts, entity, state, attributes in zip(*columns, strict=True):
        if ts >= end:
            continue
        _note(found.setdefault((entity, ""), Series()), state, inside=ts >= start)
        if state in NOTHING:
            continue
        values = _attributes(attributes)
        for name in wanted:
            if values.get(name) is not None:
                _note(found.setdefault((entity, name), Series()), values[name], inside=ts >= start)
    return found


def _note(series: Series, value: object, *, inside: bool) -> None:
    if value in NOTHING:
        return
    if series.seen and value != series.last and inside:
        series.changes += 1
    series.last, series.seen = value, True


@lru_cache(maxsize=4096)
def _attributes(text: str | None) -> dict[str, Any]:
    return dict(json.loads(text)) if text else {}
