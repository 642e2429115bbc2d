"""Brings a database to this version's tables: numbered SQL files, each applied once, in order."""

from importlib import resources

import duckdb

from homeintel.errors import StoreNotADatabaseError, StoreVersionError
from homeintel.store.connection import Store


def migrate(store: Store) -> int:
    """Apply the migrations that are missing and return the number of the newest one.

    Raises:
        StoreVersionError: the database was migrated by a newer homeintel.
        StoreNotADatabaseError: the database belongs to another program.
        StoreError: the file can't be opened; see `Store.connect`.
    """
    scripts = migration_scripts()
    with store.transaction() as connection:
        applied = _applied(connection, store)
        if applied > max(scripts):
            raise StoreVersionError(
                f"{store.path} was migrated to step {applied}; this homeintel knows {max(scripts)}.",
                kept="It was not touched.",
                next_step="Update homeintel, or name another file in storage.database.",
            )
        for number in sorted(number for number in scripts if number > applied):
            connection.execute(scripts[number])
            connection.execute("INSERT INTO schema_migrations VALUES (?, now())", [number])
    return max(scripts)


def newest_migration() -> int:
    """Return the number of the newest migration this homeintel knows."""
    return max(migration_scripts())


def migration_scripts() -> dict[int, str]:
    """Return the SQL of every migration by its number."""
    folder = resources.files("homeintel.store") / "migrations"
    files = [entry for entry in folder.iterdir() if entry.name.endswith(".sql")]
    return {int(entry.name.split("_")[0]): entry.read_text(encoding="utf-8") for entry in files}


def _applied(connection: duckdb.DuckDBPyConnection, store: Store) -> int:
    tables = {name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    if tables and "schema_migrations" not in tables:
        raise StoreNotADatabaseError(
            f"{store.path} is a database of another program (it holds {', '.join(sorted(tables)[:3])}).",
            kept="It was not touched.",
            next_step="Name another file in storage.database.",
        )
    connection.execute(
        "CREATE TABLE IF NOT EXISTS schema_migrations (number INTEGER NOT NULL, applied_at TIMESTAMPTZ NOT NULL)"
    )
    row = connection.execute("SELECT coalesce(max(number), 0) FROM schema_migrations").fetchone()
    assert row is not None
    return int(row[0])
