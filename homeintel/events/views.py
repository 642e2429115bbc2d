"""What the notebook shows of the stored events: small tables, in the home's local time."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from homeintel.phase import Phase, Window

Ask = Callable[[str], pd.DataFrame]
"""Answers a query in which `$start`, `$end` (UTC) and `$zone` stand for the window."""

WHOLE_HOME = "the whole home"
"""The name of what concerns every entity, in `gaps`."""

FUNNEL_STEPS = {
    "points": "points read",
    "numbers": "numeric points",
    "measurements": "rows the numbers were reduced to",
    "excluded": "points of excluded entities, dropped",
    "wrong time": "points outside their day, dropped",
    "not an entity": "points without an entity id, dropped",
    "not a number": "numbers that are none, dropped",
    "states": "points with discrete states",
    "unavailable": "not available or unknown, kept as gaps",
    "repeated": "the same state again, dropped",
    "kept": "changes kept as events",
    "restart": "of these, caused by restarts",
    "attribute_changes": "changes of attributes",
}
"""Steps of cleaning in order, as the notebook names them."""


@dataclass(frozen=True)
class Views:
    """All tables of the notebook; each function below says what its table holds."""

    hours: pd.DataFrame
    funnel: pd.DataFrame
    busiest: pd.DataFrame
    silent: pd.DataFrame
    gaps: pd.DataFrame
    causes: pd.DataFrame
    coverage: pd.DataFrame
    fetches: pd.DataFrame


def look(phase: Phase) -> Views:
    """Return all tables, read over one connection."""
    window = phase.window
    given = {"start": window.start, "end": window.end, "zone": window.zone.key}
    with phase.store.connect() as connection:

        def ask(sql: str) -> pd.DataFrame:
            return connection.execute(sql, {name: value for name, value in given.items() if f"${name}" in sql}).df()

        return Views(
            hours=by_hour(ask),
            funnel=funnel(ask),
            busiest=busiest(ask, window),
            silent=silent(ask),
            gaps=gaps(ask),
            causes=causes(ask),
            coverage=coverage(ask),
            fetches=fetches(ask),
        )


def by_hour(ask: Ask) -> pd.DataFrame:
    """Return events by local day and hour: day, hour, events. Hours without events have no row."""
    return ask(
        """SELECT CAST(ts AT TIME ZONE $zone AS DATE) AS day, hour(ts AT TIME ZONE $zone) AS hour, count(*) AS events
        FROM events WHERE ts >= $start AND ts < $end GROUP BY ALL ORDER BY ALL""",
    )


def by_day(hours: pd.DataFrame, window: Window) -> pd.DataFrame:
    """Return events by local day of the window, those without any too: day (text), events. `hours` is `by_hour`."""
    days = hours.groupby("day")["events"].sum().reindex(pd.to_datetime(window.dates), fill_value=0)
    return pd.DataFrame({"day": [str(day)[:10] for day in days.index], "events": days.to_list()})


def funnel(ask: Ask) -> pd.DataFrame:
    """Return how many points each step of cleaning counted: step, points; over the UTC days of the window."""
    counted = ask(
        """WITH steps AS (SELECT unnest(map_entries(CAST(cleaning -> 'steps' AS MAP(VARCHAR, BIGINT)))) AS step
            FROM event_days WHERE day >= CAST($start AS DATE) AND day <= CAST($end AS DATE))
        SELECT step.key AS step, CAST(sum(step.value) AS BIGINT) AS points FROM steps GROUP BY 1""",
    )
    points = dict(zip(counted["step"], counted["points"], strict=True))
    points["unavailable"] = points.get("states", 0) - points.get("available", 0)
    rows = [(text, points[step]) for step, text in FUNNEL_STEPS.items() if points.get(step)]
    return pd.DataFrame(rows, columns=["step", "points"])


def busiest(ask: Ask, window: Window, most: int = 15) -> pd.DataFrame:
    """Return the entities with the most events: entity_id, events, events_a_day, share (of all events, 0 to 1)."""
    rows = ask(
        """SELECT entity_id, count(*) AS events, count(*) / sum(count(*)) OVER () AS share FROM events
        WHERE ts >= $start AND ts < $end GROUP BY 1 ORDER BY 2 DESC, 1""",
    ).head(most)
    rows.insert(2, "events_a_day", rows["events"] / window.days)
    return rows


def silent(ask: Ask) -> pd.DataFrame:
    """Return enabled entities of phase 1 without any row in the window: entity_id, friendly_name, last_seen (local)."""
    return ask(
        """WITH heard AS (
            SELECT entity_id, max(ts) AS ts FROM events GROUP BY 1
            UNION ALL SELECT entity_id, max(ts) FROM measurements GROUP BY 1
            UNION ALL SELECT entity_id, max(ts) FROM attribute_changes GROUP BY 1),
        newest AS (SELECT entity_id, max(ts) AS ts FROM heard GROUP BY 1)
        SELECT DISTINCT entity_id, friendly_name, newest.ts AT TIME ZONE $zone AS last_seen
        FROM entities JOIN devices USING (ieee_address) LEFT JOIN newest USING (entity_id)
        WHERE enabled AND left_at IS NULL AND NOT disabled AND coalesce(newest.ts < $start, TRUE) ORDER BY ALL""",
    )


def gaps(ask: Ask) -> pd.DataFrame:
    """Return the window's gaps, longest first: entity_id, reason, started_at, ended_at (local; missing: goes on), hours."""
    return ask(
        f"""SELECT coalesce(entity_id, '{WHOLE_HOME}') AS entity_id, reason,
            started_at AT TIME ZONE $zone AS started_at, ended_at AT TIME ZONE $zone AS ended_at,
            epoch(least(coalesce(ended_at, $end), $end) - greatest(started_at, $start)) / 3600 AS hours
        FROM gaps WHERE started_at < $end AND coalesce(ended_at > $start, TRUE)
        ORDER BY (entity_id IS NOT NULL), hours DESC""",
    )


def causes(ask: Ask) -> pd.DataFrame:
    """Return how many events each cause had: cause, cause_reason, events, share (0 to 1)."""
    return ask(
        """SELECT cause, regexp_replace(cause_reason, '[0-9][0-9. ]*(s|of|runs)', '') AS cause_reason, count(*) AS events,
            count(*) / sum(count(*)) OVER () AS share
        FROM events WHERE ts >= $start AND ts < $end GROUP BY ALL ORDER BY events DESC""",
    )


def coverage(ask: Ask) -> pd.DataFrame:
    """Return each device of phase 1 with the share of its entities heard of: friendly_name, model, entities, heard."""
    return ask(
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


def fetches(ask: Ask) -> pd.DataFrame:
    """Return the stored UTC days: day, points_read, rows_kept, seconds, fetched_at (local), source."""
    return ask(
        """SELECT CAST(day AS VARCHAR) AS day, points_read, rows_kept, seconds, fetched_at AT TIME ZONE $zone AS fetched_at, source
        FROM event_days WHERE day >= CAST($start AS DATE) AND day <= CAST($end AS DATE) ORDER BY 1""",
    )
