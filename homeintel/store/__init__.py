"""The DuckDB store: the one thing that phases pass to each other."""

from homeintel.store.connection import Store, megabytes, memory_share, transaction
from homeintel.store.copies import read_copy_path, write_read_copy, write_snapshot
from homeintel.store.lock import NightLock
from homeintel.store.migrate import migrate, newest_migration
from homeintel.store.rows import RUN_TABLES, count, insert, insert_record, query, records, replace_run_rows

__all__ = [
    "RUN_TABLES",
    "NightLock",
    "Store",
    "count",
    "insert",
    "insert_record",
    "megabytes",
    "memory_share",
    "migrate",
    "newest_migration",
    "query",
    "read_copy_path",
    "records",
    "replace_run_rows",
    "transaction",
    "write_read_copy",
    "write_snapshot",
]
