"""What the history shows of every entity and attribute: one SQL statement, one scan of each of the three event tables."""

from datetime import datetime

import duckdb
import pandas as pd

from homeintel.store import query

MOST_VALUES = 6
"""Values of a state kept as evidence: the most frequent ones."""

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

    Each of the three tables is read once, in groups of which there are thousands at most, so that memory does not grow
    with the history. Of attributes and numbers distinct_values is therefore DuckDB's estimate (HyperLogLog), but never 1
    where there were several, and changes of numbers is the least their reduced series prove.

    Args:
        connection: an open store.
        start: the window's first moment, aware; inclusive.
        end: its last moment, aware; exclusive.

    Returns:
        Columns `COLUMNS`. attribute: "" for the entity's state. points, changes (within the window), distinct_values.
        first_seen, last_seen, last_changed: UTC, NaT when there is none. last_value: text. seen: the most frequent
        values of a state; of an attribute or a number the least, the greatest and the last, as text. person,
        automation, device, unknown: changes by cause, known for states only.
    """
    moments = ", ".join(f"'{domain}'" for domain in MOMENTS)
    return query(connection, _SQL.format(moments=moments, most=MOST_VALUES), [start, end])


_SQL = """
WITH each_state AS (
    SELECT entity_id, state, count(*) AS points, min(ts) AS first_seen, max(ts) AS last_seen,
           count(*) FILTER (changed) AS changes, max(ts) FILTER (changed) AS last_changed,
           count(*) FILTER (changed AND cause = 'person') AS person,
           count(*) FILTER (changed AND cause = 'automation') AS automation,
           count(*) FILTER (changed AND cause = 'device') AS device,
           count(*) FILTER (changed AND cause = 'unknown') AS "unknown"
    FROM (
        SELECT entity_id, state, ts, cause,
               ts >= $1 AND cause <> 'restart'
                 AND (previous <> state OR split_part(entity_id, '.', 1) IN ({moments})) IS TRUE AS changed
        FROM events WHERE ts < $2
    )
    GROUP BY entity_id, state
), states AS (
    SELECT entity_id, '' AS attribute, sum(points)::BIGINT AS points, sum(changes)::BIGINT AS changes,
           count(*) AS distinct_values, min(first_seen) AS first_seen, max(last_seen) AS last_seen,
           max(last_changed) AS last_changed, max_by(state, last_seen) AS last_value,
           max_by(state, points, {most}) AS seen, sum(person)::BIGINT AS person,
           sum(automation)::BIGINT AS automation, sum(device)::BIGINT AS device, sum("unknown")::BIGINT AS "unknown"
    FROM each_state GROUP BY entity_id
), each_attribute AS (
    SELECT entity_id, attribute, count(*) AS points, min(ts) AS first_seen, max(ts) AS last_seen,
           min(value) AS lowest, max(value) AS highest, max_by(value, ts) AS last_value,
           approx_count_distinct(value) AS estimate,
           count(*) FILTER (ts >= $1) - (min(ts) >= $1)::BIGINT AS inside, max(ts) FILTER (ts >= $1) AS last_inside
    FROM attribute_changes WHERE ts < $2 AND value IS NOT NULL GROUP BY entity_id, attribute
), attributes AS (
    SELECT entity_id, attribute, points, CASE WHEN lowest = highest THEN 0 ELSE inside END AS changes,
           CASE WHEN lowest = highest THEN 1 ELSE greatest(2, estimate) END AS distinct_values, first_seen, last_seen,
           CASE WHEN lowest <> highest AND inside > 0 THEN last_inside END AS last_changed, last_value,
           list_distinct([lowest, highest, last_value]) AS seen, 0 AS person, 0 AS automation, 0 AS device, 0 AS "unknown"
    FROM each_attribute
), each_number AS (
    SELECT entity_id, sum("count")::BIGINT AS points, min(ts) AS first_seen, max(ts) AS last_seen,
           max_by(last, ts) AS last_value, min(min) AS lowest, max(max) AS highest, approx_count_distinct(last) AS estimate,
           coalesce(min(min) FILTER (ts >= $1) < max(max) FILTER (ts >= $1), FALSE)
             OR coalesce(max_by(last, ts) FILTER (ts < $1) <> max_by(last, ts) FILTER (ts >= $1), FALSE) AS moved,
           count(*) FILTER (ts >= $1 AND min < max) AS moving, max(ts) FILTER (ts >= $1) AS last_inside,
           count(*) FILTER (ts >= $1) AS inside
    FROM measurements WHERE ts < $2 GROUP BY entity_id
)
SELECT * FROM states
UNION ALL
SELECT * FROM attributes
UNION ALL
SELECT entity_id, '' AS attribute, points,
       CASE WHEN moved THEN greatest(1, moving, least(estimate, inside) - 1) ELSE 0 END AS changes,
       CASE WHEN lowest = highest THEN 1 ELSE greatest(2, estimate) END AS distinct_values,
       first_seen, last_seen, CASE WHEN moved THEN last_inside END AS last_changed, last_value::VARCHAR AS last_value,
       list_distinct([lowest::VARCHAR, highest::VARCHAR, last_value::VARCHAR]) AS seen,
       0 AS person, 0 AS automation, 0 AS device, 0 AS "unknown"
FROM each_number
"""
