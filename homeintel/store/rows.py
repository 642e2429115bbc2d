"""Writes and reads whole tables: rows of a run are replaced, never mixed with those of an earlier attempt."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import duckdb

if TYPE_CHECKING:  # the runner does without these: they take a third of a second and 50 MB
    import pandas as pd
    import pyarrow as pa

RUN_TABLES = (
    "patterns",
    "anomalies",
    "detection_funnel",
    "device_feature_usage",
    "feature_opportunities",
    "suggestions",
)
"""Tables whose rows belong to one run."""


def insert(connection: duckdb.DuckDBPyConnection, table: str, rows: "pd.DataFrame | pa.Table") -> int:
    """Append `rows` to `table` by column name and return how many.

    Columns the table has and `rows` lacks become NULL or their default; a column the table lacks is an error.
    Missing values (NaN, NaT, None) become NULL.
    """
    if len(rows) == 0:
        return 0
    columns = rows.column_names if hasattr(rows, "column_names") else list(rows.columns)
    names = ", ".join(f'"{name}"' for name in columns)
    connection.register("incoming_rows", rows)
    connection.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM incoming_rows")
    # Not in a `finally`: after an error the transaction is aborted, and this would hide why.
    connection.unregister("incoming_rows")
    return len(rows)


def replace_run_rows(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    run_id: str,
    rows: "pd.DataFrame",
    *,
    where: str = "TRUE",
) -> int:
    """Replace what `table` holds of this run and of earlier runs of the same `window_end`.

    Args:
        connection: inside a transaction.
        table: one of `RUN_TABLES`.
        run_id: the run; `rows` need no `run_id` column, it is filled in.
        rows: the new rows, by column name.
        where: a constant SQL condition that limits what is replaced (two phases share `detection_funnel`).

    Returns:
        The number of rows written.
    """
    connection.execute(
        f"""DELETE FROM {table} WHERE ({where}) AND run_id IN (
            SELECT ? UNION ALL
            SELECT other.run_id FROM job_runs AS other JOIN job_runs AS this USING (window_end) WHERE this.run_id = ?)""",
        [run_id, run_id],
    )
    return insert(connection, table, rows.assign(run_id=run_id))


def query(connection: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[Any] = ()) -> "pd.DataFrame":
    """Return the rows of a query as a DataFrame; TIMESTAMPTZ columns come as UTC."""
    return connection.execute(sql, list(parameters)).df()


def count(connection: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[Any] = ()) -> int:
    """Return the single number a query gives; NULL is 0."""
    row = connection.execute(sql, list(parameters)).fetchone()
    return int(row[0] or 0) if row else 0


def records(connection: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
    """Return the rows of a query as dicts; for few rows, where pandas is not needed. NULL is None, times are UTC."""
    cursor = connection.execute(sql, list(parameters))
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def insert_record(connection: duckdb.DuckDBPyConnection, table: str, record: Mapping[str, Any]) -> None:
    """Append one row given by column name; None becomes NULL."""
    names = ", ".join(f'"{name}"' for name in record)
    marks = ", ".join("?" for _ in record)
    connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(record.values()))
