"""Runs the first three phases on simulated homes and holds what they find against what was planted."""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

import pandas as pd

from homeintel import __version__
from homeintel.bridge.phase import run as run_capabilities
from homeintel.events.phase import run as run_events
from homeintel.patterns.phase import run as run_patterns
from homeintel.phase import Phase, Window
from homeintel.settings import load_settings
from homeintel.simulate import SimulatedHome, write_home
from homeintel.simulate.family import home_of_family
from homeintel.simulate.scorecard import HomeScore, Scorecard, gather, score_home
from homeintel.store import Store, insert_record, migrate, query

RUN = "score"


def score_detectors(
    seeds: Sequence[int],
    kinds: Sequence[str],
    *,
    days: int = 30,
    workers: int = 1,
    told: Callable[[], None] | None = None,
) -> Scorecard:
    """Return how well the night's detectors do on the homes of these seeds and kinds.

    Args:
        seeds: one home of each kind for each.
        kinds: of the family of homes.
        days: the window's length.
        workers: processes; each holds one home at a time, the result is the same.
        told: called after each home.

    Raises:
        SettingsError: there is no such kind.
    """
    jobs = [(seed, kind, days) for seed in seeds for kind in kinds]
    if workers <= 1:
        return gather(_telling(map(_score, jobs), told))
    # A fresh interpreter for each worker: DuckDB's threads do not survive a fork.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        return gather(_telling(pool.map(_score, jobs), told))


def _score(job: tuple[int, str, int]) -> HomeScore:
    seed, kind, days = job
    return score_home(home_of_family(seed, kind, days=days), detect)


def _telling(scored: Iterable[HomeScore], told: Callable[[], None] | None) -> Iterator[HomeScore]:
    for one in scored:
        if told is not None:
            told()
        yield one


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
