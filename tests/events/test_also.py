"""Two sources of one home: the history of one, the causes of the other."""

import gzip
from datetime import date
from pathlib import Path

import pytest

from homeintel.events.phase import run
from tests import servers
from tests.events.histories import write_csv
from tests.events.homes import influx_events, phase_of, rows
from tests.events.recorders import Recorder

USER = b"\3" * 16


def test_influxdb_and_recorder_of_one_real_home_agree(
    influx: servers.Influxdb1, sample_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOMEINTEL_EVENTS_PASSWORD", influx.password)
    influx.query("CREATE DATABASE real")
    influx.write("real", gzip.decompress((sample_folder / "homeassistant" / "influx.lp.gz").read_bytes()))
    recorder = {"source": "recorder", "path": str(sample_folder / "homeassistant" / "recorder.db")}
    phase = phase_of(tmp_path, influx_events(influx, "real", also=recorder), end=date(2026, 11, 23))

    outcome = run(phase)

    # The recorder alone gives 1,878 events and 3,075 numbers: the same change from both is one event.
    assert outcome.figures["points_read"] == 5590 + 6656
    assert outcome.figures["events_kept"] == 1878
    assert rows(phase.store, 'SELECT sum("count")::BIGINT FROM measurements') == [(3075,)]
    told = rows(phase.store, "SELECT count(*) FROM events WHERE cause_reason = 'the source holds no contexts'")
    assert told == [(0,)]
    of_automation = rows(phase.store, "SELECT count(*) FROM events WHERE cause = 'automation' AND source = 'influxdb1'")
    assert of_automation == [(33,)]


def both(folder: Path, recorder: Path) -> dict[str, object]:
    write_csv(
        folder / "history.csv",
        [
            ("2026-11-06T09:00:00+00:00", "light.hall", "off"),
            ("2026-11-06T10:00:00.000100+00:00", "light.hall", "on"),
            ("2026-11-07T10:00:00+00:00", "light.hall", "off"),
        ],
    )
    return {"source": "files", "paths": ["history.csv"], "also": {"source": "recorder", "path": str(recorder)}}


def test_a_change_takes_its_cause_from_the_second_source(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "ha.db")
    recorder.state("2026-11-06T10:00:00+00:00", "light.hall", "on", None, (b"\1" * 16, USER, None))
    recorder.state("2026-11-07T10:00:00+00:00", "light.hall", "off")
    phase = phase_of(tmp_path, both(tmp_path, tmp_path / "ha.db"))
    run(phase)
    assert rows(phase.store, "SELECT state, cause FROM events ORDER BY ts") == [
        ("off", "unknown"),
        ("on", "person"),
        ("off", "device"),
    ]


def test_a_second_source_that_fails_degrades_and_is_merged_when_it_is_back(tmp_path: Path) -> None:
    phase = phase_of(tmp_path, both(tmp_path, tmp_path / "ha.db"))
    without = run(phase)
    assert without.status == "degraded"
    assert "Causes are missing: There is no file" in without.reason
    assert without.figures["events_kept"] == 3

    recorder = Recorder(tmp_path / "ha.db")
    recorder.state("2026-11-06T10:00:00+00:00", "light.hall", "on", None, (b"\1" * 16, USER, None))
    again = run(phase)
    assert again.status == "succeeded"
    assert rows(phase.store, "SELECT cause FROM events WHERE state = 'on'") == [("person",)]
