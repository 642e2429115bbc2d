"""A habit that an unused feature makes better: one automation with both."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd

from homeintel.suggestions.automation.build import ID_PREFIX, MOST_ALIAS
from homeintel.suggestions.automation.schema import AutomationData
from homeintel.suggestions.candidate import Candidate, suggestion_id
from homeintel.suggestions.from_features import feature_effect, feature_evidence
from homeintel.suggestions.names import Names
from homeintel.suggestions.pattern_row import PatternRow
from homeintel.suggestions.switching_on import payload_for

Opportunity = Mapping[str, Any]

FEATURE_SHARE = 0.5
"""How much of what a habit's automation leaves to wish the most useful feature adds."""

SHOWN_WORTH = 0.1
"""By so much more usefulness or certainty another feature takes the place of one that was told last night."""

SUN_EVENTS_OF_THE_EVENING = frozenset({"sunset"})


def hybrids(
    habits: Sequence[tuple[PatternRow, Candidate]],
    opportunities: pd.DataFrame,
    names: Names,
    shown: Collection[str] = (),
) -> list[Candidate]:
    """Return for each habit the one unused feature that would help it most, as one suggestion of both.

    Which feature helps what is the catalogue's `helps`; it must be one of a device that takes part in the habit.

    Args:
        habits: habits with the suggestions they make.
        opportunities: see `homeintel.features.opportunities.rank_opportunities`.
        names: tells which devices take part.
        shown: ids of the suggestions of last night: of two features about as good, the one that was told stays.
    """
    if opportunities.empty or not habits:
        return []
    rows = [{str(key): value for key, value in row.items()} for row in opportunities.to_dict("records")]
    helping = _by_key_and_device(rows)
    devices = Counter(str(row["label"]) for row in rows for _ in row["ieee_addresses"])
    found = []
    for pattern, candidate in habits:
        if candidate.automation is None or candidate.security:
            continue
        fitting = [row for place in _places(pattern, names) for row in helping.get(place, ())]
        if fitting:
            best = max(fitting, key=partial(_worth, habit=candidate, shown=shown))
            found.append(_hybrid(candidate, best, names, alone=devices[str(best["label"])] == 1))
    return found


def _worth(opportunity: Opportunity, *, habit: Candidate, shown: Collection[str]) -> tuple[float, str]:
    told = _identity(habit, opportunity) in shown
    worth = opportunity["usefulness"] * opportunity["certainty"]
    return worth + (SHOWN_WORTH if told else 0.0), str(opportunity["key"])


def _identity(habit: Candidate, opportunity: Opportunity) -> str:
    return suggestion_id("hybrid", habit.suggestion_id, str(opportunity["label"]))


def _by_key_and_device(rows: Sequence[Opportunity]) -> dict[tuple[str, str], list[Opportunity]]:
    from homeintel.features.catalogue import load_catalogue

    catalogue = load_catalogue()
    found: dict[tuple[str, str], list[Opportunity]] = {}
    for row in rows:
        entry = catalogue.find(name=str(row["name"]), origin=str(row["origin"]))
        for key in entry.helps if entry else ():
            for address in row["ieee_addresses"]:
                found.setdefault((key, str(address)), []).append(row)
    return found


def _places(pattern: PatternRow, names: Names) -> list[tuple[str, str]]:
    """Return (what would help, device) for the devices of a habit; the keys are `homeintel.features.context.KEYS`."""
    from homeintel.features.context import EVENING_MINUTE, MOTION

    domain = pattern.entity_id.partition(".")[0]
    keys = []
    if pattern.kind == "co_occurrence" and names.prop.get(pattern.trigger_entity_id) in MOTION:
        keys.append(("motion_pair", pattern.trigger_entity_id))
    evening = pattern.kind == "time_of_day" and pattern.minute_of_day >= EVENING_MINUTE
    if domain == "light" and pattern.state == "on" and (evening or pattern.sun_event in SUN_EVENTS_OF_THE_EVENING):
        keys.append(("evening_light", pattern.entity_id))
    if domain in ("cover", "climate") and pattern.kind != "co_occurrence":
        keys.append(({"cover": "cover_routine", "climate": "heating_routine"}[domain], pattern.entity_id))
    return [(key, device) for key, entity in keys for device in names.devices(entity)]


def _hybrid(habit: Candidate, opportunity: Opportunity, names: Names, *, alone: bool) -> Candidate:
    """Return both as one; where no other device has the feature (`alone`), nothing is left to say of it elsewhere."""
    identity = _identity(habit, opportunity)
    assert habit.automation is not None
    title = f"{habit.title}, and use: {opportunity['label']}"
    automation = deepcopy(habit.automation) | {"id": f"{ID_PREFIX}{identity}"}
    merged = _merge(automation, opportunity["action"])
    if merged:
        automation["alias"] = title[:MOST_ALIAS]
    extra = FEATURE_SHARE * float(opportunity["usefulness"]) * float(opportunity["certainty"])
    own = [str(address) for address in opportunity["ieee_addresses"] if address in habit.ieee_addresses]
    return replace(
        habit,
        suggestion_id=identity,
        kind="hybrid",
        title=title,
        description=_description(habit, opportunity, merged=merged),
        effects=(*habit.effects, *((feature_effect(opportunity),) if alone else ())),
        impact=1 - (1 - habit.impact) * (1 - extra),
        effort=habit.effort if merged else min(1.0, habit.effort + float(opportunity["effort"])),
        evidence={**habit.evidence, "feature": feature_evidence(opportunity)},
        path=str(opportunity["path"]),
        automation=automation,
        action_payload=None if merged else payload_for(opportunity, names, own),
        caveats=(*habit.caveats, *([str(opportunity["caveats"])] if opportunity["caveats"] else [])),
        stands_on=(habit.suggestion_id,),
    )


def _description(habit: Candidate, opportunity: Opportunity, *, merged: bool) -> str:
    """Return the habit's sentences, the last one with what the feature adds."""
    label, purpose = opportunity["label"], str(opportunity["sentence"]).strip().rstrip(".")
    added = (
        f"it uses “{label}” too, which nobody does yet" if merged else f"switch on “{label}” too, which nobody uses yet"
    )
    return f"{habit.description.rstrip('.')}; {added}: it {purpose[:1].lower()}{purpose[1:]}."


def _merge(automation: AutomationData, action: object) -> bool:
    """Put the feature's data into the step that runs the same action; return whether there is one."""
    if not isinstance(action, dict) or not action.get("data"):
        return False
    for step in automation["actions"]:
        if step.get("action") == action["action"]:
            step["data"] = {**step.get("data", {}), **action["data"]}
            return True
    return False
