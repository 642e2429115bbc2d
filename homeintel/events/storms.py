"""Restarts and reconnects: many entities write in the same seconds, and what they write stood before."""

from collections.abc import Sequence
from datetime import datetime

import duckdb
import numpy as np

from homeintel.events.heard import Times, spans
from homeintel.events.load import UTC_DAY

BIN_SECONDS = 5
"""`The same seconds`: Home Assistant restores its entities within a few."""

FEWEST_ENTITIES = 8
"""Fewer entities are a coincidence, however small the home."""

SHARE_OF_ENTITIES = 0.25
"""A storm touches at least this share of the day's entities with discrete states."""

JOIN_SECONDS = 60
"""Storms closer than this are one: integrations start one after the other."""

START_SECONDS = 60
"""How long after its own start Home Assistant's entities still settle."""


def may_storm(connection: duckdb.DuckDBPyConnection, state_times: Sequence[Times]) -> bool:
    """Return whether there is anything to look for; in most pieces of a small home there is not.

    Args:
        connection: with `raw_runs` of the piece.
        state_times: when the rows of `raw_states` were written, in any order.
    """
    bins = spans(np.concatenate([np.zeros(0, np.int64), *state_times]), BIN_SECONDS)
    crowded = len(bins) > 0 and bool(np.bincount(bins - bins.min()).max() >= FEWEST_ENTITIES)
    return crowded or bool(connection.execute("FROM raw_runs WHERE kind = 'start' LIMIT 1").fetchall())


def find_storms(connection: duckdb.DuckDBPyConnection) -> list[tuple[datetime, datetime]]:
    """Make `storms` (started_at, ended_at) from `written`, with what was repeated, `raw_states` and `raw_runs`; return them."""
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE storms AS
        WITH again AS (
            SELECT ts, entity FROM written WHERE repeated AND NOT known
            UNION ALL SELECT ts, entity FROM raw_states WHERE missing),
        crowded AS (
            SELECT epoch_ms(ts) // {BIN_SECONDS * 1000} AS bin FROM again
            GROUP BY 1 HAVING count(*) >= {FEWEST_ENTITIES}),
        entities AS (SELECT {UTC_DAY} AS day, count(DISTINCT entity) AS entities FROM raw_states GROUP BY 1),
        bins AS (
            SELECT min(ts) AS first, max(ts) AS last, count(DISTINCT entity) AS wrote, min({UTC_DAY}) AS day
            FROM again SEMI JOIN crowded ON epoch_ms(ts) // {BIN_SECONDS * 1000} = bin
            GROUP BY epoch_ms(ts) // {BIN_SECONDS * 1000}),
        found AS (
            SELECT first AS started_at, last AS ended_at FROM bins JOIN entities USING (day)
            WHERE wrote >= greatest({FEWEST_ENTITIES}, {SHARE_OF_ENTITIES} * entities)
            UNION ALL
            SELECT ts, ts + INTERVAL '{START_SECONDS} seconds' FROM raw_runs WHERE kind = 'start'),
        joined AS (
            SELECT *, coalesce(started_at - max(ended_at) OVER (
                ORDER BY started_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
                <= INTERVAL '{JOIN_SECONDS} seconds', FALSE) AS goes_on
            FROM found),
        numbered AS (SELECT *, sum(1 - goes_on::INTEGER) OVER (ORDER BY started_at) AS storm FROM joined)
        SELECT min(started_at) AS started_at, max(ended_at) AS ended_at FROM numbered GROUP BY storm"""
    )
    return connection.execute("FROM storms").fetchall()
