"""Features nobody uses become suggestions: what it is for, how to switch it on."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from homeintel.suggestions.candidate import Candidate, suggestion_id

RISK_EFFORT = {"low": 0.0, "medium": 0.2, "high": 0.5}
"""What the care that a risky setting asks for adds to its effort."""

MOST_NAMES = 3
"""Devices named in a title; the others are counted."""


def from_opportunity(opportunity: Mapping[str, Any]) -> Candidate:
    """Return the suggestion an unused feature makes.

    Args:
        opportunity: a row of `homeintel.features.opportunities.rank_opportunities`.
    """
    names = [str(name) for name in opportunity["friendly_names"]]
    sentences = [opportunity["sentence"], opportunity["reason"]]
    certainty = float(opportunity["certainty"])
    caveats = [opportunity["caveats"], _risk_caveat(str(opportunity["risk"]))]
    return Candidate(
        suggestion_id=suggestion_id("feature", str(opportunity["key"])),
        kind="feature",
        title=f"{opportunity['label']}: {_several(names)}",
        description=" ".join(str(sentence).strip() for sentence in sentences if sentence),
        entity_ids=tuple(opportunity["entity_ids"]),
        ieee_addresses=tuple(opportunity["ieee_addresses"]),
        effects=(feature_effect(opportunity),),
        confidence=certainty,
        confidence_low=None,
        confidence_high=None,
        impact=float(opportunity["usefulness"]),
        effort=min(1.0, float(opportunity["effort"]) + RISK_EFFORT[str(opportunity["risk"])]),
        evidence={
            "table": "device_feature_usage",
            "path": opportunity["path"],
            "devices": names,
            "reason": opportunity["reason"],
            "notebook": "04_feature_analysis",
        },
        evidence_count=len(names),
        path=str(opportunity["path"]),
        action_payload={
            "topics": list(opportunity["topics"]),
            "payload": dict(opportunity["payload"]),
            "action": opportunity["action"] if isinstance(opportunity["action"], dict) else None,
        },
        caveats=tuple(caveat for caveat in caveats if caveat),
    )


def feature_effect(opportunity: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what an unused feature would change: the feature, whatever values its devices take."""
    return ("feature", str(opportunity["origin"]), str(opportunity["label"]))


def from_opportunities(opportunities: pd.DataFrame) -> list[Candidate]:
    """Return the suggestions of all rows, in their order."""
    return [
        from_opportunity({str(key): value for key, value in row.items()}) for row in opportunities.to_dict("records")
    ]


def _several(names: list[str]) -> str:
    shown, more = names[:MOST_NAMES], len(names) - MOST_NAMES
    if more > 0:
        return f"{', '.join(shown)} and {more} more"
    return ", ".join(shown[:-1]) + " and " + shown[-1] if len(shown) > 1 else "".join(shown)


def _risk_caveat(risk: str) -> str:
    return {
        "medium": "Note the present value first.",
        "high": "Try it on one device first, and note the present value.",
    }.get(risk, "")
