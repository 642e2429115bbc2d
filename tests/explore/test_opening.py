"""What is opened, that it is only read, and what is said where there is nothing to open."""

import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest

from homeintel.errors import SettingsError, StoreError, StoreVersionError
from homeintel.explore.found import load_found
from homeintel.explore.opening import Opened, open_home
from homeintel.settings import load_settings
from homeintel.store import read_copy_path
from tests.nightly.homes import write_params


def test_the_read_copy_is_opened_with_the_newest_night(opened: Opened, capsys: pytest.CaptureFixture[str]) -> None:
    assert opened.store.path == read_copy_path(opened.settings.storage.database)
    assert (opened.window.first_day, opened.window.end_day) == (date(2026, 10, 9), date(2026, 11, 8))
    assert opened.events
    assert opened.first_day == date(2026, 10, 9)
    assert "home.duckdb.read.duckdb, the night 2026-11-08 (partial, run 20" in opened.told


def test_nothing_can_be_written(opened: Opened) -> None:
    with opened.store.connect() as connection, pytest.raises(duckdb.InvalidInputException, match="read-only"):
        connection.execute("DELETE FROM events")


def test_the_database_itself_is_not_held(opened: Opened) -> None:
    with (
        opened.store.connect() as reading,
        duckdb.connect(str(opened.settings.storage.database)) as writing,
    ):
        counted = [c.execute("SELECT count(*) FROM events").fetchone() for c in (reading, writing)]
    assert counted[0] == counted[1]


def test_other_days_can_be_opened(params: Path) -> None:
    other = open_home(str(params), window_end="2026-11-01", window_days=14)
    assert (other.window.first_day, other.window.end_day) == (date(2026, 10, 18), date(2026, 11, 1))
    assert other.night.end_day == date(2026, 11, 8)
    history = other.history()
    assert history is not None
    assert history.calendar.days == 14


def test_a_snapshot_holds_what_the_night_found_and_no_events(params: Path, opened: Opened) -> None:
    snapshot = open_home(str(params), night="2026-11-08")
    assert not snapshot.events
    assert snapshot.history() is None
    assert snapshot.run_id == opened.run_id
    assert "A snapshot holds what the night found" in snapshot.told
    assert load_found(snapshot).patterns["pattern_id"].tolist() == load_found(opened).patterns["pattern_id"].tolist()


def test_an_unknown_night_names_those_there_are(params: Path) -> None:
    with pytest.raises(StoreError, match=r"no snapshot of the night 2026-01-01 .* There are: 2026-11-08\."):
        open_home(str(params), night="2026-01-01")


def test_what_is_no_date_is_said(params: Path) -> None:
    with pytest.raises(SettingsError, match="'last night' is no date"):
        open_home(str(params), night="last night")


def test_a_home_without_a_night_is_not_fetched_on_the_spot(tmp_path: Path) -> None:
    events = {"source": "files", "paths": ["events/*.parquet"]}
    params = write_params(tmp_path, events=events)
    with pytest.raises(StoreError, match=r"no night has ended yet\. Run one night"):
        open_home(str(params))


def test_a_simulated_home_without_a_night_is_made_on_the_spot(tmp_path: Path) -> None:
    made = open_home(str(write_params(tmp_path)))
    assert made.told.startswith("No night of this simulated home is stored yet")
    assert made.events
    assert not (tmp_path / "data").exists()
    assert made.window.days == 5


def test_the_copy_of_another_version_is_refused(params: Path, tmp_path: Path) -> None:
    old = write_params(tmp_path)
    copy = read_copy_path(load_settings(old).storage.database)
    copy.parent.mkdir(parents=True)
    shutil.copyfile(read_copy_path(load_settings(params).storage.database), copy)
    with duckdb.connect(str(copy)) as connection:
        connection.execute("UPDATE schema_migrations SET number = 0")
    with pytest.raises(StoreVersionError, match=r"another version of homeintel \(step 0, not \d+\).*Run a night"):
        open_home(str(old))
