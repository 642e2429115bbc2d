"""A million points of a real InfluxDB: every one accounted for, in bounded memory."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from homeintel.events.phase import run, store_share
from tests import servers
from tests.events.homes import influx_events, nanoseconds, phase_of, rows

POINTS = 1_000_000
DAYS = 30
LIGHTS = SENSORS = 100

_NIGHT = """
import json, sys
from homeintel.events.phase import run
from homeintel.phase import Phase, Window
from homeintel.settings import load_settings
from homeintel.store import Store
settings = load_settings(sys.argv[1])
phase = Phase("events", settings, Window.of(settings), Store(settings.storage.database, settings.storage.memory_limit), "r")
outcome = run(phase)
status = open("/proc/self/status").read().split() if sys.platform == "linux" else ["VmHWM:", "0"]
print(json.dumps({"peak_mb": int(status[status.index("VmHWM:") + 1]) / 1024, "status": outcome.status, **outcome.figures}))
"""


def lines() -> Iterator[bytes]:
    """Two of five points are a light's, each state written twice; the others a sensor's."""
    start = nanoseconds("2026-10-09T00:00:00+00:00")
    step = DAYS * 86_400 * 10**9 // POINTS
    for first in range(0, POINTS, 20_000):
        some = []
        for n in range(first, first + 20_000):
            turn, which = divmod(n, 5)
            if which < 2:
                nth = turn * 2 + which
                on = nth // LIGHTS // 2 % 2
                text = f'state,domain=light,entity_id=l{nth % LIGHTS} state="{("off", "on")[on]}",value={on},brightness=100'
            else:
                text = f"W,domain=sensor,entity_id=s{(turn * 3 + which) % SENSORS} value={n % 997}"
            some.append(f"{text} {start + n * step}")
        yield "\n".join(some).encode()


@pytest.mark.parametrize(("limit", "megabytes"), [("64MB", 42.9), ("96MB", 58.0), ("192MB", 58.0), ("1GB", 300.0)])
def test_a_small_limit_leaves_enough_for_a_day_and_a_large_one_is_shared(limit: str, megabytes: float) -> None:
    whole = {"64MB": 64, "96MB": 96, "192MB": 192, "1GB": 1000}[limit]
    assert store_share(limit) * whole == pytest.approx(megabytes, abs=0.1)


def test_a_day_of_many_changes_fits_into_a_small_limit(tmp_path: Path) -> None:
    count = 150_000
    start = int(datetime(2026, 11, 7, tzinfo=UTC).timestamp()) * 10**6
    table = {
        "ts": pa.array([start + n * 500_000 for n in range(count)]).cast(pa.timestamp("us", tz="UTC")),
        "entity_id": [f"light.a_lamp_with_a_long_name_{n % 500}" for n in range(count)],
        "state": [("on", "off")[n // 500 % 2] for n in range(count)],
    }
    pq.write_table(pa.table(table), tmp_path / "many.parquet")
    phase = phase_of(tmp_path, {"source": "files", "paths": [str(tmp_path / "*.parquet")]}, days=1, timezone="UTC")
    outcome = run(replace(phase, store=replace(phase.store, memory_limit="64MB")))
    assert (outcome.status, outcome.figures["events_kept"]) == ("succeeded", count)


def test_a_million_points(influx: servers.Influxdb1, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOMEINTEL_EVENTS_PASSWORD", influx.password)
    influx.query("CREATE DATABASE million")
    for body in lines():
        influx.write("million", body)
    phase = phase_of(tmp_path, influx_events(influx, "million"), end=date(2026, 11, 8), days=DAYS, timezone="UTC")
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", _NIGHT, str(tmp_path / "home.yaml")],
        cwd=root, env={**os.environ, "PYTHONPATH": str(root)}, capture_output=True, text=True, check=True, timeout=200,
    )  # fmt: skip
    measured = json.loads(done.stdout)
    assert measured["status"] == "succeeded"
    assert measured["points_read"] == POINTS
    assert measured["events_kept"] == POINTS * 2 // 5 // 2  # each state stands there twice
    assert measured["peak_mb"] < 350
    assert rows(phase.store, 'SELECT sum("count")::BIGINT FROM measurements') == [(POINTS * 3 // 5,)]
    assert rows(phase.store, "SELECT count(*), sum(points_read)::BIGINT FROM event_days") == [(DAYS, POINTS)]
    assert rows(phase.store, "SELECT count(*) FROM attribute_changes") == [(LIGHTS,)]
