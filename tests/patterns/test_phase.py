"""The phase against a real store: rows, ids over the nights, degrading."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from homeintel.patterns import phase as patterns_phase
from homeintel.phase import Phase, Window
from homeintel.settings import load_settings
from homeintel.store import Store, insert
from tests.patterns.homes import Home


def _home() -> Home:
    rng = np.random.default_rng(7)
    home = Home(days=31)
    home.life(rng, ["light.desk", "light.bath", "binary_sensor.hall_motion"], uses=5)
    for day in range(home.days):
        minute = 420 + rng.normal(0, 5)
        home.change(day, minute, "switch.coffee", "on")
        home.change(day, minute + 50, "switch.coffee", "off")
    return home


@pytest.fixture
def night(store: Store, tmp_path: Path) -> Phase:
    home = _home()
    home.stored(store)
    settings = {
        "home": {"name": "test", "timezone": "Europe/Berlin", "latitude": 52.5, "longitude": 13.4},
        "bridge": {"source": "simulated"},
        "events": {"source": "simulated"},
        "storage": {"database": str(store.path), "reports": str(tmp_path)},
    }
    (tmp_path / "home.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    window = replace(home.window, end_day=home.window.end_day - timedelta(days=1))
    return _recorded(Phase("patterns", load_settings(tmp_path / "home.yaml"), window, store, "first"))


def _recorded(phase: Phase) -> Phase:
    run = {"run_id": [phase.run_id], "params_file": ["x"], "window_start": [phase.window.start],
           "window_end": [phase.window.end], "started_at": [datetime.now(UTC)], "status": ["running"], "version": ["0"]}  # fmt: skip
    with phase.store.transaction() as connection:
        insert(connection, "job_runs", pd.DataFrame(run))
    return phase


def _rows(store: Store, table: str) -> pd.DataFrame:
    with store.connect() as connection:
        return connection.execute(f"SELECT * FROM {table} ORDER BY ALL").df()


def test_a_night_writes_its_three_tables(night: Phase) -> None:
    outcome = patterns_phase.run(night)
    patterns, funnel = _rows(night.store, "patterns"), _rows(night.store, "detection_funnel")
    coffee = patterns[(patterns["entity_id"] == "switch.coffee") & (patterns["state"] == "on")]
    assert outcome.status == "succeeded"
    assert outcome.figures["patterns"] == len(patterns)
    assert coffee["minute_of_day"].tolist() == pytest.approx([420], abs=4)
    assert coffee["occurrences"].tolist() == [30]
    assert (patterns["confidence_low"] <= patterns["confidence"]).all()
    assert (patterns["confidence"] <= patterns["confidence_high"]).all()
    assert funnel["candidates"].ge(0).all()
    assert outcome.rows_written == len(patterns) + len(funnel) + len(_rows(night.store, "anomalies"))


def test_the_next_night_and_a_second_attempt_keep_the_ids(night: Phase) -> None:
    patterns_phase.run(night)
    first = set(_rows(night.store, "patterns")["pattern_id"])
    again = _recorded(replace(night, run_id="again"))
    patterns_phase.run(again)
    assert set(_rows(night.store, "patterns")["run_id"]) == {"again"}
    assert set(_rows(night.store, "patterns")["pattern_id"]) == first
    window = night.window
    later = Window(window.first_day + timedelta(days=1), window.end_day + timedelta(days=1), window.zone)
    patterns_phase.run(_recorded(replace(night, run_id="next", window=later)))
    rows = _rows(night.store, "patterns")
    assert set(rows["run_id"]) == {"again", "next"}
    assert set(rows.loc[rows["run_id"] == "next", "pattern_id"]) == first


def test_old_events_degrade_the_night_and_no_events_too(night: Phase) -> None:
    failed = replace(night, earlier={"events": ("failed", "InfluxDB does not answer.")})
    outcome = patterns_phase.run(failed)
    assert outcome.status == "degraded"
    assert "InfluxDB does not answer." in outcome.reason
    assert "2026-02-03" in outcome.reason
    empty = replace(night, window=replace(night.window, first_day=night.window.first_day - timedelta(days=60),
                                          end_day=night.window.first_day - timedelta(days=30)))  # fmt: skip
    assert patterns_phase.run(empty).status == "degraded"


def test_suggestions_steps_in_the_funnel_stay(night: Phase) -> None:
    with night.store.transaction() as connection:
        row = {"run_id": [night.run_id], "detector": ["suggestions"], "step": ["ten"], "candidates": [10]}
        insert(connection, "detection_funnel", pd.DataFrame(row))
    patterns_phase.run(night)
    assert "suggestions" in set(_rows(night.store, "detection_funnel")["detector"])
