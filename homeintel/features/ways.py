"""How each settable feature of a device is set, known to the catalogue or not: the message, and Home Assistant's action."""

import json
import math
from collections.abc import Mapping
from typing import Any

import duckdb
import pandas as pd

from homeintel.bridge.exposes import flatten
from homeintel.features.actions import Value
from homeintel.features.catalogue import Catalogue, Entry
from homeintel.features.features import describe, entries
from homeintel.features.offers import Offer, offered, place
from homeintel.features.records import as_records
from homeintel.features.views import takes
from homeintel.store import query

NEUTRAL = 0
"""Example of a number that says no limits: of corrections it changes nothing."""

OWN_TEXT = "your text"
"""Example of a free text."""

TEMPLATE = ("{{", "{%", "{#")
"""What Home Assistant would take for a template of its own, were it in an action."""


def find_ways(rows: pd.DataFrame, catalogue: Catalogue) -> list[Offer]:
    """Return for every settable feature the message that sets it, used or not, worth telling or not.

    Args:
        rows: described capabilities (`homeintel.features.features.describe`) with settable, component, attribute,
            entity_id and enabled; raw where there are lists.
        catalogue: what features are good for; a value it doesn't give is taken from the feature's own definition.

    Returns:
        One a feature; the parts of a composite that the catalogue knows by different titles apart. A leaf of a kind that
        Zigbee2MQTT does not document has none.
    """
    settable = rows.loc[rows["settable"]]
    found: dict[tuple[object, ...], Offer] = {}
    for row, entry in zip(as_records(settable), entries(settable, catalogue), strict=True):
        value = example(row, entry)
        if value is None:
            continue
        key = (
            row["ieee_address"],
            row["origin"],
            row["feature"],
            row["composite"],
            entry.title if entry.purpose else "",
        )
        found.setdefault(key, Offer(entry, row["ieee_address"])).add(row, value)
    return list(found.values())


def example(row: Mapping[str, Any], entry: Entry) -> Any:  # noqa: ANN401 - a list's value holds anything
    """Return a value that a leaf takes: the catalogue's, else one of its own; None for a kind that isn't documented.

    Args:
        row: kind, name, composite, unit, values, value_min, value_max, value_step, presets and, for a list, raw.
        entry: what the catalogue says of it.
    """
    value = offered(row, entry.wanted(name=row["name"], composite=row["composite"], unit=row["unit"]))
    return _own(row, entry) if value is None else value


def _own(row: Mapping[str, Any], entry: Entry) -> Any:  # noqa: ANN401 - a list's value holds anything
    kind, values = row["kind"], row["values"]
    if kind in {"binary", "enum"}:
        offers = json.loads(values) if isinstance(values, str) else ["ON"] if kind == "binary" else []
        return offers[0] if offers else None
    if kind == "numeric":
        return _middle(*(_known(row[name]) for name in ("value_min", "value_max", "value_step")))
    if kind == "list":
        return [_item(row.get("raw"), entry)]
    return {"text": OWN_TEXT, "composite": {}}.get(kind)


def _item(raw: object, entry: Entry) -> Any:  # noqa: ANN401 - an item may be an object
    """Return one item of a list, as its definition describes it."""
    described = json.loads(raw).get("item_type") if isinstance(raw, str) else None
    item = described if isinstance(described, dict) else {"name": "item", "type": described or "text"}
    message: dict[str, Any] = {}
    for leaf in flatten([item], None).rows:
        row = leaf._asdict() | {"composite": leaf.container}
        place(message, row, example(row, entry))
    return next(iter(message.values()))


def _middle(low: float | None, high: float | None, step: float | None) -> Value:
    if low is None or high is None:
        return _plain(next((limit for limit in (low, high) if limit is not None), NEUTRAL))
    by = step or (1 if high - low > 1 else (high - low) / 2)
    return _plain(low + math.floor((high - low) / 2 / by) * by if by else low)


def _plain(number: float) -> Value:
    short = round(number, 6)
    return int(short) if short == int(short) else short


