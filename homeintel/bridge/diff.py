"""What changed since the last night: which devices are new, changed, due, gone or back. Pure; the clock is an argument."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Literal

import pandas as pd

from homeintel.bridge.devices import Device

Kind = Literal["new", "returned", "changed", "renamed", "due", "left"]

_DEFINED = ("definition_hash",)
_VOLATILE = frozenset({"leaves", "available", "last_seen", "definition_hash", "ieee_address"})
DESCRIBED = tuple(field.name for field in fields(Device) if field.name not in _VOLATILE)
"""Columns whose change rewrites a device's own row, not its capabilities."""


@dataclass(frozen=True)
class Change:
    """One device that is not as it was.

    Args:
        kind: new; returned, it had left; changed, its definition, exposes or firmware; renamed, something else of its row;
            due, nothing but its age; left.
        ieee_address: whose.
        friendly_name: what it is called now; of one that left, what it was called.
        detail: what is different, `column: before -> after`.
    """

    kind: Kind
    ieee_address: str
    friendly_name: str
    detail: str = ""


@dataclass(frozen=True)
class Difference:
    """What a night has to write.

    Args:
        changes: one a device that is not as it was.
        rewrite: devices whose row and capabilities are written anew.
        update: devices of which only the row is written anew.
        left: addresses that left.
        unchanged: how many are as they were.
    """

    changes: tuple[Change, ...]
    rewrite: tuple[Device, ...]
    update: tuple[Device, ...]
    left: tuple[str, ...]
    unchanged: int

    def count(self, *kinds: Kind) -> int:
        """Return how many devices changed in one of these ways."""
        return sum(change.kind in kinds for change in self.changes)


def compare(
    stored: pd.DataFrame,
    devices: Iterable[Device],
    *,
    unread: Collection[str],
    groups_unread: Collection[str],
    now: datetime,
    refresh_days: int,
) -> Difference:
    """Compare the stored devices with tonight's.

    Args:
        stored: the store's `devices` with the column `capabilities_at`, the age of a device's capabilities (UTC).
        devices: tonight's, each address once.
        unread: base topics that are configured and were silent: nothing of theirs has left.
        groups_unread: base topics whose groups could not be read.
        now: when the broker was asked, in UTC.
        refresh_days: capabilities as old as this are written anew.
    """
    before = {str(row["ieee_address"]): row for row in stored.to_dict("records")}
    changes: list[Change] = []
    rewrite: list[Device] = []
    update: list[Device] = []
    found: set[str] = set()
    for device in devices:
        found.add(device.ieee_address)
        change = _change(before.get(device.ieee_address), device, now - timedelta(days=refresh_days))
        if change is not None:
            changes.append(change)
            (update if change.kind == "renamed" else rewrite).append(device)
    gone = [row for address, row in before.items() if address not in found and _left(row, unread, groups_unread)]
    changes += [Change("left", str(row["ieee_address"]), str(row["friendly_name"])) for row in gone]
    return Difference(
        changes=tuple(changes),
        rewrite=tuple(rewrite),
        update=tuple(update),
        left=tuple(str(row["ieee_address"]) for row in gone),
        unchanged=len(found) - len(rewrite) - len(update),
    )


def _change(row: Mapping[Any, Any] | None, device: Device, due_before: datetime) -> Change | None:
    if row is None:
        return Change("new", device.ieee_address, device.friendly_name)
    detail = _detail(row, device)
    if not pd.isna(row["left_at"]):
        return Change("returned", device.ieee_address, device.friendly_name, detail)
    if row["definition_hash"] != device.definition_hash:
        return Change("changed", device.ieee_address, device.friendly_name, detail or "definition")
    if detail:
        return Change("renamed", device.ieee_address, device.friendly_name, detail)
    written = [moment for moment in (row["updated_at"], row["capabilities_at"]) if not pd.isna(moment)]
    if min(written) <= due_before:
        return Change("due", device.ieee_address, device.friendly_name)
    return None


def _detail(row: Mapping[Any, Any], device: Device) -> str:
    pairs = [(name, _plain(row[name]), getattr(device, name)) for name in DESCRIBED]
    return "; ".join(f"{name}: {_shown(old)} -> {_shown(new)}" for name, old, new in pairs if old != new)


def _plain(value: object) -> object:
    return None if value is None or value is pd.NA or value != value else value  # noqa: PLR0124 - NaN is not itself


def _shown(value: object) -> str:
    return "-" if value is None else str(value)[:80]


def _left(row: Mapping[Any, Any], unread: Collection[str], groups_unread: Collection[str]) -> bool:
    if not pd.isna(row["left_at"]) or row["base_topic"] in unread:
        return False
    return not (row["type"] == "Group" and row["base_topic"] in groups_unread)
