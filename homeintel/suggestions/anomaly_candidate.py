"""What the suggestions from anomalies have in common."""

import json
from collections.abc import Mapping
from typing import Any

from homeintel.suggestions.automation.schema import AutomationData
from homeintel.suggestions.candidate import Candidate
from homeintel.suggestions.names import Names
from homeintel.suggestions.pattern_row import json_object

Row = Mapping[str, Any]
"""A row of `anomalies`."""

LOOK_EFFORT = 0.4
"""Going there, opening a case, or editing an automation."""


def score(row: Row) -> float:
    """Return an anomaly's score."""
    return float(row["score"])


def anomaly_candidate(
    row: Row,
    identity: str,
    *,
    title: str,
    description: str,
    entities: tuple[str, ...],
    names: Names,
    effects: tuple[tuple[str, ...], ...],
    impact: float,
    effort: float = LOOK_EFFORT,
    automation: AutomationData | None = None,
    caveats: tuple[str, ...] = (),
    evidence_count: int = 1,
) -> Candidate:
    """Return the suggestion that an anomaly makes; its confidence is the anomaly's score.

    Args:
        row: the anomaly.
        identity: the suggestion's id.
        title: see `Candidate`, as all that follow.
        description: two plain sentences.
        entities: the one it is about first.
        names: what people call their entities.
        effects: what it would change.
        impact: what it would be worth.
        effort: what it costs.
        automation: what tells or reminds from now on.
        caveats: what to know before.
        evidence_count: how often it happened.
    """
    evidence = {
        "table": "anomalies",
        "entity_id": entities[0],
        **{name: row.get(name) for name in ("anomaly_id", "kind", "expected", "observed")},
        "detail": json_object(row.get("detail")),
        "notebook": "03_pattern_detection",
        "section": "Anomalies",
    }
    return Candidate(
        suggestion_id=identity,
        kind="anomaly",
        title=title,
        description=description,
        entity_ids=entities,
        ieee_addresses=names.devices(*entities),
        effects=effects,
        confidence=min(1.0, max(0.0, score(row))),
        confidence_low=None,
        confidence_high=None,
        impact=impact,
        effort=effort,
        evidence=json.loads(json.dumps(evidence, default=str)),
        evidence_count=evidence_count,
        automation=automation,
        caveats=caveats,
    )
