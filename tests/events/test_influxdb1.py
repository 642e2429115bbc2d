"""A real InfluxDB 1.x, from the first night to its worst one."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import time_machine

from homeintel.errors import SourceRefusedError, SourceUnavailableError
from homeintel.events.check import check_events
from homeintel.events.phase import fetch, run
from tests import servers
from tests.events.homes import influx_events, nanoseconds, phase_of, rows


@pytest.fixture
def database(influx: servers.Influxdb1, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    """A database of the test's own, whose password is in the environment."""
    monkeypatch.setenv("HOMEINTEL_EVENTS_PASSWORD", influx.password)
    name = f"db_{abs(hash(request.node.name))}"
    influx.query(f"CREATE DATABASE {name}")
    return name


def write(server: servers.Influxdb1, database: str, *lines: str) -> None:
    server.write(database, "\n".join(lines).encode())


def point(entity: str, fields: str, at: str, *, measurement: str = "state") -> str:
    domain, object_id = entity.split(".")
    return f"{measurement},domain={domain},entity_id={object_id} {fields} {nanoseconds(at)}"


def evening(server: servers.Influxdb1, database: str) -> None:
    """Two days of a kitchen light, a thermometer and a wall switch's sensor."""
    write(
        server,
        database,
        point("light.kitchen", 'state="off",value=0', "2026-11-06T05:00:00+00:00"),
        point("light.kitchen", 'state="on",value=1,brightness=200', "2026-11-06T18:00:00+00:00"),
        point("light.kitchen", 'state="on",value=1,brightness=80', "2026-11-06T18:05:00+00:00"),
        point("light.kitchen", 'state="off",value=0', "2026-11-06T22:30:00+00:00"),
        point("light.kitchen", 'state="off",value=0', "2026-11-07T05:00:00+00:00"),
        point("light.kitchen", 'state="on",value=1,brightness=80', "2026-11-07T18:10:00+00:00"),
        point("sensor.kitchen", "value=20.5", "2026-11-07T10:01:00+00:00", measurement="°C"),
        point("sensor.kitchen", "value=21.5", "2026-11-07T10:03:00+00:00", measurement="°C"),
        point("sensor.kitchen", "value=21.0", "2026-11-07T10:04:00+00:00", measurement="°C"),
    )


def test_changes_attributes_and_reduced_numbers_are_stored(
    influx: servers.Influxdb1, database: str, tmp_path: Path
) -> None:
    evening(influx, database)
    phase = phase_of(tmp_path, influx_events(influx, database))

    outcome = run(phase)

    assert outcome.status == "succeeded"
    assert outcome.figures["points_read"] == 9
    assert outcome.figures["events_kept"] == 4
    assert rows(phase.store, "SELECT ts, state, previous, value, source FROM events ORDER BY ts") == [
        (datetime(2026, 11, 6, 5, tzinfo=UTC), "off", None, 0.0, "influxdb1"),
        (datetime(2026, 11, 6, 18, tzinfo=UTC), "on", "off", 1.0, "influxdb1"),
        (datetime(2026, 11, 6, 22, 30, tzinfo=UTC), "off", "on", 0.0, "influxdb1"),
        (datetime(2026, 11, 7, 18, 10, tzinfo=UTC), "on", "off", 1.0, "influxdb1"),
    ]
    assert rows(phase.store, "SELECT ts, attribute, value FROM attribute_changes ORDER BY ts") == [
        (datetime(2026, 11, 6, 18, tzinfo=UTC), "brightness", "200"),
        (datetime(2026, 11, 6, 18, 5, tzinfo=UTC), "brightness", "80"),
    ]
    assert rows(phase.store, 'SELECT ts, entity_id, "last", "min", "max", "count" FROM measurements') == [
        (datetime(2026, 11, 7, 10, 0, tzinfo=UTC), "sensor.kitchen", 21.0, 20.5, 21.5, 3)
    ]


def test_a_second_night_reads_only_what_is_not_whole(influx: servers.Influxdb1, database: str, tmp_path: Path) -> None:
    evening(influx, database)
    phase = phase_of(tmp_path, influx_events(influx, database))
    run(phase)
    before = rows(phase.store, "SELECT * FROM events ORDER BY ALL")

    again = run(phase)

    # 5 November holds nothing, so it is asked again; 6 and 7 November are whole.
    assert again.status == "succeeded"
    assert again.figures["points_read"] == 0
    assert again.figures["events_kept"] == 4
    assert rows(phase.store, "SELECT * FROM events ORDER BY ALL") == before


