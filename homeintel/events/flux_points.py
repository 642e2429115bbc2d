"""Results of Flux queries become the tables of the contract. A table holds one type of `_value`."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from homeintel.events.influx_points import meant
from homeintel.events.source import ATTRIBUTES, NUMBERS, STATES, TS
from homeintel.events.tables import as_states

_KEY = ["ts", "entity_id"]


def states_of(states: Sequence[pa.Table], values: Sequence[pa.Table]) -> pa.Table:
    """Return the `STATES`: each text state, and numbers where no text stands beside them."""
    texts = [_keyed(table, state=_texts(table["_value"])) for table in states]
    numbers = [_keyed(table, value=table["_value"].cast(pa.float64())) for table in values if _is_number(table)]
    if numbers and texts:
        beside = pa.concat_tables(texts).select(_KEY)
        numbers = [table.join(beside, keys=_KEY, join_type="left anti") for table in numbers]
    parts = [as_states(table) for table in (*texts, *numbers)]
    return pa.concat_tables(parts).sort_by("ts") if parts else STATES.empty_table()


def attributes_of(tables: Sequence[pa.Table], fields: Mapping[str, Sequence[str]]) -> pa.Table:
    """Return the `ATTRIBUTES`: the text field of an attribute where a point has one, else its number."""
    if not tables:
        return ATTRIBUTES.empty_table()
    parts = [part for attribute, names in fields.items() for part in _attribute(tables, attribute, names)]
    return pa.concat_tables([ATTRIBUTES.empty_table(), *parts]).sort_by("ts")


def _attribute(tables: Sequence[pa.Table], attribute: str, names: Sequence[str]) -> list[pa.Table]:
    """Return one attribute's rows, field by field; points of a field that an earlier one has too are left out."""
    parts: list[pa.Table] = []
    for name in names:
        for table in tables:
            rows = table.filter(pc.equal(table["_field"], name))
            if not len(rows):
                continue
            found = _keyed(rows, value=meant(attribute, rows["_value"].combine_chunks()))
            for earlier in parts:
                found = found.join(earlier.select(_KEY), keys=_KEY, join_type="left anti")
            parts.append(found)
    wanted = [part.filter(pc.is_valid(part["value"])) for part in parts]
    labels = [pa.array([attribute] * len(part), pa.string()) for part in wanted]
    return [
        pa.table([part["ts"], part["entity_id"], label, part["value"]], schema=ATTRIBUTES)
        for part, label in zip(wanted, labels, strict=True)
    ]


def numbers_of(results: Sequence[Sequence[pa.Table]], start: datetime) -> pa.Table:
    """Return the `NUMBERS` of the results last, min, max and count: rows that all four have.

    An interval that began before `start`, the slice's first moment, is stamped with it.
    """
    joined: pa.Table | None = None
    for name, tables in zip(("last", "min", "max", "count"), results, strict=True):
        kind = pa.int64() if name == "count" else pa.float64()
        columns = [_keyed(table, **{name: table["_value"].cast(kind)}) for table in tables if _is_number(table)]
        if not columns:
            return NUMBERS.empty_table()
        table = pa.concat_tables(columns)
        joined = table if joined is None else joined.join(table, keys=_KEY, join_type="inner")
    assert joined is not None
    first = pa.scalar(start, TS)
    times = pc.if_else(pc.less(joined["ts"], first), first, joined["ts"])
    return pa.table([times, *(joined[name] for name in NUMBERS.names[1:])], schema=NUMBERS).sort_by("ts")


def _keyed(table: pa.Table, **columns: pa.ChunkedArray) -> pa.Table:
    """Return `ts` (microseconds), `entity_id` and the columns; rows without entity are left out."""
    entity_id = pc.binary_join_element_wise(table["domain"], table["entity_id"], ".")
    keyed = pa.table({"ts": pc.cast(table["_time"], TS, safe=False), "entity_id": entity_id, **columns})
    return keyed.filter(pc.is_valid(entity_id))


def _is_number(table: pa.Table) -> bool:
    kind = table["_value"].type
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def _texts(column: pa.ChunkedArray) -> pa.Array:
    """Return a column as text; a number as states show it."""
    if pa.types.is_string(column.type):
        return column
    return meant("", column.combine_chunks())
