"""What tonight's detection just missed."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from homeintel.settings import Settings
from homeintel.store import Store
from tests.suggestions import homes
from tests.suggestions.test_memory import FIRST, SECOND, night


@pytest.fixture
def given(tmp_path: Path) -> Settings:
    return homes.settings(tmp_path)


def test_a_habit_that_detection_missed_stays_for_a_week_then_is_resolved(store: Store, given: Settings) -> None:
    (identity,) = night(store, given, FIRST, [homes.pattern("p1")])
    statuses = []
    for day in range(1, 9):
        rows = night(store, given, FIRST + timedelta(days=day), [])
        statuses.append(rows[identity]["status"])
        if day == 1:
            (caveat,) = [text for text in rows[identity]["caveats"] if "Tonight" in text]
            assert caveat == "Tonight it did not stand out clearly; the numbers are those of the night of 2026-09-28."
    assert statuses == ["repeated"] * 7 + ["resolved"]


def test_when_it_is_found_again_its_numbers_are_tonights(store: Store, given: Settings) -> None:
    (identity,) = night(store, given, FIRST, [homes.pattern("p1")])
    night(store, given, SECOND, [])
    again = night(store, given, SECOND + timedelta(days=1), [homes.pattern("p1", occurrences=27)])
    assert again[identity]["status"] == "repeated"
    assert "27 of 28" in again[identity]["description"]
    assert not [text for text in again[identity]["caveats"] if "Tonight" in text]


def test_one_whose_replay_no_longer_holds_does_not_stay(store: Store, given: Settings) -> None:
    (identity,) = night(store, given, FIRST, [homes.pattern("p1")])
    homes.write(store, "events", homes.routine_events(skipped=range(8, 28)))
    assert identity not in night(store, given, SECOND, [])


@pytest.mark.parametrize(
    ("successor", "stays"),
    [
        ({"days": "weekday", "minute_of_day": 420.0}, False),
        ({"kind": "sun", "sun_event": "sunrise", "offset_minutes": 5.0}, False),
        ({"already_automated": True}, False),
        ({"minute_of_day": 1200.0}, True),
        ({"entity_id": "light.hall"}, True),
    ],
)
def test_what_took_its_place_ends_it(store: Store, given: Settings, successor: dict[str, Any], stays: bool) -> None:
    (identity,) = night(store, given, FIRST, [homes.pattern("p1")])
    second = night(store, given, SECOND, [homes.pattern("p2", **successor)])
    assert (second[identity]["status"] == "repeated") is stays


def test_what_nobody_was_told_of_does_not_linger(store: Store, given: Settings) -> None:
    night(store, given, FIRST, [homes.pattern("p1", already_automated=True)])
    assert night(store, given, SECOND, []) == {}