def test_a_day_is_read_again_only_when_late_points_came(
    influx: servers.Influxdb1, database: str, tmp_path: Path
) -> None:
    evening(influx, database)
    with time_machine.travel(datetime(2026, 11, 8, 3, tzinfo=UTC), tick=True):  # 7 November may still get late points
        phase = phase_of(tmp_path, influx_events(influx, database))
        run(phase)

        again = fetch(phase)

        assert again.sync.unchanged == [date(2026, 11, 7)]
        assert again.sync.fetched == [date(2026, 11, 5)]  # it holds nothing
        write(influx, database, point("light.kitchen", 'state="off",value=0', "2026-11-07T22:00:00+00:00"))

        late = fetch(phase)

        assert late.sync.unchanged == []
        assert late.sync.fetched == [date(2026, 11, 5), date(2026, 11, 7)]
    newest = rows(phase.store, "SELECT state, previous FROM events ORDER BY ts DESC LIMIT 1")
    assert newest == [("off", "on")]


def test_a_user_who_may_only_read_is_enough(
    influx: servers.Influxdb1, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evening(influx, database)
    influx.query("CREATE USER reader WITH PASSWORD 'only-reads'")
    influx.query(f"GRANT READ ON {database} TO reader")
    monkeypatch.setenv("HOMEINTEL_EVENTS_PASSWORD", "only-reads")
    outcome = run(phase_of(tmp_path, influx_events(influx, database, username="reader")))
    assert outcome.figures["events_kept"] == 4


def test_texts_of_states_may_be_called_state_value(influx: servers.Influxdb1, database: str, tmp_path: Path) -> None:
    at = ("2026-11-06T18:00:00+00:00", "2026-11-06T19:00:00+00:00")
    write(
        influx,
        database,
        point("light.kitchen", 'state_value="on",value=1', at[0], measurement="units"),
        point("light.kitchen", 'state_value="off",value=0', at[1], measurement="units"),
        point("select.mode", 'state_value="eco"', at[1], measurement="units"),
    )
    phase = phase_of(tmp_path, influx_events(influx, database))
    run(phase)
    assert rows(phase.store, "SELECT entity_id, state FROM events ORDER BY ts, entity_id") == [
        ("light.kitchen", "on"),
        ("light.kitchen", "off"),
        ("select.mode", "eco"),
    ]


def test_numeric_twins_of_texts_are_ignored(influx: servers.Influxdb1, database: str, tmp_path: Path) -> None:
    fields = 'state="on",value=1,rgb_color_str="(255, 163, 80)",rgb_color=25516380,effect_str="color 2",effect=2'
    write(influx, database, point("light.kitchen", fields, "2026-11-06T18:00:00+00:00"))
    phase = phase_of(tmp_path, influx_events(influx, database))
    run(phase)
    assert rows(phase.store, "SELECT attribute, value FROM attribute_changes ORDER BY 1") == [
        ("effect", "color 2"),
        ("rgb_color", "[255,163,80]"),
    ]


def test_points_with_a_wrong_clock_are_refused_and_counted(
    influx: servers.Influxdb1, database: str, tmp_path: Path
) -> None:
    evening(influx, database)
    write(
        influx,
        database,
        point("light.kitchen", 'state="on",value=1', "1999-12-31T00:00:00+00:00"),
        point("select.mode", 'state="eco"', "1999-12-31T00:00:00+00:00"),
        point("light.kitchen", 'state="on",value=1', "2150-01-01T00:00:00+00:00"),
    )
    phase = phase_of(tmp_path, influx_events(influx, database))
    outcome = run(phase)
    assert "3 points with a wrong clock were refused" in outcome.reason
    assert outcome.figures["events_kept"] == 4
    checks = {check.name: check for check in check_events(phase.settings)}
    assert checks["events: influxdb1 newest point"].found.startswith("2026-11-07 18:10 UTC")


def test_a_server_that_is_down_is_unavailable(tmp_path: Path) -> None:
    events = {"source": "influxdb1", "url": f"http://127.0.0.1:{servers.free_port()}", "retry_seconds": 0.5}
    with pytest.raises(SourceUnavailableError, match="does not answer"):
        run(phase_of(tmp_path, events))


def test_stored_events_are_used_when_the_server_is_down(
    influx: servers.Influxdb1, database: str, tmp_path: Path
) -> None:
    evening(influx, database)
    run(phase_of(tmp_path, influx_events(influx, database)))
    down = influx_events(influx, database, url=f"http://127.0.0.1:{servers.free_port()}", retry_seconds=0.3)

    outcome = run(phase_of(tmp_path, down))

    assert outcome.status == "degraded"
    assert outcome.figures["events_kept"] == 4
    assert "does not answer" in outcome.reason
    assert "4 events stored earlier are used" in outcome.reason


def test_a_wrong_password_is_refused_at_once(
    influx: servers.Influxdb1, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOMEINTEL_EVENTS_PASSWORD", "wrong-and-secret")
    phase = phase_of(tmp_path, influx_events(influx, database, retry_seconds=60))
    began = time.monotonic()

    with pytest.raises(SourceRefusedError, match="HTTP 401") as raised:
        run(phase)

    assert time.monotonic() - began < 5
    assert "wrong-and-secret" not in str(raised.value)


def test_an_unknown_database_is_refused_and_the_known_ones_are_named(
    influx: servers.Influxdb1, database: str, tmp_path: Path
) -> None:
    with pytest.raises(SourceRefusedError, match="has no database hoem_assistant") as raised:
        run(phase_of(tmp_path, influx_events(influx, "hoem_assistant")))
    assert database in str(raised.value)


def test_an_empty_database_fails_and_says_where_it_looked(
    influx: servers.Influxdb1, database: str, tmp_path: Path
) -> None:
    with pytest.raises(SourceRefusedError, match="Nothing was found") as raised:
        run(phase_of(tmp_path, influx_events(influx, database)))
    assert database in str(raised.value)
    assert influx.url in str(raised.value)


def test_a_database_of_another_program_is_refused(influx: servers.Influxdb1, database: str, tmp_path: Path) -> None:
    write(influx, database, f"cpu,host=nas usage=12 {nanoseconds('2026-11-07T10:00:00+00:00')}")
    with pytest.raises(SourceRefusedError, match="no tag `domain`"):
        run(phase_of(tmp_path, influx_events(influx, database)))


def test_a_database_emptied_after_a_night_degrades(influx: servers.Influxdb1, database: str, tmp_path: Path) -> None:
    evening(influx, database)
    with time_machine.travel(datetime(2026, 11, 8, 3, tzinfo=UTC), tick=True):  # 7 November may still get late points
        run(phase_of(tmp_path, influx_events(influx, database)))
        influx.query("DROP SERIES FROM /.*/", database=database)

        outcome = run(phase_of(tmp_path, influx_events(influx, database)))

    assert outcome.status == "degraded"
    assert "Nothing was found" in outcome.reason
    assert outcome.figures["events_kept"] == 4


def test_committed_days_survive_a_kill_and_are_not_read_again(
    influx: servers.Influxdb1, database: str, tmp_path: Path
) -> None:
    evening(influx, database)
    phase_of(tmp_path, influx_events(influx, database))
    program = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from datetime import date\n"
        "from homeintel.events.phase import fetch\n"
        "from homeintel.phase import Phase, Window\n"
        "from homeintel.settings import load_settings\n"
        "from homeintel.store import Store\n"
        "settings = load_settings(sys.argv[1])\n"
        "phase = Phase('events', settings, Window.of(settings), Store(settings.storage.database), 'run-1')\n"
        "fetch(phase, lambda day: os.kill(os.getpid(), signal.SIGKILL) if day == date(2026, 11, 6) else None)\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "home.yaml")]
    root = Path(__file__).parents[2]
    ended = subprocess.run(command, cwd=root, env={**os.environ, "PYTHONPATH": str(root)}, timeout=60, check=False)
    assert ended.returncode == -signal.SIGKILL
    phase = phase_of(tmp_path, influx_events(influx, database))
    stored = rows(phase.store, "SELECT day, points_read, fetched_at FROM event_days ORDER BY day")
    assert [row[:2] for row in stored] == [(date(2026, 11, 5), 0), (date(2026, 11, 6), 4)]

    outcome = run(phase)

    assert outcome.figures["points_read"] == 5  # 7 November only
    assert outcome.figures["events_kept"] == 4
    kept = rows(phase.store, "SELECT fetched_at FROM event_days WHERE day = DATE '2026-11-06'")
    assert kept == [(stored[1][2],)]


def test_the_doctor_is_told_what_was_found(influx: servers.Influxdb1, database: str, tmp_path: Path) -> None:
    evening(influx, database)
    settings = phase_of(tmp_path, influx_events(influx, database)).settings

    checks = {check.name: check for check in check_events(settings, now=datetime(2026, 11, 7, 20, tzinfo=UTC))}

    assert checks["events: influxdb1 answers"].ok
    assert checks["events: influxdb1 lets us read"].ok
    assert "2 measurements" in checks["events: influxdb1 schema"].found
    assert checks["events: influxdb1 newest point"] == (
        "events: influxdb1 newest point",
        True,
        "2026-11-07 18:10 UTC, 110 min ago",
        "",
    )
    assert checks["events: influxdb1 clocks"].ok


def test_the_doctor_tells_a_dead_server_from_a_wrong_password(
    influx: servers.Influxdb1, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOMEINTEL_EVENTS_PASSWORD", "wrong")
    refused = check_events(phase_of(tmp_path, influx_events(influx, database)).settings)
    assert [check.ok for check in refused] == [True, False]
    assert "HTTP 401" in refused[1].found
    dead = influx_events(influx, database, url=f"http://127.0.0.1:{servers.free_port()}", retry_seconds=0.2)
    silent = check_events(phase_of(tmp_path, dead).settings)
    assert [check.ok for check in silent] == [False]
    assert silent[0].how_to_mend
