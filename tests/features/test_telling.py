"""What an opportunity rests on, in words and in rows."""

from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from homeintel.features.telling import MOST_EVIDENCE, evidence_rows, rests_on, spelled
from tests.features.homes import at

BERLIN = ZoneInfo("Europe/Berlin")


def row(verdict: str, **given: Any) -> dict[str, Any]:
    return {
        "ieee_address": "0x1", "path": "power_on_behavior", "origin": "expose", "verdict": verdict, "reason": None,
        "points": 4, "told": False, "last_value": "on", "unit": None, "entity_id": "select.a", "first_seen": pd.Timestamp(at(0.95)),
        "last_seen": pd.Timestamp(at(20)),
    } | given  # fmt: skip


UNKNOWN = row("not_observable", reason="write_only", points=0, last_value=None, entity_id=None)


def test_one_value_is_told_with_its_days_and_records() -> None:
    assert rests_on([[row("constant")]], BERLIN) == (
        "It has kept one value since 2026-10-02 (on; 4 records, the last on 2026-10-21)."
    )


def test_several_devices_are_told_together_with_their_values() -> None:
    values = [[row("constant", last_value=f"{number}.0", unit="s")] for number in range(5)]
    assert rests_on(values, BERLIN) == (
        "Each has kept one value since 2026-10-02 (0 s, 1 s, 2 s and 2 other values; 20 records, the last on 2026-10-21)."
    )


@pytest.mark.parametrize(
    ("told", "words"),
    [(True, "by the device's own state, last read on 2026-10-04"), (False, "last recorded on 2026-10-04")],
)
def test_what_the_stored_history_does_not_hold_says_where_it_is_from(told: bool, words: str) -> None:
    seen = pd.Timestamp(at(3))
    kept = row("constant", points=0, told=told, first_seen=seen, last_seen=seen)
    assert rests_on([[kept]], BERLIN) == f"It has kept one value since 2026-10-04 (on; {words})."


def test_of_a_feature_with_an_unknown_part_nothing_is_claimed() -> None:
    assert rests_on([[row("constant"), UNKNOWN]], BERLIN) == (
        "Whether it is used can't be known: The device can be told this but never reports it (write-only)."
    )


def test_devices_of_different_verdicts_are_counted_apart() -> None:
    silent = row("never_seen", points=0, last_value=None)
    assert rests_on([[row("constant")], [row("constant")], [silent], [UNKNOWN]], BERLIN) == (
        "Of 2 of the 4 devices: Each has kept one value since 2026-10-02 (on; 8 records, the last on 2026-10-21). "
        "Of 1 of the 4 devices: Its entity is known and stayed silent, while others of its kind are recorded. "
        "Of 1 of the 4 devices: Whether it is used can't be known: The device can be told this but never reports it (write-only)."
    )


def test_an_option_is_not_set() -> None:
    assert rests_on([[row("constant", origin="option")]], BERLIN) == "It is not set in Zigbee2MQTT."


@pytest.mark.parametrize(
    ("value", "unit", "text"), [("0.0", None, "0"), ("21.50", "°C", "21.5 °C"), ("off", "s", "off"), ("3", "", "3")]
)
def test_values_are_spelled_as_people_do(value: str, unit: str | None, text: str) -> None:
    assert spelled(value, unit) == text


def test_the_evidence_is_bounded_and_fit_for_json() -> None:
    found = evidence_rows([row("constant"), UNKNOWN] * 30, {"0x1": ("lamp", "zigbee2mqtt")})
    assert len(found) == MOST_EVIDENCE
    assert found[0] == {
        "device": "lamp", "property": "power_on_behavior", "entity_id": "select.a", "verdict": "constant", "value": "on",
        "records": 4, "first": "2026-10-01T22:48:00+00:00", "last": "2026-10-21T00:00:00+00:00",
    }  # fmt: skip
    assert (found[1]["value"], found[1]["entity_id"], found[1]["records"]) == (None, None, 0)
