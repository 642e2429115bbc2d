"""Unused features worth telling, ranked: what it is for, how to switch it on, how sure it is that nobody uses it."""

import json
import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from homeintel.features.actions import Value, choose_value, home_assistant_action
from homeintel.features.catalogue import Catalogue, Entry
from homeintel.features.certainty import certainty
from homeintel.features.context import Context
from homeintel.features.features import entries
from homeintel.features.records import as_records
from homeintel.features.spare import spare_devices

COLUMNS = (
    "key",
    "origin",
    "name",
    "path",
    "ieee_addresses",
    "friendly_names",
    "entity_ids",
    "label",
    "sentence",
    "usefulness",
    "effort",
    "risk",
    "topics",
    "payload",
    "action",
    "caveats",
    "reason",
    "certainty",
    "score",
)

RISK_FACTOR = {"low": 1.0, "medium": 0.8, "high": 0.5}
"""By how much risk takes an opportunity back."""

HELP_FACTOR = 1.4
"""By how much a finding of this home that the feature would help raises its usefulness, to at most 1."""


@dataclass(frozen=True)
class _Offer:
    """One feature of one device that could be switched on."""

    entry: Entry
    address: str
    rows: list[dict[str, Any]]
    payload: dict[str, Value]


def rank_opportunities(
    rows: pd.DataFrame, devices: pd.DataFrame, catalogue: Catalogue, context: Context, *, start: datetime, end: datetime
) -> pd.DataFrame:
    """Return the features that nobody uses and that are worth telling, the best first.

    An opportunity is a settable feature the catalogue knows of which no part changed in the window, on a device that is
    itself in use, and that does not already stand at the value the catalogue would suggest. Equal features of several
    devices with the same payload are one opportunity.

    Args:
        rows: verdicts of the night (`homeintel.features.verdicts.judge`, described by `features.describe`).
        devices: the store's `devices`.
        catalogue: what features are good for.
        context: which findings a feature would help (`homeintel.features.context.find_context`).
        start: the window's first moment, UTC.
        end: its last, exclusive.

    Returns:
        One row an opportunity, columns `COLUMNS`:
        key (stable from night to night: the kind of feature and its payload, not the devices),
        origin (`expose`: a feature of the device; `option`: of Zigbee2MQTT's configuration of it),
        name and path (of the first device's feature),
        ieee_addresses, friendly_names, entity_ids (lists, in the order of the names; entity_ids of those known and enabled),
        label (a title without a device's name), sentence (what it is for),
        usefulness and effort (0 to 1), risk (low | medium | high),
        topics (list: where `payload` goes, a device each: `<base topic>/<name>/set`; for options one
        `<base topic>/bridge/request/device/options`), payload (dict to send; of an option without the device's `id`),
        action (Home Assistant's action as in an automation, dict; None where it has none),
        caveats (a sentence or ""), reason (why it ranks higher here and what the verdict rests on),
        certainty (0 to 1: how sure it is that nobody uses it), score (0 to 1, the order).
        Empty, with these columns, when there is nothing.
    """
    in_use = rows.loc[~rows["ieee_address"].isin(spare_devices(rows, devices)["ieee_address"])]
    candidates = in_use.loc[_candidates(in_use)].reset_index(drop=True)
    known = [entry if entry.purpose and entry.tell else None for entry in entries(candidates, catalogue)]
    offers = _offers(candidates, known)
    named = {
        address: (str(name), str(base))
        for address, name, base in zip(
            devices["ieee_address"], devices["friendly_name"], devices["base_topic"], strict=True
        )
    }
    groups: dict[str, list[_Offer]] = {}
    for offer in offers:
        groups.setdefault(_group_key(offer), []).append(offer)
    found = [_opportunity(key, group, named, context, start, end) for key, group in groups.items()]
    table = pd.DataFrame(found, columns=list(COLUMNS))
    return table.sort_values(["score", "key"], ascending=[False, True]).reset_index(drop=True)


