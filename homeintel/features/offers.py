"""What each device could do and doesn't: the unused features of the night, each with the message that switches it on."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from homeintel.features.actions import Value, choose_value, home_assistant_action
from homeintel.features.catalogue import Catalogue, Entry
from homeintel.features.features import entries
from homeintel.features.records import as_records

HIDDEN = frozenset({"device_disabled", "filtered", "excluded", "configuration_unknown", "no_history"})
"""Reasons why a property can't be known that are the owner's own choice, or leave nothing to advise on."""

Payload = dict[str, Any]
"""Property -> value, or for a composite an object of its parts."""


@dataclass(frozen=True)
class Offer:
    """One unused feature of one device.

    Args:
        entry: what the catalogue says of it.
        address: the device.
        rows: the leaves that the message sets, each a verdict's row with `value`.
        payload: what to send.
        first_choice: whether it is the value the catalogue likes best; else the device has that already.
    """

    entry: Entry
    address: str
    rows: list[dict[str, Any]] = field(default_factory=list)
    payload: Payload = field(default_factory=dict)
    first_choice: bool = True

    @property
    def origin(self) -> str:
        """`expose` or `option`."""
        return str(self.rows[0]["origin"])

    def action(self) -> dict[str, Any] | None:
        """Return Home Assistant's action for this device; None if it takes several, or has none."""
        linked = [row for row in self.rows if isinstance(row["entity_id"], str) and row["enabled"]]
        ways = {(row["component"], _text(row["attribute"]), str(row["value"])) for row in linked}
        if len(ways) != 1 or len(linked) < len(self.rows):
            return None
        row, targets = linked[0], list(dict.fromkeys(row["entity_id"] for row in linked))
        on = (_json(row["values"]) or ["ON"])[0]
        return home_assistant_action(row["component"], _text(row["attribute"]), row["value"], on, targets)

    def add(self, row: dict[str, Any], value: Any) -> None:  # noqa: ANN401 - a list's value holds anything
        """Set one more leaf by the message."""
        self.rows.append({**row, "value": value})
        place(self.payload, row, value)


def place(payload: Payload, row: Mapping[str, Any], value: Any) -> None:  # noqa: ANN401 - a list's value holds anything
    """Put a leaf's value where it stands in a message: under the keys of the composites above it."""
    inside: dict[str, Any] = payload
    for key in _json(row["container"]):
        inside = inside.setdefault(key, {})
    inside[row["property"] or row["name"]] = value


def find_offers(rows: pd.DataFrame, catalogue: Catalogue) -> list[Offer]:
    """Return the unused features worth telling, one per device and catalogue entry, in the order of `rows`.

    Left out: what the catalogue doesn't know or has no advice on; a feature of which any part is used; a setting that
    already stands at the advised value (of a control, which is there to be moved, the next value is advised); devices whose
    owner filtered or disabled them.

    Args:
        rows: described verdicts (`homeintel.features.features.describe`).
        catalogue: what features are good for.
    """
    candidates = rows.loc[_unused(rows)].reset_index(drop=True)
    found: dict[tuple[str, str, str], Offer] = {}
    for row, entry in zip(as_records(candidates), entries(candidates, catalogue), strict=True):
        if not entry.purpose or not entry.tell:
            continue
        value, best = _value(row, entry)
        if value is None:
            continue
        key = (row["ieee_address"], row["origin"], entry.title)
        found.setdefault(key, Offer(entry, row["ieee_address"], first_choice=best)).add(row, value)
    return list(found.values())


def _unused(rows: pd.DataFrame) -> "pd.Series[bool]":
    used = rows.loc[rows["verdict"] == "used"]
    used_features = set(zip(used["ieee_address"], used["feature"], strict=True))
    free = [key not in used_features for key in zip(rows["ieee_address"], rows["feature"], strict=True)]
    fit = rows["settable"] & (rows["verdict"] != "unsupported") & ~rows["reason"].isin(HIDDEN)
    return fit & (rows["usefulness"] > 0) & pd.Series(free, index=rows.index, dtype=bool)


def _value(row: dict[str, Any], entry: Entry) -> tuple[Value | None, bool]:
    """Return what to advise, and whether it is the first choice; None where the device offers none of it, or it is so already."""
    wanted = entry.wanted(name=row["name"], composite=_text(row["composite"]), unit=_text(row["unit"]))
    for position in range(len(wanted)):
        value = offered(row, wanted[position:])
        if value is None or not _stands_at(row, value):
            return value, position == 0
        if not entry.control:
            break
    return None, False


def offered(row: Mapping[str, Any], wanted: Sequence[Value]) -> Value | None:
    """Return the first of the values that this leaf takes, see `homeintel.features.actions.choose_value`."""
    return choose_value(
        wanted,
        kind=row["kind"],
        possible=_text(row["values"]),
        low=_number(row["value_min"]),
        high=_number(row["value_max"]),
        presets=_text(row["presets"]),
    )


def _stands_at(row: dict[str, Any], value: Value) -> bool:
    """Whether the last value seen is the advised one, in Home Assistant's words or in Zigbee2MQTT's."""
    last = _text(row["last_value"])
    if last is None:
        return False
    if row["kind"] == "binary":
        on = (_json(row["values"]) or ["ON"])[0]
        return last.lower() in {str(value).lower(), "on" if value == on else "off"}
    if row["kind"] == "numeric" and not isinstance(value, str):
        try:
            return math.isclose(float(last), value)
        except ValueError:
            return False
    return last.lower() == str(value).lower()


def _number(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else float(value)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _json(value: object) -> Sequence[Any]:
    found = json.loads(value) if isinstance(value, str) else []
    return found if isinstance(found, list) else []
