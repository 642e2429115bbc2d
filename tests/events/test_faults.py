"""What goes wrong in a home's night, against a real InfluxDB where one is at fault."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from homeintel.errors import StoreError
from homeintel.events import influxql_source
from homeintel.events.phase import fetch, run
from homeintel.phase import Phase
from homeintel.simulate import LineOptions, simulate_events, to_line_protocol
from tests import servers
from tests.events.homes import influx_events, nanoseconds, phase_of, rows


@pytest.fixture
def own_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[servers.Influxdb1]:
    """A server that a test may kill."""
    with servers.influxdb1(tmp_path / "influxdb") as server:
        monkeypatch.setenv("HOMEINTEL_EVENTS_PASSWORD", server.password)
        yield server


@pytest.fixture
def database(influx: servers.Influxdb1, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    monkeypatch.setenv("HOMEINTEL_EVENTS_PASSWORD", influx.password)
    name = f"faults_{abs(hash(request.node.name))}"
    influx.query(f"CREATE DATABASE {name}")
    return name


def lines(day: date, count: int, *, entity: str = "light.hall") -> bytes:
    domain, name = entity.split(".")
    start = nanoseconds(f"{day}T00:00:00+00:00")
    step = 86_400_000_000_000 // count
    return "\n".join(
        f'state,domain={domain},entity_id={name} state="{"on" if n % 2 else "off"}",value={n % 2} {start + n * step}'
        for n in range(count)
    ).encode()


def test_a_server_killed_in_the_middle_of_a_day_and_started_again(
    own_server: servers.Influxdb1, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_server.query("CREATE DATABASE ha")
    for day in (5, 6, 7):
        own_server.write("ha", lines(date(2026, 11, day), 2000))
    monkeypatch.setattr(influxql_source, "MOST_ROWS", 500)  # many requests a day
    phase = phase_of(tmp_path, influx_events(own_server, "ha", retry_seconds=60))
    killed: list[int] = []

    def kill(_: date) -> None:
        if not killed:
            killed.append(1)
            own_server.kill()
            threading.Timer(1.0, own_server.restart).start()

    done = fetch(phase, kill)

    assert killed == [1]
    assert done.failure is None
    assert done.sync.points_read == 6000
    assert rows(phase.store, "SELECT count(*), count(DISTINCT ts) FROM events") == [(6000, 6000)]


def test_a_server_that_stays_away_leaves_what_was_committed(
    own_server: servers.Influxdb1, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_server.query("CREATE DATABASE ha")
    for day in range(2, 8):
        own_server.write("ha", lines(date(2026, 11, day), 2000))
    monkeypatch.setattr("homeintel.events.source.ROWS_A_PIECE", 1)
    monkeypatch.setattr("homeintel.events.sync.ROWS_AHEAD", 1)  # one day waits while the next is read
    phase = phase_of(tmp_path, influx_events(own_server, "ha", retry_seconds=0.3), days=5)

    done = fetch(phase, lambda _: own_server.kill())

    assert done.failure is not None
    assert 1 <= len(done.sync.fetched) <= 4
    own_server.restart()
    assert run(phase).figures["events_kept"] == 10_000
    assert rows(phase.store, "SELECT count(*) FROM event_days") == [(6,)]


def test_a_full_disk_is_an_error_of_the_store_and_the_night_before_is_whole(tmp_path: Path) -> None:
    (tmp_path / "history.csv").write_text(
        "ts,entity_id,state\n"
        + "".join(f"2026-11-06T10:{n // 60:02d}:{n % 60:02d}Z,light.l{n},on\n" for n in range(3600))
    )
    phase = phase_of(tmp_path, {"source": "files", "paths": ["history.csv"]})
    program = (
        "import resource, signal, sys\n"
        "from homeintel.errors import StoreError\n"
        "from homeintel.events.phase import run\n"
        "from homeintel.phase import Phase, Window\n"
        "from homeintel.settings import load_settings\n"
        "from homeintel.store import Store\n"
        "settings = load_settings(sys.argv[1])\n"
        "phase = Phase('events', settings, Window.of(settings), Store(settings.storage.database), 'run-1')\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "size = phase.store.path.stat().st_size\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (size + 4096, size + 4096))\n"
        "try:\n    run(phase)\nexcept StoreError as error:\n    print(error)\n    sys.exit(3)\n"
    )
    root = Path(__file__).parents[2]
    ended = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "home.yaml")],
        cwd=root, env={**os.environ, "PYTHONPATH": str(root), "TMPDIR": "/dev/shm"}, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert ended.returncode == 3, ended.stderr
    assert "kept" in ended.stdout
    assert run(phase).figures["events_kept"] == 3600


def test_a_field_of_two_types_and_an_empty_measurement(
    influx: servers.Influxdb1, database: str, tmp_path: Path
) -> None:
    influx.write(database, lines(date(2026, 11, 6), 4))
    more = [
        f'other,domain=light,entity_id=odd state=5,value="many" {nanoseconds("2026-11-06T12:00:00+00:00")}',
        f'third,domain=light,entity_id=bare note="x" {nanoseconds("2026-11-06T12:00:00+00:00")}',
        f'sensors,domain=sensor,entity_id=text state="idle" {nanoseconds("2026-11-06T12:00:00+00:00")}',
        f'sensors,domain=sensor,entity_id=word state="open",value=1 {nanoseconds("2026-11-06T12:30:00+00:00")}',
        f"foreign,host=nas usage=1 {nanoseconds('2026-11-06T12:00:00+00:00')}",
    ]
    influx.write(database, "\n".join(more).encode())
    influx.write(database, f"gone,domain=light,entity_id=x value=1 {nanoseconds('2026-11-06T13:00:00+00:00')}".encode())
    influx.query("DELETE FROM gone", database=database)
    phase = phase_of(tmp_path, influx_events(influx, database))
    assert run(phase).status == "succeeded"
    found = rows(phase.store, "SELECT entity_id, state, value FROM events WHERE entity_id <> 'light.hall' ORDER BY 1")
    assert found == [("sensor.text", "idle", None), ("sensor.word", "open", 1.0)]
    assert rows(phase.store, "SELECT count(*) FROM measurements") == [(0,)]  # the word's number is no series


def test_a_day_without_data_between_two_with(influx: servers.Influxdb1, database: str, tmp_path: Path) -> None:
    influx.write(database, lines(date(2026, 11, 4), 48))
    influx.write(database, lines(date(2026, 11, 6), 48))
    phase = phase_of(tmp_path, influx_events(influx, database), days=4)
    assert run(phase).status == "succeeded"
    assert rows(phase.store, "SELECT day, points_read FROM event_days ORDER BY day") == [
        (date(2026, 11, 3), 0),
        (date(2026, 11, 4), 48),
        (date(2026, 11, 5), 0),
        (date(2026, 11, 6), 48),
        (date(2026, 11, 7), 0),
    ]
    silence = rows(phase.store, "SELECT started_at FROM gaps WHERE reason = 'no_data' AND ended_at < DATE '2026-11-07'")
    assert [row[0].date() for row in silence] == [date(2026, 11, 4)]


@pytest.mark.parametrize(
    "options",
    [
        LineOptions(),
        LineOptions(measurement_attr="entity_id", default_measurement=None),
        LineOptions(
            measurement_attr="domain__device_class", default_measurement="units", tags_attributes=("friendly_name",)
        ),
    ],
    ids=["unit", "entity", "domain"],
)
def test_home_assistants_own_layouts_give_the_same_events(
    influx: servers.Influxdb1, database: str, tmp_path: Path, options: LineOptions
) -> None:
    life = simulate_events(seed=3, days=2, end=date(2026, 11, 8), devices=30)
    for body in to_line_protocol(life, options):
        influx.write(database, body)
    phase = phase_of(tmp_path, influx_events(influx, database))
    run(phase)
    direct = phase_of_simulated(tmp_path / "direct")
    run(direct)
    # InfluxDB is never told of unavailability, so only changes of state are the same; and an occurrence is written once.
    question = """SELECT ts, entity_id, state FROM events WHERE ts >= TIMESTAMPTZ '2026-11-06 00:00+00'
        AND split_part(entity_id, '.', 1) NOT IN ('event', 'scene', 'button', 'select', 'text', 'update') ORDER BY ALL"""
    ours, theirs = rows(phase.store, question), rows(direct.store, question)
    assert len(theirs) > 500
    assert ours == theirs


def phase_of_simulated(folder: Path) -> Phase:
    folder.mkdir()
    return phase_of(folder, {"source": "simulated", "seed": 3, "devices": 30})


def test_a_dense_series_is_reduced_by_the_server(influx: servers.Influxdb1, database: str, tmp_path: Path) -> None:
    start = nanoseconds("2026-11-06T00:00:00+00:00")
    dense = [f"W,domain=sensor,entity_id=meter value={n % 10} {start + n * 5_000_000_000}" for n in range(2 * 17_280)]
    for first in range(0, len(dense), 10_000):
        influx.write(database, "\n".join(dense[first : first + 10_000]).encode())
    influx.write(database, lines(date(2026, 11, 6), 10))
    phase = phase_of(tmp_path, influx_events(influx, database))
    outcome = run(phase)
    assert outcome.figures["points_read"] == 2 * 17_280 + 10
    found = rows(
        phase.store,
        'SELECT count(*), min("min"), max("max"), sum("count")::BIGINT, count(DISTINCT "last") FROM measurements',
    )
    assert found == [(576, 0.0, 9.0, 2 * 17_280, 1)]


def test_a_database_held_by_another_program_is_said(tmp_path: Path) -> None:
    (tmp_path / "history.csv").write_text("ts,entity_id,state\n2026-11-06T10:00:00Z,light.a,on\n")
    phase = phase_of(tmp_path, {"source": "files", "paths": ["history.csv"]})
    holder = "import duckdb, sys, time\nc = duckdb.connect(sys.argv[1])\nprint('held', flush=True)\ntime.sleep(60)\n"
    with subprocess.Popen([sys.executable, "-c", holder, str(phase.store.path)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            with pytest.raises(StoreError, match=f"process {process.pid}"):
                run(phase)
        finally:
            process.kill()
