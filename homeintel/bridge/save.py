"""Writes a night's devices, capabilities and entities in one transaction; what did not change is not rewritten."""

from collections.abc import Iterable
from datetime import datetime

import duckdb
import pandas as pd
import pyarrow as pa

from homeintel.bridge.devices import Device
from homeintel.bridge.diff import Difference
from homeintel.bridge.entities import EntityRow
from homeintel.bridge.frames import capability_table, device_table, entity_table
from homeintel.bridge.reported import Reported
from homeintel.bridge.save_reported import save_reported
from homeintel.store import Store, insert, query

STORED = """
SELECT devices.*, capabilities_at
FROM devices LEFT JOIN (SELECT ieee_address, min(updated_at) AS capabilities_at FROM device_capabilities GROUP BY ALL)
USING (ieee_address)
"""


def load_stored(store: Store) -> pd.DataFrame:
    """Return the store's `devices` with `capabilities_at`; empty before the first night.

    Raises:
        StoreError: the database can't be read.
    """
    with store.connect() as connection:
        return query(connection, STORED)


def load_entities(store: Store) -> pd.DataFrame:
    """Return the store's `entities`.

    Raises:
        StoreError: the database can't be read.
    """
    with store.connect() as connection:
        return query(connection, "SELECT * FROM entities")


def save(
    store: Store,
    devices: Iterable[Device],
    difference: Difference,
    entities: Iterable[EntityRow],
    reported: Iterable[Reported],
    now: datetime,
) -> int:
    """Write what a night found and return how many rows were written.

    Args:
        store: the database.
        devices: all of tonight's.
        difference: which of them are written anew, and which left.
        entities: all of tonight's.
        reported: what devices last told; noted, not counted as written.
        now: when the broker was asked, in UTC.

    Raises:
        StoreError: the database can't be written; nothing of the night is kept then.
    """
    every = device_table(devices, now)
    with store.transaction() as connection:
        written = _replace(connection, "device_capabilities", capability_table(difference.rewrite, now))
        _forget_capabilities(connection, difference)
        written += _replace(connection, "devices", device_table((*difference.rewrite, *difference.update), now))
        _observe(connection, every)
        _mark_left(connection, difference.left, now)
        written += _save_entities(connection, entity_table(entities), every)
        save_reported(connection, reported, now)
    return written + len(difference.left)


def _replace(connection: duckdb.DuckDBPyConnection, table: str, rows: pa.Table) -> int:
    addresses = pa.table({"ieee_address": rows.column("ieee_address").unique()})
    _with(connection, addresses, f"DELETE FROM {table} WHERE ieee_address IN (SELECT ieee_address FROM given)")
    return insert(connection, table, rows)


def _forget_capabilities(connection: duckdb.DuckDBPyConnection, difference: Difference) -> None:
    """Remove what rewritten devices had and no longer have; a device without leaves is not in the new rows."""
    bare = [device.ieee_address for device in difference.rewrite if not device.leaves.rows]
    table = pa.table({"ieee_address": pa.array(bare, pa.string())})
    _with(connection, table, "DELETE FROM device_capabilities WHERE ieee_address IN (SELECT ieee_address FROM given)")


def _observe(connection: duckdb.DuckDBPyConnection, every: pa.Table) -> None:
    """Note of all devices that they were there, and whether they answer; that is no rewriting."""
    _with(
        connection,
        every.select(["ieee_address", "available", "last_seen", "checked_at"]),
        """UPDATE devices SET available = given.available, last_seen = coalesce(given.last_seen, devices.last_seen),
                              checked_at = given.checked_at
           FROM given WHERE devices.ieee_address = given.ieee_address""",
    )


def _mark_left(connection: duckdb.DuckDBPyConnection, left: tuple[str, ...], now: datetime) -> None:
    table = pa.table({"ieee_address": pa.array(left, pa.string())})
    sql = "UPDATE devices SET left_at = ? FROM given WHERE devices.ieee_address = given.ieee_address"
    _with(connection, table, sql, [now])


def _save_entities(connection: duckdb.DuckDBPyConnection, rows: pa.Table, every: pa.Table) -> int:
    """Replace the entities of tonight's devices, and those whose id another device took over; equal rows stay."""
    same = " AND ".join(f"entities.{name} IS NOT DISTINCT FROM wanted.{name}" for name in rows.column_names)
    columns = ", ".join(rows.column_names)
    connection.register("wanted", rows)
    try:
        _with(
            connection,
            every.select(["ieee_address"]),
            f"""
            DELETE FROM entities
            WHERE (ieee_address IN (SELECT ieee_address FROM given) OR entity_id IN (SELECT entity_id FROM wanted))
              AND NOT EXISTS (SELECT 1 FROM wanted WHERE {same})""",
        )
        inserted = connection.execute(f"""
            INSERT INTO entities ({columns}) SELECT {columns} FROM wanted
            WHERE NOT EXISTS (SELECT 1 FROM entities WHERE {same})""").fetchone()
    finally:
        connection.unregister("wanted")
    return int(inserted[0]) if inserted else 0


def _with(
    connection: duckdb.DuckDBPyConnection, given: pa.Table, sql: str, parameters: list[object] | None = None
) -> None:
    if not len(given):
        return
    connection.register("given", given)
    try:
        connection.execute(sql, parameters or [])
    finally:
        connection.unregister("given")
