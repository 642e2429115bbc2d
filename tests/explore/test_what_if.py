"""Other thresholds and other days, against what the night reported."""

from collections import Counter
from dataclasses import replace

import pandas as pd
import pytest

from homeintel.explore.found import Found
from homeintel.explore.opening import Opened
from homeintel.explore.what_if import difference, try_limits
from homeintel.patterns import phase as patterns_phase
from homeintel.patterns.history import History
from homeintel.patterns.limits import IN_FORCE
from homeintel.phase import Window


def changes(found: Found, tried: pd.DataFrame) -> dict[str, int]:
    return dict(Counter(difference(found.patterns, tried)["change"]))


def test_the_thresholds_in_force_give_what_the_night_stored(found: Found, history: History) -> None:
    tried = try_limits(history, found.patterns)
    assert changes(found, tried.patterns) == {"stays": len(found.patterns)}
    columns = ["detector", "step", "candidates"]
    assert tried.funnel[columns].to_dict("records") == found.funnel[columns].to_dict("records")


def test_a_stricter_share_only_takes_away(found: Found, history: History) -> None:
    strict = replace(IN_FORCE, routine_confidence=0.9, pair_confidence=0.9)
    rows = difference(found.patterns, try_limits(history, found.patterns, strict).patterns)
    goes = rows[rows["change"] == "goes"]
    assert len(goes) >= 3
    assert goes["share, now"].isna().all()
    stays = rows[rows["change"] == "stays"]
    assert (stays["share, now"] >= 0.9).all()


def test_looser_thresholds_bring_what_was_missed(found: Found, history: History) -> None:
    loose = replace(
        IN_FORCE,
        false_discovery_rate=0.5,
        routine_p_value=0.5,
        routine_confidence=0.1,
        routine_lift=1.0,
        routine_doubt=1.0,
    )
    tried = try_limits(history, found.patterns, loose)
    counted = changes(found, tried.patterns)
    assert counted.get("comes", 0) >= 1
    assert counted["stays"] >= len(found.patterns) - 3
    assert tried.funnel["step"].str.contains("10% of its days, 1 times as often as by chance", regex=False).any()


def test_fewer_days_find_less(found: Found, opened: Opened) -> None:
    short = Window(opened.window.first_day, opened.window.first_day.replace(day=18), opened.window.zone)
    tried = try_limits(patterns_phase.load(opened.phase("patterns", short)), found.patterns)
    counted = changes(found, tried.patterns)
    assert counted["goes"] >= 3
    assert (tried.patterns["opportunities"][tried.patterns["kind"] != "co_occurrence"] <= 9).all()


def test_what_changes_is_told_first_and_the_surest_first(found: Found) -> None:
    half = found.patterns.iloc[: len(found.patterns) // 2]
    rows = difference(half, found.patterns)
    assert rows["change"].tolist() == ["comes"] * (len(found.patterns) - len(half)) + ["stays"] * len(half)
    shares = rows[rows["change"] == "comes"]["share, now"]
    assert shares.is_monotonic_decreasing
    assert rows["q"].notna().all()


@pytest.mark.parametrize("night", ["everything", "nothing"])
def test_empty_sides_are_no_error(found: Found, night: str) -> None:
    none = found.patterns.iloc[:0]
    rows = difference(found.patterns, none) if night == "everything" else difference(none, none)
    assert rows["change"].tolist() == (["goes"] * len(found.patterns) if night == "everything" else [])
