"""Series of InfluxQL answers become the tables of the contract."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from homeintel.events.domains import TRUTHS, number_text
from homeintel.events.source import ATTRIBUTES, NUMBERS, TS
from homeintel.events.tables import as_states


def cells(series: Mapping[str, Any], *names: str) -> list[Any]:
    """Return one column of a series, called by the first of `names` that it has; 1.x and 3.x name some differently."""
    place = next((series["columns"].index(name) for name in names if name in series["columns"]), 0)
    return [row[place] for row in series.get("values", ())]


Columns = dict[str, list[Any]]


class SeriesTable:
    """Gathers the series of one query column by column; an entity is written down once a series, not once a row."""

    def __init__(self) -> None:
        self._columns: Columns = {}
        self._entities: list[str] = []
        self._lengths: list[int] = []
        self.rows = 0

    def add(self, series: Mapping[str, Any]) -> None:
        """Add one series; one without `domain` or `entity_id` is not Home Assistant's. 3.x answers tags as columns."""
        tags = series.get("tags") or {}
        values = series.get("values") or []
        if not values:
            return
        if {"domain", "entity_id"} <= set(series["columns"]):
            self._add_mixed(series)
            return
        if not (tags.get("domain") and tags.get("entity_id")):
            return
        for name, column in zip(series["columns"], zip(*values, strict=True), strict=True):
            held = self._columns.setdefault(name, [])
            if len(held) < self.rows:
                held.extend([None] * (self.rows - len(held)))
            held.extend(column)
        self._entities.append(f"{tags['domain']}.{tags['entity_id']}")
        self._lengths.append(len(values))
        self.rows += len(values)

    def _add_mixed(self, series: Mapping[str, Any]) -> None:
        """Add rows of several entities as a series each."""
        columns = list(series["columns"])
        domain, entity_id = columns.index("domain"), columns.index("entity_id")
        kept = [place for place in range(len(columns)) if place not in {domain, entity_id}]
        groups: dict[tuple[str, str], list[list[Any]]] = {}
        for row in series["values"]:
            groups.setdefault((row[domain], row[entity_id]), []).append([row[place] for place in kept])
        names = [columns[place] for place in kept]
        for key, values in groups.items():
            tags = dict(zip(("domain", "entity_id"), key, strict=True))
            self.add({"tags": tags, "columns": names, "values": values})

    def points_of_entities(self) -> Counter[str]:
        """Return how many rows each entity has, by its id without the domain."""
        counts: Counter[str] = Counter()
        for entity, length in zip(self._entities, self._lengths, strict=True):
            counts[entity.split(".", 1)[1]] += length
        return counts

    def column(self, name: str) -> list[Any]:
        """Return a column; None where a series has none."""
        held = self._columns.get(name, [])
        return held + [None] * (self.rows - len(held))

    @property
    def entity_id(self) -> pa.Array:
        """The entity of each row."""
        index = np.repeat(np.arange(len(self._entities), dtype=np.int32), self._lengths)
        return pa.DictionaryArray.from_arrays(pa.array(index), pa.array(self._entities, pa.string())).cast(pa.string())

    @property
    def ts(self) -> pa.Array:
        """The time of each row, to the microsecond."""
        return times(self.column("time"))


def times(nanoseconds: Sequence[int]) -> pa.Array:
    """Return InfluxDB's times; DuckDB keeps microseconds."""
    return pa.array(np.asarray(nanoseconds, dtype=np.int64) // 1000).cast(TS)


def states_table(rows: SeriesTable, state_fields: Sequence[str]) -> pa.Table:
    """Return the `STATES` of a query for states and values."""
    texts = [_texts(rows.column(name)) for name in state_fields]
    state = pc.coalesce(*texts) if texts else pa.nulls(rows.rows, pa.string())
    return as_states(
        pa.table({"ts": rows.ts, "entity_id": rows.entity_id, "state": state, "value": _floats(rows.column("value"))})
    )


def numbers_table(rows: SeriesTable, start: datetime) -> pa.Table:
    """Return the `NUMBERS` of a query reduced on the server.

    An interval that began before `start`, the slice's first moment, is stamped with it: the later part of an interval
    that two slices share is then told from the earlier.
    """
    first = pa.scalar(start, TS)
    columns = {"ts": pc.if_else(pc.less(rows.ts, first), first, rows.ts), "entity_id": rows.entity_id}
    columns.update({name: _floats(rows.column(name)) for name in ("last", "min", "max")})
    columns["count"] = pa.array(rows.column("count"), pa.int64())
    return pa.table(columns, schema=NUMBERS)


def raw_numbers_table(rows: SeriesTable) -> pa.Table:
    """Return the `NUMBERS` of a query for raw values: each point stands for itself."""
    value = _floats(rows.column("value"))
    once = pa.array(np.ones(rows.rows, dtype=np.int64))
    return pa.table([rows.ts, rows.entity_id, value, value, value, once], schema=NUMBERS)


def attributes_table(rows: SeriesTable, fields: Mapping[str, Sequence[str]]) -> pa.Table:
    """Return the `ATTRIBUTES` of a query: the text field of an attribute where it has one, else its number."""
    ts, entity_id = rows.ts, rows.entity_id
    parts = [ATTRIBUTES.empty_table()]
    for attribute, names in fields.items():
        text = pc.coalesce(*[_attribute(attribute, rows.column(name)) for name in names])
        there = pc.is_valid(text)
        times_there, entities_there, values = (column.filter(there) for column in (ts, entity_id, text))
        label = pa.DictionaryArray.from_arrays(pa.array(np.zeros(len(values), np.int8)), pa.array([attribute]))
        parts.append(pa.table([times_there, entities_there, label.cast(pa.string()), values], schema=ATTRIBUTES))
    return pa.concat_tables(parts)


def _texts(column: list[Any]) -> pa.Array:
    """Return a column as text; a field that is not text in some measurement becomes it."""
    try:
        return pa.array(column, pa.string())
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.array([None if value is None else _text(value) for value in column], pa.string())


def _floats(column: list[Any]) -> pa.Array:
    """Return a column as numbers; a value that is none becomes null."""
    try:
        return pa.array(column, pa.float64())
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        numbers = (value if isinstance(value, int | float) else None for value in column)
        return pa.array([None if value is None else float(value) for value in numbers], pa.float64())


def _attribute(attribute: str, column: list[Any]) -> pa.Array:
    try:
        return meant(attribute, pa.array(column))
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return meant(attribute, _texts(column))


def meant(attribute: str, column: pa.Array) -> pa.Array:
    """Return an attribute's values as text, as Home Assistant meant them; each distinct value is looked at once."""
    if pa.types.is_null(column.type):
        return column.cast(pa.string())
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
    text = _text(value)
    if text == "None":
        return None
    if text[:1] in "([" and text[-1:] in ")]":
        return "[" + text[1:-1].replace(" ", "").replace("'", '"') + "]"
    return text


def _text(value: object) -> str:
    return number_text(value) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