def _candidates(rows: pd.DataFrame) -> pd.Series:
    used = rows.loc[rows["verdict"] == "used", ["ieee_address", "feature"]].drop_duplicates()
    used_keys = set(zip(used["ieee_address"], used["feature"], strict=True))
    part_used = pd.Series(
        [key in used_keys for key in zip(rows["ieee_address"], rows["feature"], strict=True)],
        index=rows.index,
        dtype=bool,
    )
    hidden = rows["reason"].isin(["device_disabled", "filtered", "excluded", "configuration_unknown"])
    return rows["settable"] & (rows["verdict"] != "unsupported") & ~part_used & ~hidden & (rows["usefulness"] > 0)


def _offers(candidates: pd.DataFrame, known: list[Entry | None]) -> list[_Offer]:
    """Return what each device could do, its leaves of one catalogue entry together."""
    together: dict[tuple[str, str, str], _Offer] = {}
    for record, entry in zip(as_records(candidates), known, strict=True):
        if entry is None:
            continue
        value = choose_value(
            entry.values, kind=record["kind"], possible=record["values"], low=_number(record["value_min"]),
            high=_number(record["value_max"]), presets=record["presets"],
        )  # fmt: skip
        if value is None or str(value).lower() == str(record["last_value"]).lower():
            continue
        key = (record["ieee_address"], record["origin"], entry.title)
        offer = together.setdefault(key, _Offer(entry, record["ieee_address"], [], {}))
        offer.rows.append({**record, "value": value})
        offer.payload[record["property"] or record["name"]] = value
    return list(together.values())


def _number(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else float(value)


def _group_key(offer: _Offer) -> str:
    return f"{offer.rows[0]['origin']}:{offer.entry.names[0]}:{json.dumps(offer.payload, sort_keys=True)}"


def _opportunity(
    key: str, group: list[_Offer], devices: dict[str, tuple[str, str]], context: Context, start: datetime, end: datetime
) -> tuple[Any, ...]:
    group.sort(key=lambda offer: devices[offer.address])
    entry, first = group[0].entry, group[0].rows[0]
    helped = [
        (offer.address, context[help_key, offer.address])
        for offer in group
        for help_key in entry.helps
        if (help_key, offer.address) in context
    ]
    usefulness = min(1.0, entry.usefulness * (HELP_FACTOR if helped else 1.0))
    sure = min(certainty(row, start, end) for offer in group for row in offer.rows)
    score = usefulness * sure * (1 - entry.effort / 2) * RISK_FACTOR[entry.risk]
    names = [devices[offer.address][0] for offer in group]
    bases = [devices[offer.address][1] for offer in group]
    linked = [row for offer in group for row in offer.rows if isinstance(row["entity_id"], str) and row["enabled"]]
    return (
        key, first["origin"], first["name"], first["path"], [offer.address for offer in group], names,
        list(dict.fromkeys(row["entity_id"] for row in linked)), entry.title, entry.purpose, usefulness, entry.effort,
        entry.risk, _topics(first["origin"], bases, names), group[0].payload, _action(linked), entry.caveats,
        _reason(first, helped), sure, score,
    )  # fmt: skip


def _topics(origin: str, bases: list[str], names: list[str]) -> list[str]:
    if origin == "option":
        return [f"{base}/bridge/request/device/options" for base in dict.fromkeys(bases)]
    return [f"{base}/{name}/set" for base, name in zip(bases, names, strict=True)]


def _action(linked: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return one action for all entities, None if they need different ones or have none."""
    if not linked:
        return None
    ways = {(row["component"], row["attribute"], str(row["value"])) for row in linked}
    if len(ways) > 1:
        return None
    row = linked[0]
    offered = json.loads(row["values"]) if isinstance(row["values"], str) else []
    attribute = row["attribute"] if isinstance(row["attribute"], str) else None
    entities = list(dict.fromkeys(row["entity_id"] for row in linked))
    return home_assistant_action(row["component"], attribute, row["value"], (offered or ["ON"])[0], entities)


_VERDICT_WORDS = {
    "constant": "It kept one value the whole time.",
    "never_seen": "Nothing was ever recorded of it.",
    "not_observable": "Whether it is used can't be known from the history.",
}


def _reason(first: dict[str, Any], helped: list[tuple[str, str]]) -> str:
    rests_on = "It is not set in Zigbee2MQTT." if first["origin"] == "option" else _VERDICT_WORDS[first["verdict"]]
    return " ".join([*dict.fromkeys(sentence for _, sentence in helped), rests_on])
