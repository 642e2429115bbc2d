"""What a night found, and which of it belongs to an area, a device or an entity."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from homeintel.explore.opening import Opened
from homeintel.patterns.history import History
from homeintel.store import query

__all__ = ["NOWHERE", "Found", "fitting", "load_found", "of_entities", "overview", "places"]

NOWHERE = "unknown"
"""The area or device of an entity of which neither is known."""


@dataclass(frozen=True)
class Found:
    """The rows of one night.

    Args:
        patterns: of the table `patterns`.
        anomalies: of the table `anomalies`.
        funnel: of the table `detection_funnel`, the detectors' steps.
        entities: every entity with a device: entity_id, device, area; what is not known is `NOWHERE`.
    """

    patterns: pd.DataFrame
    anomalies: pd.DataFrame
    funnel: pd.DataFrame
    entities: pd.DataFrame


def load_found(opened: Opened) -> Found:
    """Read what the opened night found.

    Raises:
        StoreError: the copy can't be read.
    """
    with opened.store.connect() as connection:
        return Found(
            patterns=query(connection, "SELECT * FROM patterns WHERE run_id = ?", [opened.run_id]),
            anomalies=query(connection, "SELECT * FROM anomalies WHERE run_id = ?", [opened.run_id]),
            funnel=query(connection, _FUNNEL, [opened.run_id]),
            entities=query(connection, _ENTITIES).fillna(NOWHERE),
        )


def overview(opened: Opened, found: Found, history: History | None) -> pd.DataFrame:
    """Return what there is to explore: what, and how many.

    Args:
        opened: the home.
        found: what the night found.
        history: its events; None for a snapshot's.
    """
    pairs = int((found.patterns["kind"] == "co_occurrence").sum())
    counts = {"days looked at": opened.window.days, "entities of devices": len(found.entities)}
    if history is not None:
        counts |= {"days with data": int(history.data_days.sum()), "entities with events": len(history.entities)}
        counts |= {"changes": len(history.changes.time)}
    counts |= {"routines": len(found.patterns) - pairs, "pairs": pairs, "anomalies": len(found.anomalies)}
    return pd.DataFrame({"what": list(counts), "how many": list(counts.values())})


_FUNNEL = "SELECT * FROM detection_funnel WHERE run_id = ? AND detector <> 'suggestions' ORDER BY position"

_ENTITIES = """
SELECT entity_id, min(friendly_name) AS device, min(area) AS area
FROM entities LEFT JOIN devices USING (ieee_address) GROUP BY entity_id ORDER BY entity_id
"""


def places(entities: pd.DataFrame, history: History | None) -> pd.DataFrame:
    """Return entity_id, device and area of every entity that can be chosen.

    Args:
        entities: see `Found`.
        history: entities with events that belong to no device are added; None: a snapshot's.
    """
    others = sorted(set(history.entities) - set(entities["entity_id"])) if history is not None else []
    added = pd.DataFrame({"entity_id": others, "device": NOWHERE, "area": NOWHERE})
    return pd.concat([entities, added], ignore_index=True)


def fitting(entities: pd.DataFrame, *, area: str | None = None, device: str | None = None) -> pd.DataFrame:
    """Return the entities of an area and a device; None does not limit."""
    for name, value in (("area", area), ("device", device)):
        if value is not None:
            entities = entities[entities[name] == value]
    return entities


def of_entities(patterns: pd.DataFrame, entity_ids: Sequence[str] | None) -> pd.DataFrame:
    """Return the patterns in which one of the entities acts or triggers; None does not limit."""
    if entity_ids is None:
        return patterns
    return patterns[patterns["entity_id"].isin(entity_ids) | patterns["trigger_entity_id"].isin(entity_ids)]
