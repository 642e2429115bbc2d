"""Compares a simulated home's verdicts with its planted truth, property by property."""

from collections import Counter
from typing import Any

from homeintel.bridge.reported import KEPT_KINDS
from homeintel.features.records import as_records
from homeintel.simulate.truth import FeatureUse
from tests.features.simulated import Played

STATE = 1
UNUSED = frozenset({"constant", "never_seen", "unsupported"})


def compare(played: Played) -> tuple[Counter[str], list[str]]:
    """Return how many properties were met of each sort, and what is wrong, in words; nothing wrong is an empty list.

    The sorts: `option`, `used` and `unused` are observable, and only one verdict (or for the unused one of `UNUSED`) is
    right. `hidden` can't be observed from the history: `never_seen` is wrong. `silent` are observable in principle, but Home
    Assistant never wrote a word about them, so that not observable is right too.
    """
    verdicts = {(row["ieee_address"], row["path"]): row for row in as_records(played.analysis.rows)}
    disabled = set(played.analysis.devices.loc[played.analysis.devices["disabled"].astype(bool), "ieee_address"])
    written = set(played.rows["entity_id"].unique().to_pylist())
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    for use in played.home.truth.feature_use:
        row = verdicts[use.ieee_address, use.path]
        sort = _sort(played, use, disabled, written)
        counts[sort] += 1
        mistakes = (_wrong_verdict(sort, use, row), _wrong_cause(sort, use, row), _wrong_told(played, use, row))
        wrong += [f"{sort}: {one}: {use}: {row['verdict']} {row['reason']}" for one in mistakes if one]
    return counts, wrong


def _sort(played: Played, use: FeatureUse, disabled: set[str], written: set[str]) -> str:
    if use.origin == "option":
        return "option"
    if use.attribute in {"xy_color", "hs_color"}:
        return "colour"  # these lights only ever show white tones
    known = use.entity_id not in played.hidden and (played.registry or use.entity_id not in played.renamed)
    if not use.observable or not known or use.ieee_address in disabled:
        return "hidden"
    if use.used:
        return "used"
    return "unused" if played.known_as(str(use.entity_id)) in written else "silent"


def _wrong_verdict(sort: str, use: FeatureUse, row: dict[str, Any]) -> str:
    verdict = row["verdict"]
    right = {
        "option": (verdict == "used") == use.used,
        "colour": verdict != "used",
        "hidden": verdict != "never_seen",
        "used": verdict == "used",
        "unused": verdict in UNUSED,
        "silent": verdict in UNUSED | {"not_observable"},
    }
    return "" if right[sort] else "verdict"


def _wrong_cause(sort: str, use: FeatureUse, row: dict[str, Any]) -> str:
    """Return what is wrong with who did it. A hand at a wall switch is the device's own to Home Assistant."""
    if sort != "used":
        return ""
    causes = {name: int(row[name]) for name in ("person", "automation", "device", "unknown")}
    if sum(causes.values()) != row["changes"]:
        return "causes do not add up"
    if use.by == "device" and causes["person"] + causes["automation"]:
        return "a device's own change is put down to somebody"
    if use.by == "person" and 2 * causes["automation"] > row["changes"]:
        return "a person's changes are put down to automations"
    return ""


def _wrong_told(played: Played, use: FeatureUse, row: dict[str, Any]) -> str:
    """Return what is wrong with a property whose retained state is known; only what can be published is told."""
    key = (use.ieee_address, use.path)
    if not int(row["access"]) & STATE or row["reason"] in {"device_disabled", "press"}:
        return ""
    if key in played.told and row["kind"] in KEPT_KINDS:
        if not isinstance(row["told_value"], str):
            return "a told value is missing"
        if row["lasting"] and row["verdict"] not in {"used", "constant"}:
            return "a told setting is not known"
    if key in played.never_told and row["points"] == 0 and row["verdict"] not in {"unsupported", "constant"}:
        return "null is not believed"
    return ""
