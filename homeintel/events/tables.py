"""Sources that are a table already: ts, entity_id, state and optionally attributes and contexts."""

from collections.abc import Iterator
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from homeintel.events.source import STATES, Batch

OPTIONAL = ("attributes", "context_id", "context_user_id", "context_parent_id")


def as_states(rows: pa.Table) -> pa.Table:
    """Return a table in the `STATES` schema; columns that are missing become null."""
    empty = {name: pa.nulls(len(rows), type=STATES.field(name).type) for name in STATES.names[2:]}
    columns = {**empty, **{name: rows[name] for name in rows.column_names if name in STATES.names}}
    return pa.table({field.name: pc.cast(columns[field.name], field.type) for field in STATES})


def window_of(states: pa.Table, start: datetime, end: datetime) -> Iterator[Batch]:
    """Yield the rows of a `STATES` table, ordered by `ts`, that lie in a window: one batch, without copying."""
    first, last = (_position(states["ts"], moment) for moment in (start, end))
    if last > first:
        yield Batch("states", states.slice(first, last - first))


def _position(times: pa.ChunkedArray, moment: datetime) -> int:
    """Return how many times lie before `moment`."""
    return pc.sum(pc.less(times, pa.scalar(moment, times.type))).as_py() or 0
