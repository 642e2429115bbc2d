"""The database: opened for one call, migrated, locked, copied."""

import multiprocessing
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from homeintel.errors import (
    AlreadyRunningError,
    StoreLockedError,
    StoreNotADatabaseError,
    StoreUnwritableError,
    StoreVersionError,
)
from homeintel.store import (
    NightLock,
    Store,
    count,
    insert,
    migrate,
    query,
    read_copy_path,
    replace_run_rows,
    write_read_copy,
    write_snapshot,
)

TABLES = {
    "job_runs", "job_phases", "devices", "device_capabilities", "entities", "events", "attribute_changes", "measurements",
    "gaps", "event_days", "patterns", "anomalies", "device_feature_usage", "suggestions", "feedback", "outbox",
    "detection_funnel",
}  # fmt: skip
WAIT = "import sys, duckdb; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"


def run_row(run_id: str, window_end: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "run_id": [run_id],
            "params_file": ["p"],
            "window_start": [pd.Timestamp("2026-10-01", tz="UTC")],
            "window_end": [pd.Timestamp(window_end, tz="UTC")],
            "started_at": [pd.Timestamp("2026-11-01", tz="UTC")],
            "status": ["running"],
            "version": ["0"],
        }
    )


def test_all_public_tables_are_there_and_migrating_again_changes_nothing(store: Store) -> None:
    assert migrate(store) == migrate(store)
    with store.connect() as connection:
        assert set(query(connection, "SELECT table_name FROM duckdb_tables()")["table_name"]) >= TABLES


def test_sessions_are_in_utc(store: Store) -> None:
    with store.connect() as connection:
        assert connection.execute("SELECT CAST(TIMESTAMPTZ '2026-11-01 12:00:00+02' AS VARCHAR)").fetchone() == (
            "2026-11-01 10:00:00+00",
        )


def test_an_error_rolls_the_whole_transaction_back(store: Store) -> None:
    with pytest.raises(duckdb.ConstraintException), store.transaction() as connection:  # noqa: PT012 - both rows belong in
        insert(connection, "job_runs", run_row("r1", "2026-11-01"))
        insert(connection, "job_runs", run_row("r2", "2026-11-01").assign(status="asleep"))
    with store.connect() as connection:
        assert count(connection, "SELECT count(*) FROM job_runs") == 0


def test_rows_of_the_same_window_are_replaced_and_others_stay(store: Store) -> None:
    step = pd.DataFrame({"detector": ["d"], "step": ["s"], "candidates": [1]})
    with store.transaction() as connection:
        for run_id, end in (("old", "2026-11-01"), ("again", "2026-11-01"), ("other", "2026-10-31")):
            insert(connection, "job_runs", run_row(run_id, end))
        for run_id in ("other", "old", "again", "again"):
            replace_run_rows(connection, "detection_funnel", run_id, step)
    with store.connect() as connection:
        rows = query(connection, "SELECT run_id FROM detection_funnel ORDER BY run_id")
    assert list(rows["run_id"]) == ["again", "other"]


def test_a_file_that_is_no_database_is_told_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.duckdb"
    path.write_text("shopping list\n" * 1000)
    with pytest.raises(StoreNotADatabaseError, match="is not a DuckDB database"):
        migrate(Store(path))
    assert path.read_text().startswith("shopping list")


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE invoices (i INTEGER)")
    with pytest.raises(StoreNotADatabaseError, match=r"another program \(it holds invoices"):
        migrate(Store(path))


def test_a_database_of_a_newer_homeintel_is_left_alone(store: Store) -> None:
    with store.transaction() as connection:
        connection.execute("INSERT INTO schema_migrations VALUES (999, now())")
    with pytest.raises(StoreVersionError, match="step 999"):
        migrate(store)


def test_a_locked_database_names_the_process_that_holds_it(store: Store) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", WAIT, str(store.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    assert holder.stdin is not None
    try:
        assert holder.stdout.readline() == b"open\n"
        with pytest.raises(StoreLockedError, match=f"process {holder.pid}"):
            migrate(store)
    finally:
        holder.communicate(timeout=20)


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a folder")
    with pytest.raises(StoreUnwritableError, match="can't be opened"):
        migrate(Store(tmp_path / "data" / "home.duckdb"))


def _hold(path: Path, ready: "multiprocessing.synchronize.Event", done: "multiprocessing.synchronize.Event") -> None:
    with NightLock(path):
        ready.set()
        done.wait(20)


def test_one_night_at_a_time_and_a_dead_one_does_not_count(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    ready, done = context.Event(), context.Event()
    database = tmp_path / "home.duckdb"
    first = context.Process(target=_hold, args=(database, ready, done))
    first.start()
    assert ready.wait(30)
    with pytest.raises(AlreadyRunningError, match=f"process {first.pid}"), NightLock(database):
        pass
    first.kill()
    first.join(20)
    with NightLock(database):
        assert (tmp_path / "home.duckdb.lock").read_text().strip().isdigit()


def test_the_read_copy_can_be_read_while_the_database_is_held(store: Store) -> None:
    with store.transaction() as connection:
        insert(connection, "job_runs", run_row("r1", "2026-11-01"))
    copy = write_read_copy(store)
    assert copy == read_copy_path(store.path)
    code = "import sys, duckdb; print(duckdb.connect(sys.argv[1], read_only=True).execute('SELECT run_id FROM job_runs').fetchall())"
    with store.connect():
        answer = subprocess.run([sys.executable, "-c", code, str(copy)], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[('r1',)]"


def test_the_snapshot_leaves_the_bulky_tables_out(store: Store, tmp_path: Path) -> None:
    with store.transaction() as connection:
        insert(connection, "job_runs", run_row("r1", "2026-11-01"))
    snapshot = write_snapshot(store, tmp_path / "it's a snapshot.duckdb")
    with duckdb.connect(str(snapshot), read_only=True) as connection:
        names = set(connection.execute("SELECT table_name FROM duckdb_tables()").df()["table_name"])
        assert connection.execute("SELECT run_id FROM job_runs").fetchall() == [("r1",)]
    assert names >= TABLES - {"events", "attribute_changes", "measurements"}
    assert not names & {"events", "attribute_changes", "measurements"}


def test_a_copy_that_can_not_be_written_leaves_the_older_one(store: Store) -> None:
    copy = write_read_copy(store)
    before = copy.read_bytes()
    half = copy.with_name(copy.name + ".half")
    half.mkdir()
    with pytest.raises(StoreUnwritableError, match="read copy"):
        write_read_copy(store)
    shutil.rmtree(half, ignore_errors=True)
    assert copy.read_bytes() == before
