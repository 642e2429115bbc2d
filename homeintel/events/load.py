"""Lays what a source yields into temporary tables, one piece of days at a time; numbers are reduced on the way in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from homeintel.events.domains import NEVER_READ, NUMERIC_DOMAINS
from homeintel.events.source import Batch

_TABLES = """
CREATE OR REPLACE TEMP TABLE raw_states (
    ts TIMESTAMPTZ, entity_id VARCHAR, state VARCHAR, value DOUBLE, attributes VARCHAR, context_id VARCHAR,
    context_user_id VARCHAR, context_parent_id VARCHAR, knows_context BOOLEAN, source VARCHAR, rank UTINYINT);
CREATE OR REPLACE TEMP TABLE raw_attributes (ts TIMESTAMPTZ, entity_id VARCHAR, attribute VARCHAR, value VARCHAR);
CREATE OR REPLACE TEMP TABLE raw_numbers (
    ts TIMESTAMPTZ, entity_id VARCHAR, "last" DOUBLE, "min" DOUBLE, "max" DOUBLE, "count" BIGINT,
    oldest TIMESTAMPTZ, newest TIMESTAMPTZ, rank UTINYINT);
CREATE OR REPLACE TEMP TABLE raw_runs (
    ts TIMESTAMPTZ, entity_id VARCHAR, kind VARCHAR, context_id VARCHAR, target VARCHAR);
CREATE OR REPLACE TEMP TABLE refused (day DATE, reason VARCHAR, points BIGINT);
"""


def sql_list(names: Iterable[str]) -> str:
    """Return a SQL list of our own constants."""
    return "[" + ", ".join(f"'{name}'" for name in sorted(names)) + "]"


UTC_DAY = "(DATE '1970-01-01' + CAST(epoch_us(ts) // 86400000000 AS INTEGER))"
"""The day of `ts`; a cast would ask the calendar of a time zone for every row, at six times the cost."""

_DOMAIN = "split_part(entity_id, '.', 1)"
_NUMBER = "coalesce(value, TRY_CAST(state AS DOUBLE))"
_IS_NUMERIC = f"""(list_contains({sql_list(NUMERIC_DOMAINS)}, {_DOMAIN}) AND isfinite({_NUMBER})
    AND (state IS NULL OR TRY_CAST(state AS DOUBLE) IS NOT NULL))"""
# Numbers that InfluxDB holds without a text: as Home Assistant would have written them.
_TEXT = """coalesce(state, CASE WHEN value = trunc(value) AND abs(value) < 1e15
    THEN CAST(CAST(value AS BIGINT) AS VARCHAR) ELSE CAST(value AS VARCHAR) END)"""


@dataclass(frozen=True)
class Origin:
    """Whose batch it is.

    Args:
        source: what `events.source` will say.
        knows_context: whether a missing context means that there was none.
        rank: 0 for the first source, 1 for the one merged in.
    """

    source: str
    knows_context: bool
    rank: int = 0


class Loader:
    """Fills the temporary tables of one connection. `merged` says whether rows of a second source are among them.

    Args:
        connection: the night's connection.
        numeric_interval: seconds to which numeric series are reduced.
        exclude: globs of entity ids that are dropped and counted.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, numeric_interval: int, exclude: Sequence[str]) -> None:
        self._connection = connection
        self._bucket = f"make_timestamptz(epoch_us(ts) // {numeric_interval}000000 * {numeric_interval}000000)"
        globs = " OR ".join(["entity_id GLOB ?"] * len(exclude)) or "FALSE"
        self._refusal = f"""CASE WHEN ts IS NULL OR NOT (ts >= ? AND ts < ?) THEN 'wrong time'
            WHEN NOT contains(entity_id, '.') THEN 'not an entity'
            WHEN list_contains({sql_list(NEVER_READ)}, {_DOMAIN}) OR {globs} THEN 'excluded' END"""
        self._globs = list(exclude)
        self.merged = False

    def clear(self) -> None:
        """Empty the tables for the next piece."""
        self._connection.execute(_TABLES)
        self.merged = False

    def add(self, batch: Batch, origin: Origin, start: datetime, end: datetime) -> None:
        """Add one batch; rows outside the window `start <= ts < end` (UTC), or of excluded entities, are counted only."""
        self.merged = self.merged or origin.rank > 0
        self._connection.register("incoming", batch.rows)
        try:
            missing = len(batch.rows)
            for statement in self._statements(batch.kind, origin):
                if missing > 0:
                    row = self._connection.execute(statement, [start, end, *self._globs]).fetchone()
                    missing -= int(row[0]) if row else 0
        finally:
            self._connection.unregister("incoming")

    def _statements(self, kind: str, origin: Origin) -> list[str]:
        """Return the inserts of a batch; a later one is run only when those before did not take all its rows."""
        kept = f"FROM incoming WHERE ({self._refusal}) IS NULL"
        if kind == "runs":
            return [f"INSERT INTO raw_runs SELECT ts, entity_id, kind, context_id, target {kept}"]
        if kind == "attributes":
            return [f"INSERT INTO raw_attributes SELECT ts, entity_id, attribute, value {kept}"]
        if kind == "numbers":
            numbers = f"""INSERT INTO raw_numbers SELECT {self._bucket}, entity_id, "last", "min", "max", "count",
                ts, ts, {origin.rank} {kept}"""
            return [numbers, self._refused('sum("count")')]
        states = f"""INSERT INTO raw_states SELECT ts, entity_id, {_TEXT}, value, attributes, context_id,
            context_user_id, context_parent_id, {origin.knows_context}, '{origin.source}', {origin.rank}
            {kept} AND entity_id IS NOT NULL AND NOT coalesce({_IS_NUMERIC}, FALSE)"""
        numbers = f"""INSERT INTO raw_numbers SELECT {self._bucket}, entity_id, arg_max({_NUMBER}, ts), min({_NUMBER}),
            max({_NUMBER}), count(*), min(ts), max(ts), {origin.rank} {kept} AND {_IS_NUMERIC} GROUP BY 1, 2"""
        return [states, numbers, self._refused("count(*)")]

    def _refused(self, points: str) -> str:
        return f"""INSERT INTO refused SELECT {UTC_DAY}, {self._refusal} AS reason, {points}
            FROM incoming WHERE reason IS NOT NULL GROUP BY 1, 2"""
