"""Automations without contexts: InfluxDB holds their runs, and what follows the same run again and again is their doing.

A run is a change of `last_triggered`, or a script that turns on. An entity follows an automation when its changes come
within seconds after the runs, often enough that its own activity does not explain it.
"""

from datetime import datetime

import duckdb

FOLLOW_SECONDS = 5.0
"""How long after its run an automation's first actions come; later ones, behind a delay, stay unknown."""

FEWEST_FOLLOWED = 3
"""Runs an entity must have followed before it is believed."""

SMALLEST_SHARE = 0.3
"""An automation with conditions, or with a choice of actions, acts in a part of its runs only."""

TIMES_CHANCE = 5.0
"""Followed runs over those that the entity's own activity would follow by chance."""

UNLINKED = "the source holds no contexts"
"""The reason of changes that are looked at; `cause` writes it."""

_NO_TARGETS = "['automation', 'script', 'sensor', 'binary_sensor', 'event', 'person', 'device_tracker', 'update']"

_RUNS = """CREATE OR REPLACE TEMP TABLE marked_runs AS
    WITH marks AS (
        SELECT ts, entity_id AS run_entity FROM attribute_changes
        WHERE attribute = 'last_triggered' AND ts >= $start AND ts < $end
        UNION ALL
        SELECT ts, entity_id FROM events
        WHERE starts_with(entity_id, 'script.') AND state = 'on' AND ts >= $start AND ts < $end)
    SELECT * FROM marks QUALIFY coalesce(
        ts - lag(ts) OVER (PARTITION BY run_entity ORDER BY ts) > INTERVAL '1 second', TRUE)"""

_FOLLOWED = f"""CREATE OR REPLACE TEMP TABLE followed AS
    WITH actions AS (
        SELECT ts, entity_id, cause_reason FROM events WHERE ts >= $start AND ts < $end AND previous IS NOT NULL
        AND NOT list_contains({_NO_TARGETS}, split_part(entity_id, '.', 1))
        AND (cause_reason = '{UNLINKED}' OR starts_with(cause_reason, 'likely: followed'))),
    pairs AS (
        SELECT actions.*, marked_runs.ts AS run_ts, run_entity FROM actions JOIN marked_runs
        ON actions.ts > marked_runs.ts AND actions.ts <= marked_runs.ts + INTERVAL '{FOLLOW_SECONDS} seconds'),
    runs AS (SELECT run_entity, count(*) AS runs FROM marked_runs GROUP BY 1),
    activity AS (
        SELECT entity_id, count(*) * {FOLLOW_SECONDS} / epoch($end::TIMESTAMPTZ - $start::TIMESTAMPTZ) AS chance
        FROM actions GROUP BY 1),
    believed AS (
        SELECT entity_id, run_entity, runs, chance, count(DISTINCT run_ts) AS times
        FROM pairs JOIN runs USING (run_entity) JOIN activity USING (entity_id) GROUP BY ALL
        HAVING times >= {FEWEST_FOLLOWED} AND times >= {SMALLEST_SHARE} * runs
        AND times >= {TIMES_CHANCE} * runs * chance)
    SELECT ts, entity_id, arg_max(run_entity, run_ts) AS run_entity,
        arg_max(format('likely: followed {{}} of {{}} runs within {FOLLOW_SECONDS:g} s', times, runs), run_ts) AS reason
    FROM pairs JOIN believed USING (entity_id, run_entity) WHERE cause_reason = '{UNLINKED}' GROUP BY ALL"""

_LINK = """UPDATE events SET cause = 'automation', cause_reason = followed.reason, cause_entity_id = followed.run_entity
    FROM followed WHERE events.ts = followed.ts AND events.entity_id = followed.entity_id"""

# A context's parent says that an automation acted, not which: its run is the one just before.
_NAME = f"""UPDATE events SET cause_entity_id = named.run_entity FROM (
        SELECT unnamed.ts, unnamed.entity_id, run_entity
        FROM (SELECT ts, entity_id FROM events WHERE cause = 'automation' AND cause_entity_id IS NULL
            AND ts >= $start AND ts < $end) AS unnamed
        ASOF JOIN marked_runs ON unnamed.ts >= marked_runs.ts
        WHERE unnamed.ts - marked_runs.ts <= INTERVAL '{FOLLOW_SECONDS} seconds') AS named
    WHERE events.ts = named.ts AND events.entity_id = named.entity_id"""


def link_runs(connection: duckdb.DuckDBPyConnection, start: datetime, end: datetime) -> int:
    """Give changes of the window that follow runs of automations their cause, and return how many got one.

    Args:
        connection: with the window's days committed.
        start: UTC, inclusive.
        end: UTC, exclusive.
    """
    window = {"start": start, "end": end}
    connection.execute(_RUNS, window)
    if connection.execute("SELECT count(*) FROM marked_runs").fetchone() == (0,):
        return 0
    connection.execute(_FOLLOWED, window)
    return _count(connection.execute(_LINK)) + _count(connection.execute(_NAME, window))


def _count(done: duckdb.DuckDBPyConnection) -> int:
    row = done.fetchone()
    return int(row[0]) if row else 0
