"""Rows of InfluxQL answers are read as JSON means them, whichever way they are read."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeintel.errors import SourceUnavailableError
from homeintel.events.influx_series import Series, SeriesTable, fast, plain

COLUMNS = ["time", "state", "value", "effect_str"]


def line(rows: list[list[Any]], *, entity: str = "hall", columns: list[str] = COLUMNS, end: str = "}]}]}") -> bytes:
    """A line as the server's Go encoder writes it: no blanks, `<`, `>` and `&` escaped, other characters as they are."""
    head = {"name": "state", "tags": {"domain": "light", "entity_id": entity}, "columns": columns, "values": rows}
    text = json.dumps(head, separators=(",", ":"), ensure_ascii=False)
    for plain_text, escaped in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        text = text.replace(plain_text, escaped)
    return ('{"results":[{"statement_id":1,"series":[' + text[:-1] + end).encode()


def table_of(*lines: bytes) -> SeriesTable:
    table = SeriesTable()
    for each in lines:
        series = fast(each)
        for one in [series] if series else plain(json.loads(each)["results"][0]):
            table.add(one)
    return table


def columns_of(table: SeriesTable) -> list[list[Any]]:
    return [table.column(name).to_pylist() for name in COLUMNS]


texts = st.one_of(
    st.none(),
    st.text(max_size=12),
    st.sampled_from(
        ["", "null", "],[", '"],["', '],[1,"x",2,"y"', "[[", "]]", "a,b", "ä€\u2028", "\n", "\\", "<&>", '"']
    ),
)
rows = st.lists(
    st.tuples(
        st.integers(10**18, 2 * 10**18),
        texts,
        st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False), st.integers(-5, 10**6)),
        texts,
    ).map(list),
    min_size=1,
    max_size=8,
)


@settings(deadline=None, max_examples=300)
@given(st.lists(rows, min_size=1, max_size=4))
def test_what_is_read_is_what_json_says(parts: list[list[list[Any]]]) -> None:
    table = table_of(*(line(part, entity=f"e{number}") for number, part in enumerate(parts)))
    expected = [row for part in parts for row in part]
    assert columns_of(table) == [list(column) for column in zip(*expected, strict=True)]
    assert table.rows == len(expected)
    assert table.entity_id.to_pylist() == [f"light.e{number}" for number, part in enumerate(parts) for _ in part]


def test_plain_rows_are_not_decoded_one_by_one() -> None:
    for end in ("}]}]}", ',"partial":true}]}]}', ',"partial":true}],"partial":true}]}'):
        series = fast(line([[10**18, "on", 1, None], [10**18 + 1, "off", 0, "a,b"]], end=end))
        assert series is not None
        assert (series.statement, series.rows, series.tags["entity_id"]) == (1, 2, "hall")
        assert series.text == b'1000000000000000000,"on",1,null],[1000000000000000001,"off",0,"a,b"'


@pytest.mark.parametrize(
    "other",
    [
        b"",
        b"{}",
        b'{"results":[{"statement_id":0}]}',
        b'{"results":[{"statement_id":0,"error":"database not found: x"}]}',
        line([[1, "on", 1, None]], end='}],"error":"timeout"}]}'),  # an error after rows
        line([[1, 'say "],["', 1, None]]),  # a text with a quote
        line([[1, "on", 1, None]])[:-20],  # cut off
    ],
)
def test_anything_else_is_left_to_json(other: bytes) -> None:
    assert fast(other) is None


def test_a_break_between_rows_inside_a_text_is_text() -> None:
    table = table_of(line([[1, "a],[b", 1.5, None], [2, "on", None, "],["]]))
    assert columns_of(table) == [[1, 2], ["a],[b", "on"], [1.5, None], [None, "],["]]


def test_values_of_a_wrong_type_are_no_numbers_and_become_text() -> None:
    table = table_of(line([[1, 5, "many", None], [2, "on", True, 2.5]]))
    assert columns_of(table) == [[1, 2], ["5", "on"], [None, 1.0], [None, "2.5"]]


def test_a_column_that_some_series_lack_is_null_there() -> None:
    table = table_of(line([[1, "on"]], columns=["time", "state"]), line([[2, "off", 0, "x"]]))
    assert columns_of(table) == [[1, 2], ["on", "off"], [None, 0.0], [None, "x"]]


def test_garbled_rows_are_an_error_of_ours() -> None:
    with pytest.raises(SourceUnavailableError, match="garbled"):
        Series(0, "state", {}, ("time",), 2, text=b"1],[x").decoded()
