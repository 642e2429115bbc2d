"""Promised against kept: the seven days after the window, and the table of a whole family."""

from datetime import date

import pandas as pd
import pytest

from homeintel.simulate import SimulatedHome, family_of_homes
from homeintel.simulate.calibration import calibration, held, sun_minutes
from homeintel.simulate.scorecard import score_homes

COLUMNS = [
    "kind", "entity_id", "state", "days", "minute_of_day", "spread_minutes", "sun_event", "offset_minutes",
    "trigger_entity_id", "trigger_state", "lag_seconds", "lag_p90_seconds", "conditions", "confidence", "already_automated",
]  # fmt: skip


def planted_rows(home: SimulatedHome) -> pd.DataFrame:
    """Return what a perfect detector would report."""
    rows = []
    for routine in (*home.truth.routines, *home.truth.sun_routines):
        kind = "sun" if routine.sun_event else "time_of_day"
        rows.append({
            "kind": kind, "entity_id": routine.entity_id, "state": routine.state, "days": routine.days,
            "minute_of_day": routine.minute_of_day, "spread_minutes": routine.spread_minutes,
            "sun_event": routine.sun_event, "offset_minutes": routine.offset_minutes, "confidence": routine.keep_rate,
        })  # fmt: skip
    for coupling in home.truth.couplings:
        dark = '{"after": "sunset", "before": "sunrise"}' if coupling.conditions else None
        rows.append({
            "kind": "co_occurrence", "entity_id": coupling.entity_id, "state": coupling.state, "days": "all",
            "trigger_entity_id": coupling.trigger_entity_id, "trigger_state": coupling.trigger_state, "conditions": dark,
            "lag_seconds": coupling.lag_seconds, "lag_p90_seconds": 2 * coupling.lag_seconds,
            "confidence": coupling.probability,
        })  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS).assign(already_automated=False)


def test_habits_go_on_in_the_days_after(demo: SimulatedHome) -> None:
    counted = held(demo, planted_rows(demo))
    assert len(counted) == 16
    routines = counted[counted["kind"] != "co_occurrence"].reset_index(drop=True)
    planted = (*demo.truth.routines, *demo.truth.sun_routines)
    for (_, row), routine in zip(routines.iterrows(), planted, strict=True):
        assert routine.future_occurrences <= row["kept"] <= row["chances"] <= 7
    hall = counted.iloc[len(planted)]
    assert abs(hall["kept"] / hall["chances"] - demo.truth.couplings[0].probability) < 0.15


def test_what_never_happens_is_not_kept(demo: SimulatedHome) -> None:
    rows = planted_rows(demo).head(1).assign(minute_of_day=180.0)
    [counted] = held(demo, rows).to_dict("records")
    assert (counted["chances"], counted["kept"]) == (7, 0)


def test_automated_rows_are_left_out(demo: SimulatedHome) -> None:
    assert held(demo, planted_rows(demo).assign(already_automated=True)).empty


def test_bins_weigh_by_chances() -> None:
    counted = pd.DataFrame(
        {"kind": "sun", "stated": [0.72, 0.78, 0.95, 0.5], "chances": [1, 3, 4, 0], "kept": [0, 3, 4, 0]}
    )
    table = calibration(counted)
    assert table["confidence"].tolist() == ["0.7-0.8", "0.9-1.0"]
    assert table["kept"].tolist() == [0.75, 1.0]
    assert table["stated"].tolist() == pytest.approx([0.765, 0.95])
    assert table["chances"].tolist() == [4, 4]


def test_the_sun_moves_as_the_season_does(demo: SimulatedHome) -> None:
    low, high = sun_minutes(demo)["sunset"]
    assert 975 < low < 990
    assert 1095 < high < 1110


def test_a_perfect_detector_is_perfect_and_an_idle_one_finds_nothing() -> None:
    homes = list(family_of_homes([1], ["regular", "empty"], days=30))

    def perfect(home: SimulatedHome) -> tuple[pd.DataFrame, pd.DataFrame]:
        anomalies = pd.DataFrame(
            [vars(anomaly) for anomaly in home.truth.anomalies], columns=["kind", "entity_id", "started_at", "ended_at"]
        )
        return planted_rows(home), anomalies

    card = score_homes(homes, perfect)
    table = card.table().set_index(["kind", "detector"])
    assert (table["f1"] == 1.0).all()
    assert card.missed.empty
    assert card.wrong.empty
    assert set(card.calibration["kind"]) == {"time_of_day", "sun", "co_occurrence"}
    idle = score_homes(homes, lambda home: (planted_rows(home).head(0), pd.DataFrame(columns=["kind"])))
    overall = idle.table("routines").set_index("kind").loc["all"]
    assert (overall["precision"], overall["recall"]) == (1.0, 0.0)
    assert len(idle.missed) > 10
    assert homes[0].end == date(2026, 6, 1)
