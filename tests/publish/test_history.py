"""The job history, its thinning, and the figures it shares with the messages."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from homeintel.features.utilisation import by_device, by_feature, utilisation
from homeintel.publish import figures
from homeintel.publish.history import history, phase_table, reason_table
from homeintel.publish.run_message import run_payload
from homeintel.publish.thin import thin_history
from homeintel.report.charts.history import night_durations
from homeintel.store import RUN_TABLES, count, insert
from tests.publish.conftest import NIGHT, Home, make_home

VERDICTS = ["used", "constant", "never_seen", "not_observable", "unsupported"]


@pytest.fixture
def home(tmp_path: Any) -> Home:
    """A home without a broker."""
    return make_home(tmp_path, None, enabled=False)


def usage(**columns: list[Any]) -> pd.DataFrame:
    rows = pd.DataFrame(columns)
    return rows.assign(run_id="run-1", changes=0, distinct_values=0, settable=True, usefulness=0.5)


def test_a_night_is_one_row_with_its_phases_and_counts(home: Home) -> None:
    home.night(status="partial", message="events degraded: InfluxDB is away. points read: 80,123.")
    home.suggest("run-1", "p-1", "p-2")
    with home.store.transaction() as connection:
        connection.execute(
            "UPDATE job_phases SET status = 'degraded', reason = 'InfluxDB is away' WHERE phase = 'events'"
        )
    [night] = history(home.store, zone="Europe/Berlin").to_dict("records")
    assert night["night"] == "2026-11-08"
    assert (night["status"], night["seconds"], night["events_seconds"], night["events_status"]) == (
        "partial", 61.5, 2.25, "degraded")  # fmt: skip
    assert (night["points_read"], night["events_kept"], night["peak_memory_mb"]) == (80_123, 4_321, 155.0)
    assert (night["suggestions"], night["new_suggestions"], night["patterns"]) == (2, 2, 0)
    assert night["reasons"] == "events degraded: InfluxDB is away"


def test_the_history_and_the_run_message_agree(home: Home) -> None:
    home.night()
    home.suggest("run-1", "p-1")
    home.suggest("run-1", "p-2", status="dismissed")
    with home.store.transaction() as connection:
        paths = [str(number) for number in range(4)]
        insert(connection, "device_feature_usage", usage(
            ieee_address=["0x1"] * 4, path=paths, feature=paths, usable=[True] * 4,
            verdict=["used", "constant", "never_seen", "not_observable"]))  # fmt: skip
    [night] = history(home.store).to_dict("records")
    message = run_payload(home.store, home.settings, "run-1")
    for name in (*figures.COUNTED, "utilisation_percent", "points_read", "events_kept", "peak_memory_mb"):
        assert night[name] == message[name], name
    assert (message["suggestions"], message["unused_features"], message["utilisation_percent"]) == (1, 2, 33.3)


def test_a_night_that_was_run_again_counts_once_and_an_unfinished_one_shows(home: Home) -> None:
    home.night("run-1", superseded=True)
    home.night("run-2")
    home.night("run-3", night=NIGHT + timedelta(days=1), status="running", finished_at=None)
    nights = history(home.store)
    assert list(nights["run_id"]) == ["run-3", "run-2"]
    assert pd.isna(nights["seconds"].iloc[0])


def test_only_so_many_nights_newest_first(home: Home) -> None:
    for number in range(5):
        home.night(f"run-{number}", night=NIGHT + timedelta(days=number))
    assert list(history(home.store, 2)["run_id"]) == ["run-4", "run-3"]
    assert list(history(home.store, 0)["run_id"]) == []


def test_the_tables_show_what_was_not_whole_and_why(home: Home) -> None:
    home.night("run-1")
    home.night("run-2", night=NIGHT + timedelta(days=1), status="failed", message="The store was full.")
    nights = history(home.store)
    assert reason_table(nights).to_dict("records") == [
        {"night": nights["night"].iloc[0], "status": "failed", "reasons": "The store was full."}
    ]
    assert list(phase_table(nights)["status"]) == ["failed", "succeeded"]


def test_the_chart_tells_status_by_shape_and_phases_by_pattern(home: Home) -> None:
    home.night("run-1")
    home.night("run-2", night=NIGHT + timedelta(days=1), status="partial")
    chart = night_durations(history(home.store, zone="Europe/Berlin"))
    bars = [trace for trace in chart.data if trace.type == "bar"]
    assert [bar.name for bar in bars] == ["capabilities", "events", "patterns", "features", "suggestions", "publish"]
    assert len({bar.marker.pattern.shape for bar in bars}) == 6
    marks = {trace.name: (trace.marker.symbol, list(trace.x)) for trace in chart.data if trace.type == "scatter"}
    assert marks == {"succeeded": ("circle", ["2026-11-08"]), "partial": ("diamond", ["2026-11-09"])}


def test_a_home_without_nights_has_an_empty_history(home: Home) -> None:
    nights = history(home.store)
    assert len(nights) == 0
    assert len(night_durations(nights).data) == 6


def test_old_nights_are_thinned_to_one_a_week(home: Home) -> None:
    now = datetime(2026, 11, 8, 12, tzinfo=UTC)
    old = date(2024, 9, 3)  # its last day looked at is a Monday
    for number in range(14):
        home.night(f"old-{number}", night=old + timedelta(days=number))
    home.night("again", night=old, superseded=True)
    home.night("at-work", night=old, status="running", finished_at=None)
    home.night("young", night=NIGHT)
    home.night("young-again", night=NIGHT, superseded=True)
    for run_id in ("old-0", "old-6"):
        home.suggest(run_id, "p-1")
    with home.store.transaction() as connection:
        assert thin_history(connection, now=now) == 13
        left = connection.execute("SELECT run_id FROM job_runs ORDER BY window_end, run_id").fetchall()
        assert [run_id for (run_id,) in left] == ["at-work", "old-6", "old-13", "young", "young-again"]
        assert count(connection, "SELECT count(DISTINCT run_id) FROM job_phases") == 5
        assert connection.execute("SELECT run_id FROM suggestions").fetchall() == [("old-6",)]
        assert thin_history(connection, now=now) == 0


def test_every_run_table_is_thinned() -> None:
    assert set(RUN_TABLES) >= {"patterns", "anomalies", "suggestions", "device_feature_usage", "detection_funnel"}


def test_utilisation_is_the_features_rooms(home: Home) -> None:
    """The figure in SQL equals `homeintel.features.utilisation` on the same rows: 30 random homes, and an empty one."""
    random = np.random.default_rng(7)
    devices = pd.DataFrame({"ieee_address": ["a", "b"]})
    known = 0
    with home.store.connect() as connection:
        for size in [0, *random.integers(1, 20, 30)]:
            frame = usage(
                ieee_address=random.choice(["a", "b"], size).tolist(),
                feature=random.choice(["x", "y", "z"], size).tolist(),
                verdict=random.choice(VERDICTS, size).tolist(),
                usable=random.choice([True, False], size).tolist(),
            ).astype({"usable": bool, "usefulness": float})
            expected = utilisation(by_device(by_feature(frame)), devices)["utilisation"].dropna()
            connection.execute("DELETE FROM device_feature_usage")
            insert(connection, "device_feature_usage", frame.assign(path="p"))
            found = figures.read_utilisation(connection, "run-1")
            assert (found is None) == (len(expected) == 0)
            if found is not None:
                known += 1
                assert found == pytest.approx(100 * expected.iloc[0], abs=0.051)
    assert known > 20
