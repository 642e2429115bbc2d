"""Features nobody uses become suggestions: what it is for, how to switch it on."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from homeintel.suggestions.candidate import Candidate, suggestion_id
from homeintel.suggestions.names import Names
from homeintel.suggestions.switching_on import payload

Opportunity = Mapping[str, Any]

RISK_EFFORT = {"low": 0.0, "medium": 0.2, "high": 0.5}
"""What the care that a risky setting asks for adds to its effort."""

FEATURE_IMPACT = 0.7
"""The impact of the most useful feature: set once, it makes a thing better, while a daily habit is a hand movement a day."""

MOST_NAMES = 3
"""Devices named in a title; the others are counted."""


def from_opportunities(opportunities: pd.DataFrame, names: Names) -> list[Candidate]:
    """Return one suggestion a feature, however many devices have it and whatever values they take.

    Args:
        opportunities: see `homeintel.features.opportunities.rank_opportunities`; the best first.
        names: what people call their entities and devices.
    """
    groups: dict[tuple[str, ...], list[Opportunity]] = {}
    for row in opportunities.to_dict("records"):
        opportunity = {str(key): value for key, value in row.items()}
        groups.setdefault(feature_effect(opportunity), []).append(opportunity)
    return [_candidate(effect, group, names) for effect, group in groups.items()]


def _candidate(effect: tuple[str, ...], group: Sequence[Opportunity], names: Names) -> Candidate:
    best = group[0]
    devices = list(dict.fromkeys(str(name) for opportunity in group for name in opportunity["friendly_names"]))
    certainty = float(best["certainty"])
    caveats = [str(best["caveats"]), _RISK_CAVEAT.get(str(best["risk"]), "")]
    return Candidate(
        suggestion_id=suggestion_id(*effect),
        kind="feature",
        title=f"{best['label']}: {_several(devices)}",
        description=f"{str(best['sentence']).strip()} {_who_has_it(devices)}; {_reason(best, names)}",
        entity_ids=_each_once(group, "entity_ids"),
        ieee_addresses=_each_once(group, "ieee_addresses"),
        effects=(effect,),
        confidence=certainty,
        confidence_low=None,
        confidence_high=None,
        impact=FEATURE_IMPACT * float(best["usefulness"]),
        effort=min(1.0, float(best["effort"]) + RISK_EFFORT[str(best["risk"])]),
        evidence={**feature_evidence(best), "devices": devices},
        evidence_count=len(devices),
        path=str(best["path"]),
        action_payload=payload(group, names),
        caveats=tuple(caveat for caveat in caveats if caveat),
    )


def feature_evidence(opportunity: Opportunity) -> dict[str, Any]:
    """Return where the rows behind an unused feature stand."""
    return {
        "table": "device_feature_usage",
        "path": str(opportunity["path"]),
        "devices": [str(name) for name in opportunity["friendly_names"]],
        "reason": str(opportunity["reason"]),
        "notebook": "04_feature_analysis",
        "section": "What is worth trying",
    }


def _each_once(group: Sequence[Opportunity], column: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(value) for opportunity in group for value in opportunity[column]))


def _who_has_it(devices: Sequence[str]) -> str:
    return f"{devices[0]} has it" if len(devices) == 1 else f"{len(devices)} devices have it"


def _reason(opportunity: Opportunity, names: Names) -> str:
    """Return why it is told, as the rest of a sentence: what phase 4 gives as sentences, entities by their names."""
    sentences = [part for part in re.split(r"(?<=\.) ", str(opportunity["reason"]).strip()) if part]
    called = tuple({*names.friendly.values(), *names.of_device.values(), *opportunity["friendly_names"]})
    parts = [names.in_words(part).rstrip(".") for part in sentences]
    return "; ".join(part if part.startswith(called) else f"{part[0].lower()}{part[1:]}" for part in parts) + "."


def feature_effect(opportunity: Opportunity) -> tuple[str, ...]:
    """Return what an unused feature would change: the feature, whatever values its devices take and wherever it is set."""
    return ("feature", str(opportunity["label"]))


def _several(names: list[str]) -> str:
    shown, more = names[:MOST_NAMES], len(names) - MOST_NAMES
    if more > 0:
        return f"{', '.join(shown)} and {more} more"
    return ", ".join(shown[:-1]) + " and " + shown[-1] if len(shown) > 1 else "".join(shown)


_RISK_CAVEAT = {
    "medium": "Note the present value first.",
    "high": "Try it on one device first, and note the present value.",
}
