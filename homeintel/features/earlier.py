"""What earlier nights found out: values seen before the stored history begins, and the utilisation of each night."""

from datetime import datetime, timedelta

import duckdb
import pandas as pd

from homeintel.store import query

TREND_DAYS = 100
"""How far back the trend looks."""


def last_known(connection: duckdb.DuckDBPyConnection, end: datetime) -> pd.DataFrame:
    """Return what the newest earlier night knew of each property that had been seen.

    The store drops old events, and a setting that never changes writes nothing again: without this it would seem never
    to have been seen once its one row is gone.

    Args:
        connection: an open store.
        end: the window's end; nights that end before it are earlier ones.

    Returns:
        ieee_address, path, known_first, known_last (UTC), known_values (the most frequent, text), known_value (the
        last one; None if there was none).
    """
    sql = """
    WITH newest AS (
        SELECT run_id FROM job_runs
        WHERE window_end < $1 AND NOT superseded AND run_id IN (SELECT run_id FROM device_feature_usage)
        ORDER BY window_end DESC, started_at DESC LIMIT 1
    )
    SELECT ieee_address, path, CAST(evidence ->> 'first' AS TIMESTAMPTZ) AS known_first,
           CAST(evidence ->> 'last' AS TIMESTAMPTZ) AS known_last,
           CAST(evidence -> 'values' AS VARCHAR[]) AS known_values, evidence ->> 'value' AS known_value
    FROM device_feature_usage JOIN newest USING (run_id)
    WHERE verdict IN ('used', 'constant') AND evidence ->> 'last' IS NOT NULL
    """
    return query(connection, sql, [end])


def last_used(connection: duckdb.DuckDBPyConnection, end: datetime) -> pd.DataFrame:
    """Return when earlier nights last saw anything of a device change.

    Args:
        connection: an open store.
        end: the window's end; nights that end before it are earlier ones.

    Returns:
        ieee_address, used_until (UTC); devices of which nothing ever changed are not in it.
    """
    sql = """
    SELECT ieee_address, max(last_changed) AS used_until FROM device_feature_usage
    WHERE changes > 0 AND last_changed IS NOT NULL
      AND run_id IN (SELECT run_id FROM job_runs WHERE window_end < $1 AND NOT superseded)
    GROUP BY ieee_address
    """
    return query(connection, sql, [end])


def nights(connection: duckdb.DuckDBPyConnection, end: datetime) -> pd.DataFrame:
    """Return what each device's utilisation rested on in each earlier night of the last `TREND_DAYS` days.

    Returns:
        window_end (UTC), ieee_address, features, used, usable, not_observable (counts of usable features, as in
        `homeintel.features.utilisation`), used_weight, usable_weight (sums of usefulness); the oldest night first.
    """
    sql = """
    WITH features AS (
        SELECT run_id, ieee_address, feature, max(usefulness) AS usefulness,
               bool_or(verdict = 'used') AS used,
               bool_or(verdict IN ('used', 'constant', 'never_seen')) AS usable,
               bool_or(verdict = 'not_observable') AS hidden
        FROM device_feature_usage
        WHERE usable AND NOT starts_with(ieee_address, 'group:') AND run_id IN (
            SELECT run_id FROM job_runs WHERE window_end >= $1 AND window_end < $2 AND NOT superseded)
        GROUP BY ALL
    )
    SELECT window_end, ieee_address, count(*) AS features, count(*) FILTER (used) AS used,
           count(*) FILTER (usable) AS usable, count(*) FILTER (hidden AND NOT usable) AS not_observable,
           coalesce(sum(usefulness) FILTER (used), 0) AS used_weight,
           coalesce(sum(usefulness) FILTER (usable), 0) AS usable_weight
    FROM features JOIN job_runs USING (run_id) GROUP BY window_end, run_id, ieee_address ORDER BY window_end, ieee_address
    """
    return query(connection, sql, [end - timedelta(days=TREND_DAYS), end])
