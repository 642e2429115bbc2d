"""Copies that others may read while a night writes: one full copy, and a small snapshot with each night's report."""

import contextlib
import shutil
from pathlib import Path

from homeintel.errors import StoreUnwritableError
from homeintel.store.connection import Store

BULKY_TABLES = frozenset({"events", "attribute_changes", "measurements"})
"""Left out of a snapshot."""


def read_copy_path(database: Path) -> Path:
    """Return where the full copy lies: `<database>.read.duckdb`."""
    return database.with_name(database.name + ".read.duckdb")


def write_read_copy(store: Store) -> Path:
    """Copy the closed database file and rename the copy into place; readers of the old copy keep theirs.

    Raises:
        StoreUnwritableError: the disk or the folder refuses; the old copy stays.
    """
    with store.connect() as connection:
        connection.execute("CHECKPOINT")
    target = read_copy_path(store.path)
    half = target.with_name(target.name + ".half")
    try:
        shutil.copyfile(store.path, half)
        half.replace(target)
    except OSError as error:
        with contextlib.suppress(OSError):
            half.unlink()
        raise StoreUnwritableError(
            f"The read copy {target} can't be written: {error.strerror}.",
            kept="The database and the older copy are whole.",
            next_step="Free room on the disk; the next night writes it anew.",
        ) from error
    return target


def write_snapshot(store: Store, target: Path) -> Path:
    """Write every table but the bulky ones to a new database file at `target`.

    Raises:
        StoreError: the file can't be written.
    """
    target.unlink(missing_ok=True)
    with store.connect() as connection:
        connection.execute(f"ATTACH '{_quoted(target)}' AS snapshot")
        tables = connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database() AND NOT internal"
        ).fetchall()
        for (name,) in tables:
            if name not in BULKY_TABLES:
                connection.execute(f"CREATE TABLE snapshot.{name} AS SELECT * FROM {name}")
        connection.execute("DETACH snapshot")
    return target


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
