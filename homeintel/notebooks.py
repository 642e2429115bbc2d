"""What a phase notebook calls first and last."""

import atexit
import importlib
import shutil
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import cast

import pandas as pd

from homeintel import __version__
from homeintel.mime import OUTCOME_MIME
from homeintel.phase import PHASES, Outcome, Phase, PhaseName, PhaseStatus, Window
from homeintel.report.output import show, show_folded, show_mime, show_text
from homeintel.settings import Settings, effective_settings, load_settings
from homeintel.store import Store, insert, migrate, read_copy_path

__all__ = ["BY_HAND", "OUTCOME_MIME", "ROOMS", "begin", "by_hand", "finish", "show"]

BY_HAND = "by-hand"
"""The run id of a notebook that a person opened."""


def begin(name: PhaseName, *, params_file: str, run_id: str, window_end: str, window_days: int) -> Phase:
    """Return what the phase works with, and show the settings in force.

    Without a `run_id` (opened in JupyterLab, run by nbval) the phase works on a private temporary copy of the
    database and keeps nothing; phases it needs and the copy lacks are run in the copy first.

    Args:
        name: the phase.
        params_file: the home's params file; relative to the working directory.
        run_id: the run, made by the runner; empty by hand.
        window_end: a local date `YYYY-MM-DD`, exclusive; empty: the params file's.
        window_days: local days; 0: the params file's.

    Raises:
        SettingsError: the params file can't be used.
        StoreError: the database can't be used.
    """
    settings = load_settings(params_file)
    end = date.fromisoformat(window_end) if window_end else None
    window = Window.of(settings, end=end, days=window_days or None)
    phase = _of_run(name, settings, window, run_id) if run_id else by_hand(name, settings, window, _stored(settings))
    _introduce(phase)
    return phase


def finish(phase: Phase, outcome: Outcome) -> None:
    """Tell the reader, and the runner, how the phase ended. A phase whose input is old is degraded, never succeeded."""
    sentence = f"{phase.name}: {outcome.status}. {outcome.reason}".strip()
    record = {
        "status": outcome.status,
        "rows_written": outcome.rows_written,
        "reason": outcome.reason,
        "figures": dict(outcome.figures),
    }
    show_mime({"text/plain": sentence, OUTCOME_MIME: record})


def _of_run(name: PhaseName, settings: Settings, window: Window, run_id: str) -> Phase:
    store = Store(settings.storage.database, settings.storage.memory_limit)
    with store.connect() as connection:
        rows = connection.execute("SELECT phase, status, reason FROM job_phases WHERE run_id = ?", [run_id]).fetchall()
    earlier = {phase: (cast("PhaseStatus", status), reason) for phase, status, reason in rows}
    return Phase(name, settings, window, store, run_id, earlier=earlier)


def _stored(settings: Settings) -> Path | None:
    database = settings.storage.database
    return next((path for path in (read_copy_path(database), database) if path.exists()), None)


def by_hand(name: PhaseName, settings: Settings, window: Window, stored: Path | None) -> Phase:
    """Return a phase on a private temporary database that ends with this process; earlier phases it lacks are run in it.

    Args:
        name: the phase.
        settings: the home's settings.
        window: the days looked at.
        stored: the database it begins as a copy of; None: an empty one.

    Raises:
        HomeintelError: a phase that has to be run first fails.
    """
    folder = Path(tempfile.mkdtemp(prefix="homeintel-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    if stored is not None:
        shutil.copyfile(stored, folder / "private.duckdb")
    store = Store(folder / "private.duckdb", settings.storage.memory_limit)
    migrate(store)
    _record_by_hand(store, settings, window)
    phase = Phase(name, settings, window, store, BY_HAND, by_hand=True)
    _run_missing(phase)
    return phase


def _record_by_hand(store: Store, settings: Settings, window: Window) -> None:
    run = pd.DataFrame(
        {
            "run_id": [BY_HAND],
            "params_file": [str(settings.params_file)],
            "window_start": [window.start],
            "window_end": [window.end],
            "started_at": [datetime.now(UTC)],
            "status": ["running"],
            "version": [__version__],
        }
    )
    with store.transaction() as connection:
        insert(connection, "job_runs", run)


def _run_missing(phase: Phase) -> None:
    """Run the earlier phases whose rows the private copy lacks, so that a notebook works on a fresh machine."""
    witness = {"capabilities": "devices", "events": "event_days", "patterns": "detection_funnel",
               "features": "device_feature_usage", "suggestions": "suggestions"}  # fmt: skip
    for name in PHASES[: PHASES.index(phase.name)]:
        with phase.store.connect() as connection:
            found = connection.execute(f"SELECT count(*) FROM {witness[name]}").fetchone()
        if found == (0,):
            room = importlib.import_module(ROOMS[name])
            room.run(Phase(name, phase.settings, phase.window, phase.store, phase.run_id, by_hand=True))


ROOMS: dict[PhaseName, str] = {
    "capabilities": "homeintel.bridge.phase",
    "events": "homeintel.events.phase",
    "patterns": "homeintel.patterns.phase",
    "features": "homeintel.features.phase",
    "suggestions": "homeintel.suggestions.phase",
    "publish": "homeintel.publish.phase",
}
"""Where the work of each phase lives: a module with `run(phase) -> Outcome`."""


def _introduce(phase: Phase) -> None:
    by_hand = "Opened by hand: a private temporary copy is used, nothing is kept and nothing is published."
    show_text(by_hand if phase.by_hand else f"Run {phase.run_id}.")
    show_text(f"{phase.window.first_day} to {phase.window.end_day} (exclusive), {phase.window.zone.key}.")
    for name, (status, reason) in phase.earlier.items():
        if status != "succeeded":
            show_text(f"Phase {name} of this run: {status}. {reason}")
    rows = pd.DataFrame(effective_settings(phase.settings), columns=["setting", "value"])
    show_folded(rows, caption="Settings in force")
