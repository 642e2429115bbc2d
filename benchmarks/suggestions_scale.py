"""Phase 5 on a big home: hundreds of devices, hundreds of patterns with their events."""

import resource
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from homeintel.bridge import phase as capabilities
from homeintel.features import phase as features
from homeintel.phase import Phase, Window
from homeintel.settings import load_settings
from homeintel.store import Store, insert, migrate
from homeintel.suggestions import phase as suggestions

DAYS = 30
OCCASIONS_A_DAY = 40
"""How often a coupling's trigger fires."""

PARAMS = """
home: {{name: big, timezone: Europe/Berlin, latitude: 52.52, longitude: 13.40}}
window: {{days: 30, end: 2026-09-14}}
bridge: {{source: simulated, seed: 1, devices: {devices}}}
events: {{source: simulated, seed: 1, devices: {devices}}}
storage: {{database: home.duckdb, reports: reports}}
suggestions: {{limit: null}}
publish: {{enabled: false}}
"""


@dataclass(frozen=True)
class Scale:
    """What was measured."""

    patterns: int
    events: int
    candidates: int
    seconds: float
    peak_megabytes: float


def measure_scale(folder: Path, *, devices: int, patterns: int) -> Scale:
    """Fill a store and time phase 5."""
    (folder / "params.yaml").write_text(PARAMS.format(devices=devices), encoding="utf-8")
    settings = load_settings(folder / "params.yaml")
    store = Store(settings.storage.database)
    migrate(store)
    window = Window.of(settings)
    run = {"run_id": "run", "params_file": "x", "window_start": window.start, "window_end": window.end,
           "started_at": datetime.now(UTC), "status": "running", "version": "benchmark"}  # fmt: skip
    with store.transaction() as connection:
        insert(connection, "job_runs", pd.DataFrame([run]))
    capabilities.run(Phase("capabilities", settings, window, store, "run"))
    made, events = _habits(window, patterns)
    with store.transaction() as connection:
        insert(connection, "patterns", made)
        insert(connection, "events", events)
    features.run(Phase("features", settings, window, store, "run"))
    started = time.perf_counter()
    outcome = suggestions.run(Phase("suggestions", settings, window, store, "run"))
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Scale(len(made), len(events), int(outcome.figures["candidates"]), seconds, peak)


def _habits(window: Window, count: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return half routines, half couplings, kept nine times of ten, and the events that show it."""
    random = np.random.default_rng(1)
    rows, pieces = [], []
    midnight = window.start.timestamp() + 86_400 * np.arange(DAYS)
    for number in range(count):
        light = f"light.room_{number}"
        pattern = {"run_id": "run", "pattern_id": f"p{number}", "entity_id": light, "state": "on", "days": "all",
                   "confidence": 0.9, "confidence_low": 0.8, "confidence_high": 0.95, "expected": 1.0, "p_value": 1e-9,
                   "q_value": 1e-9, "already_automated": False, "undone": 0}  # fmt: skip
        if number % 2:
            minute = float(random.integers(0, 1440))
            kept = random.random(DAYS) < 0.9
            on = (midnight + 60 * (minute + random.normal(0, 5, DAYS)))[kept]
            rows.append(pattern | {"kind": "time_of_day", "minute_of_day": minute, "spread_minutes": 5.0,
                                   "occurrences": int(kept.sum()), "opportunities": DAYS})  # fmt: skip
        else:
            sensor = f"binary_sensor.room_{number}_occupancy"
            start = np.repeat(midnight, OCCASIONS_A_DAY) + 86_400 / OCCASIONS_A_DAY * np.tile(
                np.arange(OCCASIONS_A_DAY), DAYS
            )
            kept = random.random(len(start)) < 0.9
            on = start[kept] + 5
            rows.append(pattern | {"kind": "co_occurrence", "trigger_entity_id": sensor, "trigger_state": "on",
                                   "lag_seconds": 5.0, "lag_p90_seconds": 8.0, "occurrences": int(kept.sum()),
                                   "opportunities": len(start)})  # fmt: skip
            pieces += [_changes(start, sensor, "on"), _changes(start + 60, sensor, "off")]
        pieces += [_changes(on, light, "on"), _changes(on + 900, light, "off")]
    return pd.DataFrame(rows), pd.concat(pieces, ignore_index=True)


def _changes(times: "np.ndarray[tuple[int], np.dtype[np.float64]]", entity: str, state: str) -> pd.DataFrame:
    at = pd.to_datetime(times, unit="s", utc=True)
    return pd.DataFrame({"ts": at, "entity_id": entity, "state": state, "cause": "person", "source": "benchmark"})
