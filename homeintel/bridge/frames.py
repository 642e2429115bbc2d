"""Devices, leaves and entities as tables, by column name, ready to be inserted at once."""

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime

import pyarrow as pa

from homeintel.bridge.devices import Device
from homeintel.bridge.entities import EntityRow
from homeintel.bridge.exposes import Leaf
from homeintel.bridge.reported import Reported

_TEXT, _NUMBER, _FLAG, _TIME = pa.string(), pa.float64(), pa.bool_(), pa.timestamp("us", tz="UTC")
_DEVICE_TYPES = {"disabled": _FLAG, "supported": _FLAG, "available": _FLAG, "last_seen": _TIME}
_DEVICE_COLUMNS = tuple(field.name for field in fields(Device) if field.name != "leaves")
_LEAF_TYPES = {"access": pa.uint8(), "value_min": _NUMBER, "value_max": _NUMBER, "value_step": _NUMBER}


def device_table(devices: Iterable[Device], now: datetime) -> pa.Table:
    """Return the rows of `devices`, written and checked at `now` (UTC)."""
    rows = list(devices)
    columns = {
        name: pa.array([getattr(device, name) for device in rows], _DEVICE_TYPES.get(name, _TEXT))
        for name in _DEVICE_COLUMNS
    }
    moments = pa.array([now] * len(rows), _TIME)
    return pa.table({**columns, "updated_at": moments, "checked_at": moments})


def capability_table(devices: Iterable[Device], now: datetime) -> pa.Table:
    """Return the rows of `device_capabilities`, one a leaf, written at `now` (UTC)."""
    pairs = [(device.ieee_address, leaf) for device in devices for leaf in device.leaves.rows]
    columns = {"ieee_address": pa.array([address for address, _ in pairs], _TEXT)}
    for position, name in enumerate(Leaf._fields):
        columns[name] = pa.array([leaf[position] for _, leaf in pairs], _LEAF_TYPES.get(name, _TEXT))
    return pa.table({**columns, "updated_at": pa.array([now] * len(pairs), _TIME)})


def entity_table(rows: Iterable[EntityRow]) -> pa.Table:
    """Return the rows of `entities`."""
    rows = list(rows)
    return pa.table(
        {
            field.name: pa.array(
                [getattr(row, field.name) for row in rows], _FLAG if field.name == "enabled" else _TEXT
            )
            for field in fields(EntityRow)
        }
    )


def reported_table(rows: Iterable[Reported]) -> pa.Table:
    """Return what devices told: ieee_address, path, value."""
    rows = list(rows)
    return pa.table({name: pa.array([row[i] for row in rows], _TEXT) for i, name in enumerate(Reported._fields)})
