"""Lays what a source yields into temporary tables, one piece of days at a time; numbers are reduced on the way in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from homeintel.events.clean import CONTEXTS, Held
from homeintel.events.domains import NOT_AVAILABLE
from homeintel.events.entities import REFUSALS, Entities
from homeintel.events.funnel import Funnel
from homeintel.events.heard import DAY_US, Times, microsecond
from homeintel.events.numbers import Numbers, Points
from homeintel.events.source import Batch

_TABLES = """
CREATE OR REPLACE TEMP TABLE raw_states (
    ts TIMESTAMPTZ, entity INTEGER, state VARCHAR, value DOUBLE, rank UTINYINT, missing BOOLEAN);
CREATE OR REPLACE TEMP TABLE raw_attributes (ts TIMESTAMPTZ, entity INTEGER, attribute USMALLINT, value VARCHAR);
CREATE OR REPLACE TEMP TABLE raw_runs (
    ts TIMESTAMPTZ, entity_id VARCHAR, kind VARCHAR, context_id VARCHAR, target VARCHAR);
"""

_NAMES = """CREATE OR REPLACE TEMP TABLE attribute_names AS
SELECT attribute, CAST(row_number() OVER () - 1 AS USMALLINT) AS place FROM incoming"""

UTC_DAY = "(DATE '1970-01-01' + CAST(epoch_us(ts) // 86400000000 AS INTEGER))"
"""The day of `ts`; a cast would ask the calendar of a time zone for every row, at six times the cost."""

_OPTIONAL = ("attributes", *CONTEXTS)

# Numbers that InfluxDB holds without a text: as Home Assistant would have written them.
_TEXT = """coalesce(state, CASE WHEN value = trunc(value) AND abs(value) < 1e15
    THEN CAST(CAST(value AS BIGINT) AS VARCHAR) ELSE CAST(value AS VARCHAR) END)"""

_TESTED = """SELECT *, coalesce(value, TRY_CAST(state AS DOUBLE)) AS number,
    coalesce(isfinite(number) AND (state IS NULL OR TRY_CAST(state AS DOUBLE) IS NOT NULL), FALSE) AS is_number
    FROM incoming"""


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
    """Fills the temporary tables of one connection.

    `origins` are the sources of the piece's rows, by rank, `funnel` counts what was read, and `state_times` holds when
    its discrete states were written.

    Args:
        connection: the night's connection.
        attributes: names of the attributes that are kept; a table holds an attribute's place among them.
        numeric_interval: seconds to which numeric series are reduced.
        exclude: globs of entity ids that are dropped and counted.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        *,
        attributes: Sequence[str],
        numeric_interval: int,
        exclude: Sequence[str],
    ) -> None:
        self._connection = connection
        self._interval = numeric_interval
        self._attributes = pa.array(attributes, pa.string())
        self._entities = Entities(connection, exclude)
        connection.register("incoming", pa.table({"attribute": self._attributes}))
        connection.execute(_NAMES)
        connection.unregister("incoming")
        self.clear()

    def clear(self) -> None:
        """Empty the tables for the next piece."""
        self._connection.execute(_TABLES)
        self._numbers = Numbers(self._interval)
        self.funnel = Funnel()
        self.state_times: list[Times] = []
        self.origins: dict[int, Origin] = {}
        self._words = False
        self._there: set[str] = set()

    @property
    def held(self) -> Held:
        """What the piece's rows hold."""
        return Held(
            merged=any(self.origins),
            contexts=bool(self._there & set(CONTEXTS)),
            moments=self._entities.has_moments,
            attributes="attributes" in self._there,
            words=self._words,
        )

    def add(self, batch: Batch, origin: Origin, start: datetime, end: datetime) -> None:
        """Add one batch; rows outside the window `start <= ts < end` (UTC), or of excluded entities, are counted only."""
        self.origins[origin.rank] = origin
        entity = self._entities.of(batch.rows["entity_id"])
        kept = self._kept(batch, entity, start, end)
        rows = batch.rows
        if not kept.all():
            rows, entity = rows.filter(pa.array(kept)), entity[kept]
        if batch.kind == "runs":
            self._insert(rows, "INSERT INTO raw_runs SELECT ts, entity_id, kind, context_id, target FROM incoming")
            return
        rows = self._numbered(rows, entity)
        if batch.kind == "attributes":
            self._insert(rows, "INSERT INTO raw_attributes SELECT ts, entity, attribute, value FROM incoming")
        elif batch.kind == "numbers":
            columns = {name: _floats(rows[name]) for name in ("last", "min", "max")}
            ts = _microseconds(rows["ts"])
            self._numbers.add(Points(ts, ts, entity, **columns, count=rows["count"].to_numpy()), origin.rank)
        else:
            self._add_states(rows, origin)

    def numbered(self, rows: pa.Table) -> pa.Table:
        """Return rows with `entity` for `entity_id`, and with attributes' places for their names where there are any."""
        return self._numbered(rows, self._entities.of(rows["entity_id"]))

    def _numbered(self, rows: pa.Table, entity: npt.NDArray[np.int32]) -> pa.Table:
        rows = rows.drop_columns(["entity_id"]).append_column("entity", pa.array(entity))
        if "attribute" not in rows.column_names:
            return rows
        place = pc.index_in(rows["attribute"], self._attributes)
        numbered = rows.set_column(rows.column_names.index("attribute"), "attribute", place)
        return numbered if place.null_count == 0 else numbered.filter(place.is_valid())

    def finish(self) -> list[Times]:
        """Make `raw_numbers` of the piece, when all its batches are there, and return when its rows were written."""
        numbers = self._numbers.table()
        self.funnel.count("numbers", _microseconds(numbers["ts"]), numbers["count"].to_numpy())
        self._connection.register("incoming", numbers)
        self._connection.execute("CREATE OR REPLACE TEMP TABLE raw_numbers AS FROM incoming")
        self._connection.unregister("incoming")
        return [*self.state_times, _microseconds(numbers["oldest"]), _microseconds(numbers["newest"])]

    def _kept(
        self, batch: Batch, entity: npt.NDArray[np.int32], start: datetime, end: datetime
    ) -> npt.NDArray[np.bool_]:
        """Return which rows are kept; the others are counted by day and reason."""
        ts = _microseconds(batch.rows["ts"])
        outside = (ts < microsecond(start)) | (ts >= microsecond(end))
        refusal = self._entities.refusal[entity]
        if batch.kind == "runs":  # Home Assistant's own start and stop have no entity, and nothing else of runs counts
            kept: npt.NDArray[np.bool_] = ~outside & (batch.rows["entity_id"].is_null().to_numpy() | (refusal == 0))
            return kept
        endless = ~np.isfinite(_floats(batch.rows["last"])) if batch.kind == "numbers" else np.zeros(len(ts), np.bool_)
        kept = ~outside & (refusal == 0) & ~endless
        if batch.kind != "attributes" and not kept.all():
            points = batch.rows["count"].to_numpy() if batch.kind == "numbers" else np.ones(len(ts), np.int64)
            reasons = np.select(
                [outside, refusal > 0], ["wrong time", np.array(REFUSALS)[refusal]], default="not a number"
            )
            for day, why, count in zip((ts // DAY_US)[~kept], reasons[~kept], points[~kept], strict=True):
                self.funnel.refuse(int(day), str(why), int(count))
        return kept

    def _add_states(self, rows: pa.Table, origin: Origin) -> None:
        """Add discrete states, and the numbers among them, which are told by their entity's domain."""
        numeric = self._entities.is_numeric[rows["entity"].to_numpy()]
        if numeric.any():
            tested = self._tested(rows.filter(pa.array(numeric)))
            of_numbers = tested.filter(tested["is_number"])
            ts, entity = _microseconds(of_numbers["ts"]), of_numbers["entity"].to_numpy()
            self._numbers.add(Points.raw(ts, entity, of_numbers["number"].to_numpy()), origin.rank)
            texts = tested.filter(pc.invert(tested["is_number"])).select(rows.column_names)
            self._words = self._words or len(texts) > 0
            rows = pa.concat_tables([rows.filter(pa.array(~numeric)), texts.cast(rows.schema)])
        ts, missing = _microseconds(rows["ts"]), _missing(rows)
        self.state_times.append(ts)
        self.funnel.count("states", ts)
        self.funnel.count("missing", ts[missing])
        rows = rows.append_column("missing", pa.array(missing))
        there = [name for name in _OPTIONAL if rows[name].null_count < len(rows)]
        self._add_columns(there)
        names = "".join(f", {name}" for name in there)
        self._insert(
            rows,
            f"""INSERT INTO raw_states (ts, entity, state, value, rank, missing{names})
            SELECT ts, entity, {_TEXT}, value, {origin.rank}, missing{names} FROM incoming""",
        )

    def _add_columns(self, there: Sequence[str]) -> None:
        """Add what the rows hold to `raw_states`, the contexts together: a column costs memory, also an empty one."""
        known = bool(self._there & set(CONTEXTS))
        wanted = [name for name in there if name not in CONTEXTS and name not in self._there]
        wanted += CONTEXTS if not known and set(there) & set(CONTEXTS) else ()
        for name in wanted:
            self._connection.execute(f"ALTER TABLE raw_states ADD COLUMN {name} VARCHAR")
        self._there.update(there)

    def _tested(self, rows: pa.Table) -> pa.Table:
        self._connection.register("incoming", rows)
        tested: pa.Table = self._connection.sql(_TESTED).to_arrow_table()
        self._connection.unregister("incoming")
        return tested

    def _insert(self, rows: pa.Table, statement: str) -> None:
        if not len(rows):
            return
        self._connection.register("incoming", rows)
        self._connection.execute(statement)
        # Not in a `finally`: after an error the transaction is aborted, and this would hide why.
        self._connection.unregister("incoming")


def _missing(rows: pa.Table) -> npt.NDArray[np.bool_]:
    """Return which states are none."""
    named = pc.is_in(rows["state"], pa.array(NOT_AVAILABLE)).to_numpy()
    empty = rows["state"].is_null().to_numpy() & rows["value"].is_null().to_numpy()
    missing: npt.NDArray[np.bool_] = named | empty
    return missing


def _microseconds(ts: pa.ChunkedArray) -> Times:
    """Return times as microseconds since 1970; a missing one lies before all."""
    numbers: Times = ts.cast(pa.int64()).fill_null(np.iinfo(np.int64).min).to_numpy()
    return numbers


def _floats(column: pa.ChunkedArray) -> npt.NDArray[np.float64]:
    """Return numbers; a missing one is NaN."""
    numbers: npt.NDArray[np.float64] = column.to_numpy()
    return numbers
