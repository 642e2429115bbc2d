"""Runs the first three phases on simulated homes and holds what they find against what was planted."""

import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from homeintel import __version__
from homeintel.bridge.phase import run as run_capabilities
from homeintel.events.phase import run as run_events
from homeintel.patterns.phase import run as run_patterns
from homeintel.phase import Phase, Window
from homeintel.settings import load_settings
from homeintel.simulate import SimulatedHome, family_of_homes, write_home
from homeintel.simulate.scorecard import Scorecard, score_homes
from homeintel.store import Store, insert_record, migrate, query

RUN = "score"


def score_detectors(seeds: Sequence[int], kinds: Sequence[str], *, days: int = 30) -> Scorecard:
    """Return how well the night's detectors do on the homes of these seeds and kinds.

    Raises:
        SettingsError: there is no such kind.
    """
    return score_homes(family_of_homes(seeds, kinds, days=days), detect)


def detect(home: SimulatedHome) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows of `patterns` and `anomalies` that a night finds in a home, the way a night finds them."""
    with tempfile.TemporaryDirectory(prefix="homeintel-score-") as name:
        settings = load_settings(write_home(home, Path(name)))
        store = Store(Path(name) / "score.duckdb", settings.storage.memory_limit)
        migrate(store)
        window = Window.of(settings)
        _open_run(store, window)
        run_capabilities(Phase("capabilities", settings, window, store, RUN))
        run_events(Phase("events", settings, window, store, RUN))
        run_patterns(Phase("patterns", settings, window, store, RUN))
        with store.connect() as connection:
            return query(connection, "SELECT * FROM patterns"), query(connection, "SELECT * FROM anomalies")


def _open_run(store: Store, window: Window) -> None:
    row = {
        "run_id": RUN,
        "params_file": "",
        "window_start": window.start,
        "window_end": window.end,
        "started_at": datetime.now(UTC),
        "status": "running",
        "version": __version__,
    }
    with store.transaction() as connection:
        insert_record(connection, "job_runs", row)
