"""Rows of InfluxQL answers become the tables of the contract."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from homeintel.events.domains import TRUTHS
from homeintel.events.influx_series import SeriesTable, cell_text
from homeintel.events.source import ATTRIBUTES, NUMBERS, TS
from homeintel.events.tables import as_states


def states_table(rows: SeriesTable, state_fields: Sequence[str]) -> pa.Table:
    """Return the `STATES` of a query for states and values."""
    texts = [rows.column(name) for name in state_fields]
    state = pc.coalesce(*texts) if texts else rows.column("state")
    return as_states(
        pa.table({"ts": rows.ts, "entity_id": rows.entity_id, "state": state, "value": rows.column("value")})
    )


def numbers_table(rows: SeriesTable, start: datetime) -> pa.Table:
    """Return the `NUMBERS` of a query reduced on the server.

    An interval that began before `start`, the slice's first moment, is stamped with it: the later part of an interval
    that two slices share is then told from the earlier.
    """
    first = pa.scalar(start, TS)
    columns = {"ts": pc.if_else(pc.less(rows.ts, first), first, rows.ts), "entity_id": rows.entity_id}
    columns.update({name: rows.column(name) for name in ("last", "min", "max", "count")})
    return pa.table(columns, schema=NUMBERS)


def raw_numbers_table(rows: SeriesTable) -> pa.Table:
    """Return the `NUMBERS` of a query for raw values: each point stands for itself."""
    value = rows.column("value")
    once = pa.array(np.ones(rows.rows, dtype=np.int64))
    return pa.table([rows.ts, rows.entity_id, value, value, value, once], schema=NUMBERS)


def attributes_table(rows: SeriesTable, fields: Mapping[str, Sequence[str]]) -> pa.Table:
    """Return the `ATTRIBUTES` of a query: the text field of an attribute where it has one, else its number."""
    ts, entity_id = rows.ts, rows.entity_id
    parts = [ATTRIBUTES.empty_table()]
    for attribute, names in fields.items():
        text = pc.coalesce(*[meant(attribute, rows.column(name)) for name in names])
        there = pc.is_valid(text)
        times_there, entities_there, values = (column.filter(there) for column in (ts, entity_id, text))
        label = pa.DictionaryArray.from_arrays(pa.array(np.zeros(len(values), np.int8)), pa.array([attribute]))
        parts.append(pa.table([times_there, entities_there, label.cast(pa.string()), values], schema=ATTRIBUTES))
    return pa.concat_tables(parts)


def meant(attribute: str, column: pa.Array) -> pa.Array:
    """Return an attribute's values as text, as Home Assistant meant them; each distinct value is looked at once."""
    if column.null_count == len(column):
        return pa.nulls(len(column), pa.string())
    if pa.types.is_floating(column.type) and attribute not in TRUTHS:
        whole = pc.all(pc.equal(pc.trunc(column), column)).as_py()
        if whole is not False and pc.max(pc.abs(column)).as_py() < 1e15:
            return column.cast(pa.int64()).cast(pa.string())
    encoded = column.dictionary_encode()
    texts = pa.array([_meant(attribute, value) for value in encoded.dictionary.to_pylist()], pa.string())
    return texts.take(encoded.indices)


def _meant(attribute: str, value: object) -> str | None:
    """Return what Home Assistant meant: its texts of None, of lists and of booleans undone."""
    if attribute in TRUTHS and isinstance(value, int | float):
        return "true" if value else "false"
    text = cell_text(value)
    if text == "None":
        return None
    if text[:1] in "([" and text[-1:] in ")]":
        return "[" + text[1:-1].replace(" ", "").replace("'", '"') + "]"
    return text
