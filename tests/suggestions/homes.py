"""Hand-made nights: the tables phase 5 reads, written down row by row."""

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from homeintel.phase import Phase, PhaseStatus, Window
from homeintel.settings import Settings, load_settings
from homeintel.store import Store, insert

ZONE = ZoneInfo("Europe/Berlin")
END = date(2026, 9, 28)
DAYS = 28

PARAMS = """
home: {{name: test, timezone: Europe/Berlin, latitude: 52.52, longitude: 13.40}}
window: {{days: 28, end: 2026-09-28}}
bridge: {{source: simulated, seed: 1}}
events: {{source: simulated, seed: 1}}
storage: {{database: home.duckdb, reports: reports}}
publish: {{enabled: false}}
suggestions: {suggestions}
"""


def settings(folder: Path, suggestions: str = "{limit: 10}") -> Settings:
    path = folder / "params.yaml"
    path.write_text(PARAMS.format(suggestions=suggestions), encoding="utf-8")
    return load_settings(path)


def window(end: date = END, days: int = DAYS) -> Window:
    return Window(end - timedelta(days=days), end, ZONE)


def start_run(store: Store, run_id: str, end: date = END, started_at: datetime | None = None) -> None:
    span = window(end)
    row = {
        "run_id": run_id, "params_file": "params.yaml", "window_start": span.start, "window_end": span.end,
        "started_at": started_at or span.end + timedelta(hours=2), "status": "running", "version": "test",
    }  # fmt: skip
    write(store, "job_runs", [row])


def phase(
    store: Store,
    given: Settings,
    run_id: str = "run-1",
    end: date = END,
    earlier: dict[str, tuple[PhaseStatus, str]] | None = None,
) -> Phase:
    return Phase("suggestions", given, window(end), store, run_id, earlier=earlier or {})


def write(store: Store, table: str, rows: Iterable[dict[str, Any]]) -> None:
    with store.transaction() as connection:
        insert(connection, table, pd.DataFrame(list(rows)))


def pattern(pattern_id: str, run_id: str = "run-1", **given: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "run_id": run_id, "pattern_id": pattern_id, "kind": "time_of_day", "entity_id": "light.kitchen", "state": "on",
        "days": "all", "minute_of_day": 405.0, "spread_minutes": 5.0, "occurrences": 26, "opportunities": 28,
        "confidence": 0.9, "confidence_low": 0.77, "confidence_high": 0.98, "expected": 2.0, "p_value": 1e-9,
        "q_value": 1e-8, "already_automated": False, "undone": 0, "conditions": "{}", "evidence": "{}",
    }  # fmt: skip
    return row | given


def coupling(pattern_id: str, run_id: str = "run-1", **given: Any) -> dict[str, Any]:
    row = pattern(
        pattern_id, run_id, kind="co_occurrence", trigger_entity_id="binary_sensor.hall_occupancy", trigger_state="on",
        entity_id="light.hall", minute_of_day=None, spread_minutes=None, lag_seconds=5.0, lag_p90_seconds=9.0,
        occurrences=60, opportunities=66,
    )  # fmt: skip
    return row | given


def event(at: datetime, entity_id: str, state: str, cause: str = "person") -> dict[str, Any]:
    return {"ts": at.astimezone(UTC), "entity_id": entity_id, "state": state, "cause": cause, "source": "test"}


def local(day: int, minute: float, end: date = END, days: int = DAYS) -> datetime:
    """A local wall-clock minute of a day of the window, counted from 0."""
    midnight = datetime.combine(end - timedelta(days=days) + timedelta(days=day), datetime.min.time())
    return (midnight + timedelta(minutes=minute)).replace(tzinfo=ZONE)


def routine_events(
    entity_id: str = "light.kitchen",
    minute: float = 405.0,
    *,
    skipped: Iterable[int] = (),
    spread: float = 4.0,
    on_for: float = 90.0,
    state: str = "on",
    other: str = "off",
    seed: int = 3,
) -> list[dict[str, Any]]:
    """A thing done at about `minute` on every day but the skipped ones, and undone `on_for` minutes later."""
    noise = np.random.default_rng(seed).normal(0, spread, DAYS)
    kept = [day for day in range(DAYS) if day not in set(skipped)]
    starts = [event(local(day, minute + noise[day]), entity_id, state) for day in kept]
    ends = [event(local(day, minute + on_for + noise[day]), entity_id, other) for day in kept]
    return starts + ends


def anomaly(kind: str, entity_id: str | None, run_id: str = "run-1", **given: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "run_id": run_id, "anomaly_id": f"{kind}-{entity_id}", "kind": kind, "entity_id": entity_id,
        "started_at": local(20, 600).astimezone(UTC), "ended_at": None, "score": 0.95, "expected": "a report an hour",
        "observed": "none for 190 hours", "detail": "{}",
    }  # fmt: skip
    return row | given


def opportunity(key: str = "expose:power_on_behavior:{}", **given: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "key": key, "origin": "expose", "name": "power_on_behavior", "path": "power_on_behavior",
        "ieee_addresses": ["0x01", "0x02"], "friendly_names": ["Kitchen lamp", "Hall lamp"],
        "entity_ids": ["select.kitchen_power_on_behavior"], "label": "State after a power cut",
        "sentence": "Decides whether it comes back on.", "usefulness": 0.8, "effort": 0.1, "risk": "low",
        "topics": ["zigbee2mqtt/Kitchen lamp/set", "zigbee2mqtt/Hall lamp/set"], "payload": {"power_on_behavior": "previous"},
        "action": None, "caveats": "", "reason": "It kept one value the whole time.", "certainty": 0.88, "score": 0.6,
    }  # fmt: skip
    return row | given


def stored(store: Store, table: str, order: str, where: str = "TRUE") -> list[dict[str, Any]]:
    with store.connect() as connection:
        rows = connection.execute(f"SELECT * FROM {table} WHERE {where} ORDER BY {order}").df().to_dict("records")
    return [{str(key): value for key, value in row.items()} for row in rows]


def as_json(value: Any) -> Any:
    return json.loads(value)
