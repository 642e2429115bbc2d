"""Opens what a home has stored, for reading only: the newest copy, one night's snapshot, or the demo made on the spot."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from homeintel.errors import SettingsError, StoreError, StoreVersionError
from homeintel.notebooks import BY_HAND, by_hand
from homeintel.patterns import phase as patterns_phase
from homeintel.patterns.history import History
from homeintel.phase import Phase, PhaseName, Window
from homeintel.report.output import show_text
from homeintel.settings import Settings, load_settings
from homeintel.store import Store, count, newest_migration, read_copy_path, records

__all__ = ["Opened", "open_home"]

SNAPSHOT = "snapshot.duckdb"


@dataclass(frozen=True)
class Opened:
    """A home as it was after one night. Nothing here writes, and no connection stays open between two calls.

    Args:
        settings: the home's settings.
        window: the days looked at.
        store: the copy, read-only.
        run_id: the night whose findings are shown; empty where none was stored.
        night: the window that night looked at.
        events: whether single events are in it; a snapshot holds none.
        first_day: the first local day with events; None without any.
        told: where all this comes from, one sentence.
    """

    settings: Settings
    window: Window
    store: Store
    run_id: str
    night: Window
    events: bool
    first_day: date | None
    told: str

    def phase(self, name: PhaseName, window: Window | None = None) -> Phase:
        """Return what the functions of a phase that only read are called with.

        Args:
            name: the phase.
            window: other days than those opened.
        """
        return Phase(name, self.settings, window or self.window, self.store, self.run_id, by_hand=True)

    def history(self) -> History | None:
        """Read the opened days for the detectors; None where no events are in it.

        Raises:
            StoreError: the copy can't be read.
        """
        return patterns_phase.load(self.phase("patterns")) if self.events else None


def open_home(params_file: str, *, night: str = "", window_end: str = "", window_days: int = 0) -> Opened:
    """Open a home for exploring, and tell the reader what was opened.

    Args:
        params_file: the home's params file; relative to the working directory.
        night: a night's date `YYYY-MM-DD`, whose snapshot is opened; empty: the copy that each night renews.
        window_end: a local date `YYYY-MM-DD`, exclusive; empty: that of the night.
        window_days: local days; 0: those of the night.

    Raises:
        SettingsError: the params file can't be used.
        StoreError: there is nothing to open yet, or it can't be read.
    """
    settings = load_settings(params_file)
    chosen, end = _date(night), _date(window_end)
    store = _store(settings, night)
    with store.connect() as connection:
        opened = _opened(settings, store, connection, chosen)
    window = Window.of(settings, end=end or opened.night.end_day, days=window_days or opened.night.days)
    opened = replace(opened, window=window)
    show_text(opened.told)
    show_text(f"Days looked at: {window.first_day} to {window.end_day} (exclusive), {window.zone.key}.")
    return opened


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise SettingsError(f"{text!r} is no date.", next_step="Write it like 2026-11-08.") from None


def _store(settings: Settings, night: str) -> Store:
    limit = settings.storage.memory_limit
    if night:
        return Store(_snapshot(settings, night), limit, read_only=True)
    copy = read_copy_path(settings.storage.database)
    if copy.is_file():
        return Store(copy, limit, read_only=True)
    if settings.bridge.source == settings.events.source == "simulated":
        return Store(by_hand("suggestions", settings, Window.of(settings), None).store.path, limit, read_only=True)
    raise StoreError(
        f"There is no copy {copy} to read: no night has ended yet.", next_step="Run one night: `homeintel run`."
    )


def _snapshot(settings: Settings, night: str) -> Path:
    folder = settings.storage.reports / settings.home.slug
    snapshot = folder / night / SNAPSHOT
    if not snapshot.is_file():
        there = sorted(path.parent.name for path in folder.glob(f"*/{SNAPSHOT}"))
        raise StoreError(
            f"There is no snapshot of the night {night} in {folder}.",
            next_step=f"There are: {', '.join(there)}." if there else "Run one night: `homeintel run`.",
        )
    return snapshot


def _opened(settings: Settings, store: Store, connection: duckdb.DuckDBPyConnection, night: date | None) -> Opened:
    _refuse_other_version(connection, store)
    tables = {name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    run = _run(connection, settings, night)
    window = Window.of(settings) if run is None else _window(run, settings)
    events = "events" in tables
    first_day = _first_day(connection, settings) if events else None
    run_id = "" if run is None else str(run["run_id"])
    return Opened(settings, window, store, run_id, window, events, first_day, _told(store, window, run, events=events))


def _told(store: Store, window: Window, run: Mapping[str, Any] | None, *, events: bool) -> str:
    if run is None:
        return f"Opened for reading: {store.path.name}. It holds no night that found anything."
    if run["run_id"] == BY_HAND:
        return "No night of this simulated home is stored yet, so one was made on the spot; nothing of it is kept."
    night = f"Opened for reading: {store.path.name}, the night {window.end_day} ({run['status']}, run {run['run_id']})."
    return night if events else f"{night} A snapshot holds what the night found, not the events it was found in."


def _refuse_other_version(connection: duckdb.DuckDBPyConnection, store: Store) -> None:
    found = count(connection, "SELECT max(number) FROM schema_migrations")
    if found != newest_migration():
        raise StoreVersionError(
            f"{store.path} was written by another version of homeintel (step {found}, not {newest_migration()}).",
            kept="It was not touched.",
            next_step="Run a night: it brings the database, and its copy, to this version.",
        )


def _run(connection: duckdb.DuckDBPyConnection, settings: Settings, night: date | None) -> Mapping[str, Any] | None:
    """Return the newest run that found something, or the newest of one night."""
    end = Window.of(settings, end=night).end if night else None
    runs = records(
        connection,
        """SELECT run_id, status, window_start, window_end FROM job_runs
        WHERE NOT superseded AND ($1 IS NULL OR window_end = $1)
        AND run_id IN (SELECT run_id FROM detection_funnel UNION ALL SELECT run_id FROM device_feature_usage)
        ORDER BY window_end DESC, started_at DESC LIMIT 1""",
        [end],
    )
    return runs[0] if runs else None


def _window(run: Mapping[str, Any], settings: Settings) -> Window:
    zone = settings.home.zone
    return Window(run["window_start"].astimezone(zone).date(), run["window_end"].astimezone(zone).date(), zone)


def _first_day(connection: duckdb.DuckDBPyConnection, settings: Settings) -> date | None:
    row = connection.execute("SELECT min(ts) FROM events").fetchone()
    return row[0].astimezone(settings.home.zone).date() if row and row[0] is not None else None