def _known(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else float(value)


def ways_table(connection: duckdb.DuckDBPyConnection, device: str, catalogue: Catalogue) -> pd.DataFrame:
    """Return how every settable feature of a device is set, options of Zigbee2MQTT last.

    Args:
        connection: an open store; a night's snapshot will do.
        device: its friendly name.
        catalogue: what features are good for.

    Returns:
        feature, what it is for (else Zigbee2MQTT's own words), publish to (topic), message (JSON), in Home Assistant (an
        action, JSON, which its editor takes as YAML), value (whether it is advised or an example, and what else it takes) and
        mind (risk and caveats).
    """
    rows = describe(query(connection, _CAPABILITIES, [device]), catalogue)
    columns = ["feature", "what it is for", "publish to", "message", "in Home Assistant", "value", "mind"]
    return pd.DataFrame([_row(way, device) for way in find_ways(rows, catalogue)], columns=columns)


def _row(way: Offer, device: str) -> tuple[str, ...]:
    first, entry = way.rows[0], way.entry
    topic, message = way_to_set(way, device, first["base_topic"])
    action = way.action() or publishing(topic, message)
    risk = f"Risk: {entry.risk}." if entry.purpose and entry.risk != "low" else ""
    return (
        first["feature"],
        entry.purpose or (first["description"] if isinstance(first["description"], str) else entry.title),
        topic,
        message,
        json.dumps(action, ensure_ascii=False) if action else "-",
        f"{'advised' if _advised(way) else 'an example, choose your own'}; it takes {_choices(way)}",
        " ".join(part for part in (risk, entry.caveats) if part) or "-",
    )


def way_to_set(way: Offer, device: str, base_topic: str) -> tuple[str, str]:
    """Return the topic and the message (JSON) that set a feature of a device.

    Source: https://www.zigbee2mqtt.io/guide/usage/mqtt_topics_and_messages.html
    """
    if way.origin == "option":
        message: Any = {"id": device, "options": way.payload}
        return f"{base_topic}/bridge/request/device/options", json.dumps(message, ensure_ascii=False)
    return f"{base_topic}/{device}/set", json.dumps(way.payload, ensure_ascii=False)


def publishing(topic: str, message: str) -> dict[str, Any] | None:
    """Return Home Assistant's action that sends a message itself; None where it would read a template into it."""
    if any(mark in text for mark in TEMPLATE for text in (topic, message)):
        return None
    return {"action": "mqtt.publish", "data": {"topic": topic, "payload": message}}


def _advised(way: Offer) -> bool:
    """Whether every value is the catalogue's advice, none a mere example."""
    wanted = [way.entry.wanted(name=row["name"], composite=row["composite"], unit=row["unit"]) for row in way.rows]
    pairs = zip(way.rows, wanted, strict=True)
    return bool(way.entry.purpose) and way.entry.tell and all(offered(row, values) is not None for row, values in pairs)


def _choices(way: Offer) -> str:
    said = [(row["name"], _choice(row)) for row in way.rows]
    return said[0][1] if len(said) == 1 else "; ".join(f"{name}: {choice}" for name, choice in said)


def _choice(row: Mapping[str, Any]) -> str:
    if isinstance(row["values"], str):
        offers = [value if isinstance(value, str) else json.dumps(value) for value in json.loads(row["values"])]
        return f"one of {', '.join(offers)}"
    limits = takes(row["kind"], None, row["value_min"], row["value_max"], row["unit"])
    return limits or {"numeric": "a number", "text": "a text"}.get(row["kind"], "what its description says")


_CAPABILITIES = """
SELECT capability.*, base_topic, access & 2 > 0 AS settable, entity_id, attribute, component, coalesce(enabled, false) AS enabled
FROM device_capabilities AS capability JOIN devices USING (ieee_address)
LEFT JOIN (SELECT DISTINCT ON (ieee_address, path) ieee_address, path, entity_id, attribute, component, enabled
           FROM entities WHERE path IS NOT NULL ORDER BY enabled DESC, entity_id) USING (ieee_address, path)
WHERE coalesce(friendly_name, 'unknown') = $1 AND left_at IS NULL
ORDER BY origin, capability.path
"""
