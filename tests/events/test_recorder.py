"""The recorder's SQLite file."""

import os
import sqlite3
import threading
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine

from homeintel.errors import SourceRefusedError
from homeintel.events.check import check_events
from homeintel.events.phase import fetch, run
from homeintel.phase import Phase
from tests.events.homes import phase_of, rows
from tests.events.recorders import Recorder

RUN, USER, PARENT = b"\2" * 16, b"\3" * 16, b"\4" * 16


def phase_on(path: Path, folder: Path, **more: Any) -> Phase:
    return phase_of(folder, {"source": "recorder", "path": str(path)}, **more)


def an_evening(recorder: Recorder) -> None:
    recorder.state("2026-11-07T09:00:00+00:00", "light.hall", "off")
    recorder.state(
        "2026-11-07T10:00:00.123456+00:00", "light.hall", "on", {"brightness": 128, "icon": "x"}, (RUN, None, PARENT)
    )
    recorder.event("2026-11-07T10:00:00+00:00", "automation_triggered", {"entity_id": "automation.dusk"}, RUN)
    recorder.state("2026-11-07T11:00:00+00:00", "light.hall", "off", None, (b"\5" * 16, USER, None))
    recorder.event(
        "2026-11-07T12:00:00+00:00",
        "call_service",
        {"domain": "light", "service": "turn_on", "service_data": {"entity_id": ["light.hall", "light.attic"]}},
        b"\6" * 16,
        USER,
    )
    recorder.state("2026-11-07T12:00:07+00:00", "light.hall", "on")  # a slow device has lost the context
    recorder.state("2026-11-07T13:00:00+00:00", "light.hall", "off")  # the wall switch
    recorder.state("2026-11-07T14:00:00+00:00", "light.removed", None)
    recorder.state("2026-11-07T14:00:00+00:00", "sensor.t", "21.5")


@pytest.mark.parametrize("schema", [41, 43, 53])
def test_causes_come_from_contexts_of_every_schema(tmp_path: Path, schema: int) -> None:
    an_evening(Recorder(tmp_path / "ha.db", schema))
    phase = phase_on(tmp_path / "ha.db", tmp_path)
    assert run(phase).status == "succeeded"
    assert rows(phase.store, "SELECT ts, state, cause, cause_reason, cause_entity_id FROM events ORDER BY ts") == [
        (datetime(2026, 11, 7, 9, tzinfo=UTC), "off", "unknown", "the first state seen", None),
        (
            datetime(2026, 11, 7, 10, 0, 0, 123_456, tzinfo=UTC),
            "on",
            "automation",
            "certain: the context of its run",
            "automation.dusk",
        ),
        (datetime(2026, 11, 7, 11, tzinfo=UTC), "off", "person", "certain: a user id in the context", None),
        (
            datetime(2026, 11, 7, 12, 0, 7, tzinfo=UTC),
            "on",
            "person",
            "likely: a user called a service for it shortly before",
            None,
        ),
        (
            datetime(2026, 11, 7, 13, tzinfo=UTC),
            "off",
            "device",
            "likely: neither a user nor an automation in the context",
            None,
        ),
    ]
    assert rows(phase.store, "SELECT attribute, value FROM attribute_changes") == [("brightness", "128")]
    assert rows(phase.store, 'SELECT entity_id, "last" FROM measurements') == [("sensor.t", 21.5)]


def test_a_real_file(sample_folder: Path, tmp_path: Path) -> None:
    phase = phase_on(sample_folder / "homeassistant" / "recorder.db", tmp_path, end=date(2026, 11, 23))
    outcome = run(phase)
    # 6,658 states, two of them of sun and zone, which are never read.
    assert outcome.figures["points_read"] == 6656
    assert outcome.figures["events_kept"] == 1878
    causes = rows(
        phase.store,
        "SELECT cause, cause_entity_id, count(*) FROM events WHERE cause_entity_id IS NOT NULL GROUP BY ALL",
    )
    assert causes == [("automation", "automation.test_automation", 33)]


def test_home_assistant_may_write_meanwhile(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "ha.db")
    an_evening(recorder)
    recorder.connection.close()
    stop = threading.Event()
    written = []

    def write() -> None:
        writer = sqlite3.connect(tmp_path / "ha.db", timeout=1)
        while not stop.is_set():
            writer.execute("INSERT INTO states (state, last_updated_ts, metadata_id) VALUES ('x', 1893456000, 1)")
            writer.commit()
            written.append(1)
        writer.close()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for attempt in range(3):
            (tmp_path / str(attempt)).mkdir()
            assert run(phase_on(tmp_path / "ha.db", tmp_path / str(attempt))).figures["events_kept"] == 5
    finally:
        stop.set()
        thread.join()
    assert len(written) > 0


def test_a_copy_that_nobody_may_write_is_read(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "ha.db")
    an_evening(recorder)
    recorder.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    recorder.connection.close()
    folder = tmp_path / "copy"
    folder.mkdir()
    (folder / "ha.db").write_bytes((tmp_path / "ha.db").read_bytes())
    folder.chmod(0o555)
    try:
        assert run(phase_on(folder / "ha.db", tmp_path)).figures["events_kept"] == 5
        if not os.access(folder, os.W_OK):  # root may always write
            assert [path.name for path in folder.iterdir()] == ["ha.db"]
    finally:
        folder.chmod(0o755)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (None, "There is no file"),
        (b"not a database" * 100, "can't be read: file is not a database"),
        (b"", "no recorder database"),
    ],
)
def test_what_is_no_recorder_is_refused(tmp_path: Path, content: bytes | None, what: str) -> None:
    if content is not None:
        (tmp_path / "ha.db").write_bytes(content)
    with pytest.raises(SourceRefusedError, match=what):
        run(phase_on(tmp_path / "ha.db", tmp_path))


def test_an_older_schema_is_refused_and_a_newer_one_is_said(tmp_path: Path) -> None:
    Recorder(tmp_path / "old.db", 40)
    with pytest.raises(SourceRefusedError, match="has schema 40; 41 is the oldest"):
        run(phase_on(tmp_path / "old.db", tmp_path))
    new = Recorder(tmp_path / "new.db", 60)
    an_evening(new)
    checks = {check.name: check for check in check_events(phase_on(tmp_path / "new.db", tmp_path).settings)}
    assert "a newer schema than 53" in checks["events: recorder schema"].found


def test_states_of_a_wrong_clock_are_counted(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "ha.db")
    an_evening(recorder)
    recorder.state("1999-12-31T23:00:00+00:00", "light.hall", "on")
    recorder.state("2999-12-31T23:00:00+00:00", "light.hall", "on")
    outcome = run(phase_on(tmp_path / "ha.db", tmp_path))
    assert outcome.figures["events_kept"] == 5
    assert "2 points with a wrong clock" in outcome.reason


def test_a_day_is_read_again_only_when_late_states_came(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "ha.db")
    an_evening(recorder)
    with time_machine.travel(datetime(2026, 11, 8, 3, tzinfo=UTC), tick=True):
        phase = phase_on(tmp_path / "ha.db", tmp_path, days=1)
        assert run(phase).figures["days_fetched"] == 2
        assert fetch(phase).sync.unchanged == [date(2026, 11, 7)]
        recorder.state("2026-11-07T21:00:00+00:00", "light.hall", "on")
        assert fetch(phase).sync.unchanged == []
    assert rows(phase.store, "SELECT max(ts) FROM events") == [(datetime(2026, 11, 7, 21, tzinfo=UTC),)]
