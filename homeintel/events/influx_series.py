"""Series of InfluxQL answers, column by column, without a Python object for each value.

A server writes rows as `[time,"text",1.5,null],[...]`. Without the brackets between rows that is CSV as pyarrow reads it,
ten times faster than JSON becomes lists and lists become columns. Where a row could be misread it is decoded as JSON.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from homeintel.errors import SourceUnavailableError
from homeintel.events.domains import number_text
from homeintel.events.influx_layout import is_text
from homeintel.events.source import TS

_VALUES = b',"values":[['
_TAILS = frozenset(
    b"]]" + partial + b"}]" + more + b"}]}"
    for partial in (b"", b',"partial":true')
    for more in (b"", b',"partial":true')
)
"""How a line ends whose only result is one series without an error."""


@dataclass(frozen=True)
class Series:
    """Rows of one series; a long one comes in several parts.

    Args:
        statement: which query of the request.
        name: the measurement's.
        tags: by name.
        columns: names.
        rows: how many there are; too many where a text holds what stands between two rows.
        text: the rows as the server wrote them, without the outermost brackets; empty where they are decoded.
        values: the decoded rows.
    """

    statement: int
    name: str
    tags: Mapping[str, str]
    columns: Sequence[str]
    rows: int
    text: bytes = b""
    values: Sequence[Sequence[Any]] = ()

    def decoded(self) -> Sequence[Sequence[Any]]:
        """Return the rows as JSON has them.

        Raises:
            SourceUnavailableError: they are no JSON.
        """
        if not self.text:
            return self.values
        try:
            values: list[list[Any]] = json.loads(b"[[" + self.text + b"]]")
        except ValueError as error:
            raise SourceUnavailableError(
                f"The rows of {self.name} came garbled.", next_step="Look at InfluxDB's log, and at a proxy before it."
            ) from error
        return values

    def cells(self, *names: str) -> list[Any]:
        """Return one column, called by the first of `names` there is; 1.x and 3.x name some differently."""
        place = next((self.columns.index(name) for name in names if name in self.columns), 0)
        return [row[place] for row in self.decoded()]


def fast(line: bytes) -> Series | None:
    """Return the series of a line of the answer, its rows not decoded; None where the line is anything else.

    A backslash may hide what looks like the end of a text, so a line with one is not read this way.
    """
    begin, end = line.find(_VALUES), line.rfind(b"]]")
    if begin < 0 or b"\\" in line or line[end:] not in _TAILS or line.count(b'"columns":[') != 1:
        return None
    try:
        (result,) = json.loads(line[:begin] + b"}]}]}")["results"]
        (series,) = result["series"]
    except (ValueError, KeyError, TypeError):
        return None
    return _series(result, series, line[begin + len(_VALUES) : end])


def plain(result: Mapping[str, Any]) -> Iterable[Series]:
    """Return the series of a decoded result."""
    return [_series(result, series) for series in result.get("series", ())]


def _series(result: Mapping[str, Any], series: Mapping[str, Any], text: bytes = b"") -> Series:
    values = series.get("values") or ()
    return Series(
        statement=result.get("statement_id", 0),
        name=series.get("name", ""),
        tags=series.get("tags") or {},
        columns=tuple(series["columns"]),
        rows=text.count(b"],[") + 1 if text else len(values),
        text=text,
        values=values,
    )


class SeriesTable:
    """Gathers the series of one query; their values become columns at the end, all at once."""

    def __init__(self) -> None:
        self._parts: list[Series] = []
        self._columns: dict[str, pa.Array] | None = None
        self._rows = 0

    @property
    def rows(self) -> int:
        """How many rows there are; before the first column is asked for it may be a few too many."""
        return self._rows

    def add(self, series: Series) -> None:
        """Add one series; one without `domain` or `entity_id` is not Home Assistant's. 3.x answers tags as columns."""
        if {"domain", "entity_id"} <= set(series.columns):
            for one in _by_entity(series):
                self.add(one)
        elif series.tags.get("domain") and series.tags.get("entity_id") and series.rows:
            self._parts.append(series)
            self._rows += series.rows

    def points_of_entities(self) -> Counter[str]:
        """Return how many rows each entity has, by its id without the domain."""
        counts: Counter[str] = Counter()
        for part in self._parts:
            counts[part.tags["entity_id"]] += part.rows
        return counts

    def column(self, name: str) -> pa.Array:
        """Return a column; null where a series has none.

        `time` and `count` are integers, fields of texts are text, all others numbers.
        """
        columns = self._read()
        return columns[name] if name in columns else pa.nulls(self._rows, _type(name))

    @property
    def entity_id(self) -> pa.Array:
        """The entity of each row."""
        self._read()
        entities = [f"{part.tags['domain']}.{part.tags['entity_id']}" for part in self._parts]
        index = np.repeat(np.arange(len(entities), dtype=np.int32), [part.rows for part in self._parts])
        return pa.DictionaryArray.from_arrays(pa.array(index), pa.array(entities, pa.string())).cast(pa.string())

    @property
    def ts(self) -> pa.Array:
        """The time of each row, to the microsecond; InfluxDB has nanoseconds."""
        return pa.array(self.column("time").to_numpy() // 1000).cast(TS)

    def _read(self) -> dict[str, pa.Array]:
        if self._columns is None:
            columns = {part.columns for part in self._parts}
            if len(columns) == 1 and all(part.text for part in self._parts):
                self._columns = _read_csv([part.text for part in self._parts], list(*columns), self._rows)
            if self._columns is None:
                self._parts = [_decoded_part(part) for part in self._parts]
                self._rows = sum(part.rows for part in self._parts)
                self._columns = _columns(self._parts)
            # What is read needs no text any more; all series of a slice are held at once.
            self._parts = [replace(part, text=b"", values=()) for part in self._parts]
        return self._columns


def _decoded_part(part: Series) -> Series:
    values = part.decoded()
    return replace(part, rows=len(values), text=b"", values=values)


def _by_entity(series: Series) -> list[Series]:
    """Return rows of several entities as a series each."""
    domain, entity_id = series.columns.index("domain"), series.columns.index("entity_id")
    kept = [place for place in range(len(series.columns)) if place not in {domain, entity_id}]
    groups: dict[tuple[str, str], list[list[Any]]] = {}
    for row in series.decoded():
        groups.setdefault((row[domain], row[entity_id]), []).append([row[place] for place in kept])
    names = tuple(series.columns[place] for place in kept)
    return [
        Series(
            series.statement,
            series.name,
            dict(zip(("domain", "entity_id"), key, strict=True)),
            names,
            len(rows),
            values=rows,
        )
        for key, rows in groups.items()
    ]


def _type(name: str) -> pa.DataType:
    return pa.int64() if name in {"time", "count"} else pa.string() if is_text(name) else pa.float64()


def _read_csv(texts: Iterable[bytes], names: Sequence[str], rows: int) -> dict[str, pa.Array] | None:
    """Return the columns of rows as the server wrote them; None where they must be decoded as JSON.

    JSON writes a line break in a text as an escape, so one in a value stood for what looks like the end of a row.
    """
    body = b"\n".join(text.replace(b"],[", b"\n") for text in texts)
    try:
        table = pa_csv.read_csv(
            pa.BufferReader(body),
            read_options=pa_csv.ReadOptions(column_names=names, use_threads=False, block_size=len(body) + 1),
            parse_options=pa_csv.ParseOptions(newlines_in_values=True),
            convert_options=pa_csv.ConvertOptions(
                column_types={name: _type(name) for name in names},
                null_values=["null"],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid:
        return None
    columns = {name: table[name].combine_chunks() for name in names}
    texts_with_breaks = (pc.any(pc.match_substring(columns[name], "\n")).as_py() for name in names if is_text(name))
    return columns if len(table) == rows and not any(texts_with_breaks) else None


def _columns(parts: Iterable[Series]) -> dict[str, pa.Array]:
    held: dict[str, list[Any]] = {}
    rows = 0
    for part in parts:
        for name, column in zip(part.columns, zip(*part.values, strict=True), strict=True):
            values = held.setdefault(name, [])
            values += [None] * (rows - len(values))
            values += column
        rows += part.rows
    return {name: _array(name, [*values, *[None] * (rows - len(values))]) for name, values in held.items()}


def _array(name: str, values: Sequence[Any]) -> pa.Array:
    """Return a column; what has another type in some measurement becomes text, or is no number."""
    kind = _type(name)
    try:
        return pa.array(values, kind)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        if kind == pa.string():
            return pa.array([None if value is None else cell_text(value) for value in values], kind)
        return pa.array([float(value) if isinstance(value, int | float) else None for value in values], kind)


def cell_text(value: object) -> str:
    """Return a value as text; a number as states show it."""
    return number_text(value) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
