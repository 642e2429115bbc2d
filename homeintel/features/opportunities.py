"""Unused features worth telling, ranked: what it is for, how to switch it on, how sure it is that nobody uses it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from homeintel.features.catalogue import Catalogue
from homeintel.features.certainty import certainty
from homeintel.features.context import Context
from homeintel.features.offers import Offer, find_offers
from homeintel.features.telling import evidence_rows, present_values, rests_on

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
    "now",
    "reason",
    "evidence",
    "certainty",
    "score",
)

RISK_FACTOR = {"low": 1.0, "medium": 0.8, "high": 0.5}
"""By how much risk takes an opportunity back."""

HELP_FACTOR = 1.4
"""By how much a finding of this home that the feature would help raises its usefulness, to at most 1."""

Names = Mapping[str, tuple[str, str]]
"""ieee_address -> (friendly name, base topic)."""


@dataclass(frozen=True)
class Watched:
    """How long the home was watched, and where it is.

    Args:
        start: the window's first moment, or in a young home the oldest row, UTC.
        end: the window's last moment, UTC, exclusive.
        zone: the home's, for the days in sentences.
    """

    start: datetime
    end: datetime
    zone: ZoneInfo


def rank_opportunities(
    rows: pd.DataFrame, devices: pd.DataFrame, catalogue: Catalogue, context: Context, watched: Watched
) -> pd.DataFrame:
    """Return the features that nobody uses and that are worth telling, the best first.

    An opportunity is a settable feature the catalogue knows of which no part changed in the window, and that does not
    already stand at the value the catalogue would suggest. Equal features of several devices with the same message are
    one opportunity.

    Args:
        rows: verdicts of the night (`homeintel.features.verdicts.judge`, described by `features.describe`), of the
            devices that are worth advising on: without groups and without spare devices.
        devices: the store's `devices`.
        catalogue: what features are good for.
        context: which findings a feature would help (`homeintel.features.context.find_context`).
        watched: since when, until when, and where.

    Returns:
        One row an opportunity, columns `COLUMNS`:
        key (stable from night to night: the kind of feature and its message, not the devices),
        origin (`expose`: a feature of the device; `option`: of Zigbee2MQTT's configuration of it),
        name and path (of the first device's feature),
        ieee_addresses, friendly_names (lists, in the order of the names), entity_ids (list: of those that are known and
        enabled),
        label (a title without a device's name), sentence (what it is for),
        usefulness and effort (0 to 1), risk (low | medium | high),
        topics (list: where `payload` goes, one a device: `<base topic>/<name>/set`; for options one
        `<base topic>/bridge/request/device/options`), payload (dict to send; for options the part `options` of
        `{"id": <name>, "options": ...}`),
        action (Home Assistant's action for all the devices, as in an automation, dict; None where it has none),
        caveats (a sentence or ""), now (the different values it has, text; "" where none is known),
        reason (why it ranks higher here, and what the verdict rests on),
        evidence (list of dicts: see `homeintel.features.telling.evidence_rows`),
        certainty (0 to 1: how sure it is that nobody uses it), score (0 to 1, the order: usefulness times certainty,
        less for effort and risk).
        Empty, with these columns, when there is nothing.
    """
    names = {
        address: (str(name), str(base))
        for address, name, base in zip(
            devices["ieee_address"], devices["friendly_name"], devices["base_topic"], strict=True
        )
    }
    groups: dict[str, list[Offer]] = {}
    for offer in find_offers(rows, catalogue):
        groups.setdefault(_key(offer), []).append(offer)
    found = [_opportunity(key, group, names, context, watched) for key, group in groups.items()]
    table = pd.DataFrame(found, columns=list(COLUMNS))
    return table.sort_values(["score", "key"], ascending=[False, True]).reset_index(drop=True)


def _key(offer: Offer) -> str:
    return f"{offer.origin}:{offer.entry.names[0]}:{json.dumps(offer.payload, sort_keys=True)}"


def _opportunity(key: str, group: list[Offer], names: Names, context: Context, watched: Watched) -> dict[str, Any]:
    group = sorted(group, key=lambda offer: names[offer.address])
    entry, rows = group[0].entry, [row for offer in group for row in sorted(offer.rows, key=_path)]
    helped = _helped(group, context)
    usefulness = min(1.0, entry.usefulness * (HELP_FACTOR if helped else 1.0))
    sure = min(certainty(row, watched.start, watched.end) for row in rows)
    linked = [row for row in rows if isinstance(row["entity_id"], str) and row["enabled"]]
    return {
        "key": key,
        "origin": group[0].origin,
        "name": rows[0]["name"],
        "path": rows[0]["path"],
        "ieee_addresses": [offer.address for offer in group],
        "friendly_names": [names[offer.address][0] for offer in group],
        "entity_ids": list(dict.fromkeys(row["entity_id"] for row in linked)),
        "label": entry.title,
        "sentence": entry.purpose,
        "usefulness": usefulness,
        "effort": entry.effort,
        "risk": entry.risk,
        "topics": _topics(group, names),
        "payload": group[0].payload,
        "action": _action(group),
        "caveats": entry.caveats,
        "now": present_values(rows),
        "reason": " ".join([*helped, rests_on([offer.rows for offer in group], watched.zone)]),
        "evidence": evidence_rows(rows, names),
        "certainty": sure,
        "score": usefulness * sure * (1 - entry.effort / 2) * RISK_FACTOR[entry.risk],
    }


def _path(row: Mapping[str, Any]) -> str:
    return str(row["path"])


def _helped(group: list[Offer], context: Context) -> list[str]:
    """Return why the feature is worth more in this home, each sentence once.

    The catalogue's best value is what helps: a light that is warm already gains nothing in the evening.
    """
    keys = [(key, offer.address) for offer in group if offer.first_choice for key in offer.entry.helps]
    return list(dict.fromkeys(context[key] for key in keys if key in context))[:2]


def _topics(group: list[Offer], names: Names) -> list[str]:
    if group[0].origin == "option":
        return list(dict.fromkeys(f"{names[offer.address][1]}/bridge/request/device/options" for offer in group))
    return [f"{names[offer.address][1]}/{names[offer.address][0]}/set" for offer in group]


def _action(group: list[Offer]) -> dict[str, Any] | None:
    """Return one action for all devices, None if they need different ones or have none."""
    actions = [offer.action() for offer in group]
    first = actions[0]
    if first is None or any(_without_target(action) != _without_target(first) for action in actions):
        return None
    targets = [entity for action in actions if action for entity in action["target"]["entity_id"]]
    return {**first, "target": {"entity_id": targets}}


def _without_target(action: dict[str, Any] | None) -> dict[str, Any] | None:
    return None if action is None else {key: value for key, value in action.items() if key != "target"}
