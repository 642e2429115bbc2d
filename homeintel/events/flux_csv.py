"""Annotated CSV, as Flux answers it, becomes Arrow tables block by block, a few megabytes at a time.

Format: https://docs.influxdata.com/influxdb/v2/reference/syntax/annotated-csv/. A new block (`#datatype`, `#group`,
`#default`, header) begins whenever the schema changes; an empty value is the block's default; an error after the answer
has begun is a block with the columns `error` and `reference`.
"""

from collections.abc import Iterable, Iterator, Sequence
from csv import reader
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from homeintel.errors import SourceRefusedError, SourceUnavailableError

PIECE_BYTES = 4 << 20
"""Data handed to Arrow at once."""

_TYPES: dict[str, pa.DataType] = {
    "string": pa.string(),
    "long": pa.int64(),
    "unsignedLong": pa.uint64(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
    "dateTime:RFC3339": pa.timestamp("ns", tz="UTC"),
    "dateTime:RFC3339Nano": pa.timestamp("ns", tz="UTC"),
}
"""Other types (duration, base64Binary) are read as text."""


@dataclass(frozen=True)
class _Block:
    """The schema in force.

    Args:
        names: of all columns; the first, which holds annotations, is empty.
        types: Arrow's type of each.
        defaults: the text that an empty value stands for.
    """

    names: Sequence[str]
    types: Sequence[pa.DataType]
    defaults: Sequence[str]


def tables(pieces: Iterable[bytes], wanted: Sequence[str]) -> Iterator[pa.Table]:
    """Yield the answer's rows in order.

    Args:
        pieces: the answer's bytes, cut anywhere.
        wanted: the columns that are kept; one that a block lacks is null. `result` is always kept.

    Raises:
        SourceRefusedError: Flux stopped with an error after the answer had begun, or this is no annotated CSV.
        SourceUnavailableError: the answer ends in the middle of a value.
    """
    columns = [*wanted, *(["result"] if "result" not in wanted else [])]
    held = b""
    block: _Block | None = None
    for piece in _gathered(pieces):
        held += piece
        while True:
            if block is None:
                block, held = _header(held, final=False)
                if block is None:
                    break
            body, held, ended = _body(held)
            if body:
                yield _parsed(body, block, columns)
            if not ended:
                break
            block = None
    if block is None:
        block, held = _header(held, final=True)
    if block is not None and held.strip():
        yield _parsed(_whole(held), block, columns)


def _gathered(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the same bytes in larger pieces: Arrow's fixed cost is paid once a piece."""
    held: list[bytes] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= PIECE_BYTES:
            yield b"".join(held)
            held, size = [], 0
    if held:
        yield b"".join(held)


def _header(data: bytes, *, final: bool) -> tuple[_Block | None, bytes]:
    """Return the next block's schema and what follows it; None and all bytes where it is not complete yet."""
    annotations: dict[str, Sequence[str]] = {}
    position = 0
    while True:
        end = _line_end(data, position)
        if end < 0 and not (final and position < len(data)):
            return None, data[position:] if not annotations else data
        line = data[position : end + 1] if end >= 0 else data[position:]
        following = position + len(line)
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        if not text:
            position = following
            if position >= len(data):
                return None, b""
            continue
        fields = next(reader([text], strict=False))
        if text.startswith("#"):
            annotations[fields[0]] = fields[1:]
            position = following
            continue
        return _block(fields, annotations), data[following:]


def _block(names: Sequence[str], annotations: dict[str, Sequence[str]]) -> _Block:
    if "#datatype" not in annotations:
        raise SourceRefusedError(
            "The server's answer is not Flux's annotated CSV.", next_step="Check events.url and events.source."
        )
    width = len(names)
    types = ["string", *annotations["#datatype"]][:width]
    defaults = ["", *annotations.get("#default", [])]
    return _Block(
        names=names,
        types=[_TYPES.get(name, pa.string()) for name in [*types, *["string"] * (width - len(types))]],
        defaults=[*defaults, *[""] * width][:width],
    )


def _body(data: bytes) -> tuple[bytes, bytes, bool]:
    """Return (whole rows, the rest, whether the block ends between them)."""
    if data[:1] in {b"#", b"\n"} or data[:2] == b"\r\n":
        return b"", data, True
    quoted = b'"' in data
    for position in _ends(data):
        if not (quoted and data.count(b'"', 0, position) % 2):
            return data[: position + 1], data[position + 1 :], True
    cut = len(data)
    while (cut := data.rfind(b"\n", 0, cut)) >= 0:
        if not (quoted and data.count(b'"', 0, cut) % 2):
            # The line break before a blank line or an annotation is not known for one until its next bytes are there.
            return data[: cut + 1], data[cut + 1 :], False
    return b"", data, False


def _ends(data: bytes) -> Iterator[int]:
    """Yield, in order, the line breaks after which a block may end; inside quotes they are none."""
    position = -1
    while True:
        found = [at for mark in (b"\n\r\n", b"\n\n", b"\n#") if (at := data.find(mark, position + 1)) >= 0]
        if not found:
            return
        position = min(found)
        yield position


def _line_end(data: bytes, start: int) -> int:
    """Return where the line at `start` ends; a line break inside quotes ends none. -1: not yet."""
    end = start - 1
    while (end := data.find(b"\n", end + 1)) >= 0:
        if data.count(b'"', start, end) % 2 == 0:
            return end
    return -1


def _whole(data: bytes) -> bytes:
    """Return the last rows of an answer, whose last line break may be missing.

    Raises:
        SourceUnavailableError: it ends inside a quoted value.
    """
    if data.count(b'"') % 2:
        raise SourceUnavailableError("The answer ends in the middle of a value.", next_step="Look at InfluxDB's log.")
    return data if data.endswith(b"\n") else data + b"\n"


def _parsed(body: bytes, block: _Block, columns: Sequence[str]) -> pa.Table:
    if "error" in block.names and "reference" in block.names:
        rows = _read(body, block, ["error"])
        raise SourceRefusedError(
            f"Flux stopped with an error: {rows['error'][0].as_py() if len(rows) else 'no reason given'}.",
            next_step="Look at InfluxDB's log; a shorter time or fewer points may help.",
        )
    table = _read(body, block, [name for name in columns if name in block.names])
    arrays = []
    for name in columns:
        if name not in table.column_names:
            arrays.append(pa.nulls(len(table), pa.string()))
            continue
        default = block.defaults[block.names.index(name)]
        column = table[name]
        arrays.append(pc.fill_null(column, pa.scalar(default).cast(column.type)) if default else column)
    return pa.table(arrays, names=list(columns))


def _read(body: bytes, block: _Block, columns: Sequence[str]) -> pa.Table:
    try:
        return pa_csv.read_csv(
            pa.BufferReader(body),
            read_options=pa_csv.ReadOptions(
                column_names=_unique(block.names), use_threads=False, block_size=max(PIECE_BYTES, len(body))
            ),
            parse_options=pa_csv.ParseOptions(newlines_in_values=b'"' in body),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict(zip(block.names, block.types, strict=True)),
                include_columns=list(columns),
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid as error:
        raise SourceRefusedError(
            f"A row of the server's answer is not what its annotation says: {str(error).splitlines()[0][:200]}",
            next_step="Check events.url; a proxy may change the answer.",
        ) from error


def _unique(names: Sequence[str]) -> list[str]:
    """Return the names, the nameless first column with one; Arrow wants each once."""
    return [name or f"column {place}" for place, name in enumerate(names)]
