"""A million points of a real InfluxDB: every one accounted for, in bounded memory."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

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
