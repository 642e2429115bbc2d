"""Features nobody uses become suggestions: what it is for, how to switch it on."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from homeintel.suggestions.candidate import Candidate, suggestion_id

Opportunity = Mapping[str, Any]

RISK_EFFORT = {"low": 0.0, "medium": 0.2, "high": 0.5}
"""What the care that a risky setting asks for adds to its effort."""

FEATURE_IMPACT = 0.7
"""The impact of the most useful feature: set once, it makes a thing better, while a daily habit is a hand movement a day."""

MOST_NAMES = 3
"""Devices named in a title; the others are counted."""


def from_opportunities(opportunities: pd.DataFrame) -> list[Candidate]:
    """Return one suggestion a feature, however many devices have it and whatever values they take.

    Args:
        opportunities: see `homeintel.features.opportunities.rank_opportunities`; the best first.
    """
    groups: dict[tuple[str, ...], list[Opportunity]] = {}
    for row in opportunities.to_dict("records"):
        opportunity = {str(key): value for key, value in row.items()}
        groups.setdefault(feature_effect(opportunity), []).append(opportunity)
    return [_candidate(effect, group) for effect, group in groups.items()]


def _candidate(effect: tuple[str, ...], group: Sequence[Opportunity]) -> Candidate:
    best = group[0]
    names = [str(name) for opportunity in group for name in opportunity["friendly_names"]]
    certainty = float(best["certainty"])
    caveats = [str(best["caveats"]), _RISK_CAVEAT.get(str(best["risk"]), "")]
    first, *more = [_payload(opportunity) for opportunity in group]
    return Candidate(
        suggestion_id=suggestion_id(*effect),
        kind="feature",
        title=f"{best['label']}: {_several(names)}",
        description=" ".join(str(best[name]).strip() for name in ("sentence", "reason") if best[name]),
        entity_ids=tuple(str(entity) for opportunity in group for entity in opportunity["entity_ids"]),
        ieee_addresses=tuple(str(address) for opportunity in group for address in opportunity["ieee_addresses"]),
        effects=(effect,),
        confidence=certainty,
        confidence_low=None,
        confidence_high=None,
        impact=FEATURE_IMPACT * float(best["usefulness"]),
        effort=min(1.0, float(best["effort"]) + RISK_EFFORT[str(best["risk"])]),
        evidence={
            "table": "device_feature_usage",
            "path": best["path"],
            "devices": names,
            "reason": best["reason"],
            "notebook": "04_feature_analysis",
            "section": "What is worth trying",
        },
        evidence_count=len(names),
        path=str(best["path"]),
        action_payload={**first, **({"more": more} if more else {})},
        caveats=tuple(caveat for caveat in caveats if caveat),
    )


def _payload(opportunity: Opportunity) -> dict[str, Any]:
    action = opportunity["action"]
    return {
        "topics": list(opportunity["topics"]),
        "payload": dict(opportunity["payload"]),
        "action": action if isinstance(action, dict) else None,
    }


def feature_effect(opportunity: Opportunity) -> tuple[str, ...]:
    """Return what an unused feature would change: the feature, whatever values its devices take."""
    return ("feature", str(opportunity["origin"]), str(opportunity["label"]))


def _several(names: list[str]) -> str:
    shown, more = names[:MOST_NAMES], len(names) - MOST_NAMES
    if more > 0:
        return f"{', '.join(shown)} and {more} more"
    return ", ".join(shown[:-1]) + " and " + shown[-1] if len(shown) > 1 else "".join(shown)


_RISK_CAVEAT = {
    "medium": "Note the present value first.",
    "high": "Try it on one device first, and note the present value.",
}
