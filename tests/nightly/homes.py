"""Small homes for tests of the night, and one phase of them run as the runner runs it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from homeintel.nightly import record
from homeintel.nightly.execute import Execution, execute_phase
from homeintel.nightly.phases import SPECS, notebook_folder
from homeintel.nightly.redact import secret_values
from homeintel.phase import PhaseName, Window
from homeintel.settings import Settings, load_settings
from homeintel.store import Store, migrate

HOME: dict[str, Any] = {"name": "small", "timezone": "Europe/Berlin", "latitude": 52.52, "longitude": 13.40}
WINDOW: dict[str, Any] = {"days": 5, "end": "2026-11-08"}


def write_params(folder: Path, **sections: dict[str, Any]) -> Path:
    """Write a params file of a simulated home of 6 devices and 5 days; `sections` replace whole sections."""
    simulated = {"source": "simulated", "seed": 3, "devices": 6}
    values = {
        "home": HOME,
        "window": WINDOW,
        "bridge": simulated,
        "events": simulated,
        "storage": {"database": "data/home.duckdb", "reports": "reports"},
        "publish": {"enabled": False},
        **sections,
    }
    path = folder / "home.yaml"
    path.write_text(yaml.safe_dump(values), encoding="utf-8")
    return path


def store_of(settings: Settings) -> Store:
    """Return the home's migrated store."""
    store = Store(settings.storage.database)
    migrate(store)
    return store


def run_one_phase(params: Path, name: PhaseName, *, limit_seconds: float = 120) -> Execution:
    """Run one phase's real notebook in a kernel, recorded as a run of its own."""
    settings = load_settings(params)
    store = store_of(settings)
    record.close_crashed(store)
    window = Window.of(settings)
    run_id = record.open_run(store, params, window)
    spec = next(spec for spec in SPECS if spec.name == name)
    began = datetime.now(UTC)
    execution = execute_phase(
        notebook_folder() / spec.notebook,
        params.parent / f"{name}-{run_id}.ipynb",
        {"params_file": str(params), "run_id": run_id, "window_end": str(window.end_day), "window_days": window.days},
        limit_seconds=limit_seconds,
        secrets=secret_values(settings),
    )
    record.record_phase(store, run_id, name, execution, started_at=began, peak_memory_mb=None)
    record.close_run(store, run_id, "partial", "one phase", points_read=None, events_kept=None)
    return execution


def run_in_process(params: Path, *names: PhaseName) -> None:
    """Run phases of a home in this process, quickly, to prepare the store for the phase a test is about."""
    import importlib

    from homeintel.notebooks import ROOMS
    from homeintel.phase import Phase

    settings = load_settings(params)
    store = store_of(settings)
    window = Window.of(settings)
    run_id = record.open_run(store, params, window)
    for name in names:
        outcome = importlib.import_module(ROOMS[name]).run(Phase(name, settings, window, store, run_id))
        assert outcome.status == "succeeded", outcome.reason
    record.close_run(store, run_id, "partial", "prepared", points_read=None, events_kept=None)
