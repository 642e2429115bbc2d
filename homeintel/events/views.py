"""What the notebook shows of the stored events: small tables, in the home's local time."""

import pandas as pd

from homeintel.phase import Phase

FUNNEL_STEPS = {
    "points": "points read",
    "numbers": "numeric points",
    "measurements": "rows the numbers were reduced to",
    "excluded": "points of excluded entities, dropped",
    "wrong time": "points outside their day, dropped",
    "not an entity": "points without an entity id, dropped",
    "states": "points with discrete states",
    "unavailable": "not available or unknown, kept as gaps",
    "repeated": "the same state again, dropped",
    "kept": "changes kept as events",
    "restart": "of these, caused by restarts",
    "attribute_changes": "changes of attributes",
}
"""Steps of cleaning in order, as the notebook names them."""


def _ask(phase: Phase, sql: str) -> pd.DataFrame:
    """Return a query's rows; `$start`, `$end` (UTC) and `$zone` stand for the window."""
    given = {"start": phase.window.start, "end": phase.window.end, "zone": phase.window.zone.key}
    with phase.store.connect() as connection:
        return connection.execute(sql, {name: value for name, value in given.items() if f"${name}" in sql}).df()


def by_hour(phase: Phase) -> pd.DataFrame:
    """Return events by local day and hour: day, hour, events. Hours without events have no row."""
    return _ask(
        phase,
        """SELECT CAST(ts AT TIME ZONE $zone AS DATE) AS day, hour(ts AT TIME ZONE $zone) AS hour, count(*) AS events
        FROM events WHERE ts >= $start AND ts < $end GROUP BY ALL ORDER BY ALL""",
    )


def funnel(phase: Phase) -> pd.DataFrame:
    """Return how many points each step of cleaning counted: step, points; over the UTC days of the window."""
    counted = _ask(
        phase,
        """WITH steps AS (SELECT unnest(map_entries(CAST(cleaning -> 'steps' AS MAP(VARCHAR, BIGINT)))) AS step
            FROM event_days WHERE day >= CAST($start AS DATE) AND day <= CAST($end AS DATE))
        SELECT step.key AS step, CAST(sum(step.value) AS BIGINT) AS points FROM steps GROUP BY 1""",
    )
    points = dict(zip(counted["step"], counted["points"], strict=True))
    points["unavailable"] = points.get("states", 0) - points.get("available", 0)
    rows = [(text, points[step]) for step, text in FUNNEL_STEPS.items() if points.get(step)]
    return pd.DataFrame(rows, columns=["step", "points"])


def busiest(phase: Phase, most: int = 15) -> pd.DataFrame:
    """Return the entities with the most events: entity_id, events, events_a_day, share (of all events, 0 to 1)."""
    rows = _ask(
        phase,
        """SELECT entity_id, count(*) AS events, count(*) / sum(count(*)) OVER () AS share FROM events
        WHERE ts >= $start AND ts < $end GROUP BY 1 ORDER BY 2 DESC, 1""",
    ).head(most)
    rows.insert(2, "events_a_day", rows["events"] / phase.window.days)
    return rows


def silent(phase: Phase) -> pd.DataFrame:
    """Return enabled entities of phase 1 without any row in the window: entity_id, friendly_name, last_seen (local)."""
    return _ask(
        phase,
        """WITH heard AS (
            SELECT entity_id, max(ts) AS ts FROM events GROUP BY 1
            UNION ALL SELECT entity_id, max(ts) FROM measurements GROUP BY 1
            UNION ALL SELECT entity_id, max(ts) FROM attribute_changes GROUP BY 1),
        newest AS (SELECT entity_id, max(ts) AS ts FROM heard GROUP BY 1)
        SELECT DISTINCT entity_id, friendly_name, newest.ts AT TIME ZONE $zone AS last_seen
        FROM entities JOIN devices USING (ieee_address) LEFT JOIN newest USING (entity_id)
        WHERE enabled AND left_at IS NULL AND NOT disabled AND coalesce(newest.ts < $start, TRUE) ORDER BY ALL""",
    )


def gaps(phase: Phase) -> pd.DataFrame:
    """Return the window's gaps, longest first: entity_id, reason, started_at, ended_at (local; missing: goes on), hours."""
    return _ask(
        phase,
        """SELECT coalesce(entity_id, 'the whole home') AS entity_id, reason,
            started_at AT TIME ZONE $zone AS started_at, ended_at AT TIME ZONE $zone AS ended_at,
            epoch(least(coalesce(ended_at, $end), $end) - greatest(started_at, $start)) / 3600 AS hours
        FROM gaps WHERE started_at < $end AND coalesce(ended_at > $start, TRUE)
        ORDER BY (entity_id IS NOT NULL), hours DESC""",
    )


def causes(phase: Phase) -> pd.DataFrame:
    """Return how many events each cause had: cause, cause_reason, events, share (0 to 1)."""
    return _ask(
        phase,
        """SELECT cause, regexp_replace(cause_reason, '[0-9][0-9. ]*(s|of|runs)', '') AS cause_reason, count(*) AS events,
            count(*) / sum(count(*)) OVER () AS share
        FROM events WHERE ts >= $start AND ts < $end GROUP BY ALL ORDER BY events DESC""",
    )


def coverage(phase: Phase) -> pd.DataFrame:
    """Return each device of phase 1 with the share of its entities heard of: friendly_name, model, entities, heard."""
    return _ask(
        phase,
        """WITH heard AS (
            SELECT DISTINCT entity_id FROM events WHERE ts >= $start AND ts < $end
            UNION SELECT DISTINCT entity_id FROM measurements WHERE ts >= $start AND ts < $end
            UNION SELECT DISTINCT entity_id FROM attribute_changes WHERE ts >= $start AND ts < $end)
        SELECT friendly_name, model, count(DISTINCT entities.entity_id) AS entities,
            count(DISTINCT said.entity_id) AS heard
        FROM devices JOIN entities USING (ieee_address) LEFT JOIN heard AS said USING (entity_id)
        WHERE left_at IS NULL AND NOT disabled AND enabled GROUP BY ALL
        ORDER BY count(DISTINCT said.entity_id) / count(DISTINCT entities.entity_id), friendly_name""",
    )


def fetches(phase: Phase) -> pd.DataFrame:
    """Return the stored UTC days: day, points_read, rows_kept, seconds, fetched_at (local), source."""
    return _ask(
        phase,
        """SELECT day, points_read, rows_kept, seconds, fetched_at AT TIME ZONE $zone AS fetched_at, source
        FROM event_days WHERE day >= CAST($start AS DATE) AND day <= CAST($end AS DATE) ORDER BY day""",
    )
