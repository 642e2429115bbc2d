"""What the history shows of every entity and attribute: one SQL statement, one scan of each of the three event tables."""

from datetime import datetime

import duckdb
import pandas as pd

from homeintel.store import query

MOST_VALUES = 6
"""Values kept per series as evidence: the most frequent ones."""

NO_VALUE = ("None", "null", "unknown", "unavailable", "")
"""What Home Assistant writes when an attribute has no value just now (a light that is off has no brightness)."""

MOMENTS = ("button", "event", "input_button", "scene")
"""Domains whose rows are occurrences: every one counts as a use, though the state's text stays the same."""

COLUMNS = (
    "entity_id",
    "attribute",
    "points",
    "changes",
    "distinct_values",
    "first_seen",
    "last_seen",
    "last_changed",
    "last_value",
    "seen",
    "person",
    "automation",
    "device",
    "unknown",
)


def observe(connection: duckdb.DuckDBPyConnection, start: datetime, end: datetime) -> pd.DataFrame:
    """Return one row per entity and attribute of which the stored history holds anything before `end`.

    Rows from before the window count as seen, never as a change: a setting that was written once, weeks ago, is known
    and constant. Changes made by a restart are not counted, they are nobody's use.

    Args:
        connection: an open store.
        start: the window's first moment, aware; inclusive.
        end: its last moment, aware; exclusive.

    Returns:
        Columns `COLUMNS`. attribute: "" for the entity's state. points, changes (within the window), distinct_values;
        for series of numbers, which the store keeps reduced, distinct_values is DuckDB's estimate (HyperLogLog) unless
        it is 1, and changes is the least number these values prove. first_seen, last_seen, last_changed: UTC, NaT when
        there is none. seen: the most frequent values, as text. person, automation, device, unknown: changes by cause,
        known for states only.
    """
    sql = _SQL.format(no_value=_quoted(NO_VALUE), moments=_quoted(MOMENTS), most=MOST_VALUES)
    return query(connection, sql, [start, end])


def _quoted(texts: tuple[str, ...]) -> str:
    return ", ".join(f"'{text}'" for text in texts)


_SQL = """
WITH attribute_values AS (
    SELECT entity_id, attribute, value, ts, NULL AS cause,
           lag(value) OVER (PARTITION BY entity_id, attribute ORDER BY ts) AS previous
    FROM attribute_changes
    WHERE ts < $2 AND value IS NOT NULL AND value NOT IN ({no_value})
), each_value AS (
    SELECT entity_id, attribute, value, count(*) AS points, min(ts) AS first_seen, max(ts) AS last_seen,
           count(*) FILTER (changed) AS changes, max(ts) FILTER (changed) AS last_changed,
           count(*) FILTER (changed AND cause = 'person') AS person,
           count(*) FILTER (changed AND cause = 'automation') AS automation,
           count(*) FILTER (changed AND cause = 'device') AS device,
           count(*) FILTER (changed AND cause = 'unknown') AS "unknown"
    FROM (
        SELECT entity_id, attribute, value, ts, cause,
               ts >= $1 AND cause IS DISTINCT FROM 'restart'
                 AND (previous <> value OR split_part(entity_id, '.', 1) IN ({moments})) IS TRUE AS changed
        FROM (
            SELECT entity_id, '' AS attribute, state AS value, ts, cause, previous FROM events WHERE ts < $2
            UNION ALL
            SELECT entity_id, attribute, value, ts, cause, previous FROM attribute_values
        )
    )
    GROUP BY ALL
), discrete AS (
    SELECT entity_id, attribute, sum(points)::BIGINT AS points, sum(changes)::BIGINT AS changes,
           count(*) AS distinct_values, min(first_seen) AS first_seen, max(last_seen) AS last_seen,
           max(last_changed) AS last_changed, max_by(value, last_seen) AS last_value,
           max_by(value, points, {most}) AS seen, sum(person)::BIGINT AS person,
           sum(automation)::BIGINT AS automation, sum(device)::BIGINT AS device, sum("unknown")::BIGINT AS "unknown"
    FROM each_value GROUP BY entity_id, attribute
), numbers AS (
    SELECT entity_id, sum("count")::BIGINT AS points, min(ts) AS first_seen, max(ts) AS last_seen,
           max_by(last, ts) AS last_value, min(min) AS lowest, max(max) AS highest,
           approx_count_distinct(last) AS estimate,
           coalesce(min(min) FILTER (ts >= $1) < max(max) FILTER (ts >= $1), FALSE)
             OR coalesce(max_by(last, ts) FILTER (ts < $1) <> max_by(last, ts) FILTER (ts >= $1), FALSE) AS moved,
           approx_count_distinct(last) FILTER (ts >= $1) AS estimate_inside,
           count(*) FILTER (ts >= $1 AND min < max) AS moving, max(ts) FILTER (ts >= $1) AS last_inside
    FROM measurements WHERE ts < $2 GROUP BY entity_id
)
SELECT * FROM discrete
UNION ALL
SELECT entity_id, '' AS attribute, points,
       CASE WHEN moved THEN greatest(1, moving, estimate_inside - 1) ELSE 0 END AS changes,
       CASE WHEN lowest = highest THEN 1 ELSE greatest(2, estimate) END AS distinct_values,
       first_seen, last_seen, CASE WHEN moved THEN last_inside END AS last_changed, last_value::VARCHAR AS last_value,
       CASE WHEN lowest = highest THEN [lowest::VARCHAR] ELSE [lowest::VARCHAR, highest::VARCHAR] END AS seen,
       0 AS person, 0 AS automation, 0 AS device, 0 AS "unknown"
FROM numbers
"""
