"""Annotated CSV, cut anywhere, with every quirk its document names."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeintel.errors import SourceRefusedError, SourceUnavailableError
from homeintel.events import flux_csv
from homeintel.events.flux_csv import tables

NUMBERS = (
    b"#datatype,string,long,dateTime:RFC3339,double,string\r\n"
    b"#group,false,false,false,false,true\r\n"
    b"#default,_result,,,,hall\r\n"
    b",result,table,_time,_value,room\r\n"
    b",,0,2026-11-06T10:00:00Z,1.5,\r\n"
    b",,0,2026-11-06T10:00:00.25Z,-2,attic\r\n"
)
TEXTS = (
    b"#datatype,string,long,dateTime:RFC3339,string,string\r\n"
    b"#group,false,false,false,false,true\r\n"
    b"#default,states,,,,\r\n"
    b",result,table,_time,_value,room\r\n"
    b',,1,2026-11-06T11:00:00.123456789Z,"a ""quoted"", #long\r\n\r\n#text",hall\r\n'
)
ERROR = b"#datatype,string,string\r\n#group,true,true\r\n#default,,\r\n,error,reference\r\n,failed to read,897\r\n"


def cells(data: bytes, *, every: int = 1 << 20) -> list[tuple[object, ...]]:
    pieces = [data[first : first + every] for first in range(0, len(data), every)]
    return [
        tuple(row[name] for name in ("result", "_value", "room"))
        for table in tables(pieces, ["_value", "room"])
        for row in table.to_pylist()
    ]


EXPECTED = [
    ("_result", 1.5, "hall"),
    ("_result", -2.0, "attic"),
    ("states", 'a "quoted", #long\r\n\r\n#text', "hall"),
]


@pytest.mark.parametrize("every", [1, 2, 3, 7, 50, 1000])
def test_blocks_are_told_apart_wherever_the_bytes_are_cut(every: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flux_csv, "PIECE_BYTES", 1)
    assert cells(NUMBERS + b"\r\n" + TEXTS + b"\r\n", every=every) == EXPECTED


def test_plain_line_breaks_and_a_missing_last_one_are_read() -> None:
    assert cells((NUMBERS + b"\r\n").replace(b"\r\n", b"\n") + TEXTS.rstrip()) == EXPECTED


def test_an_empty_value_is_the_default_and_a_quoted_one_is_empty() -> None:
    data = NUMBERS + b',,0,2026-11-06T10:00:01Z,,""\r\n'
    assert cells(data)[-1] == ("_result", None, "")


def test_times_are_exact() -> None:
    found = [table["_time"].to_pylist() for table in tables([NUMBERS], ["_time"])]
    assert [[time.to_pydatetime() for time in times] for times in found] == [
        [datetime(2026, 11, 6, 10, tzinfo=UTC), datetime(2026, 11, 6, 10, 0, 0, 250_000, tzinfo=UTC)]
    ]


def test_an_error_block_is_an_error_after_the_rows_before_it() -> None:
    read: list[int] = []
    with pytest.raises(SourceRefusedError, match="Flux stopped with an error: failed to read"):
        read.extend(len(table) for table in tables([NUMBERS + b"\r\n" + ERROR], ["_value"]))
    assert read == [2]


def test_an_answer_that_ends_inside_a_value_is_incomplete() -> None:
    with pytest.raises(SourceUnavailableError, match="in the middle of a value"):
        list(tables([TEXTS[: TEXTS.index(b"quoted")]], ["_value"]))


@pytest.mark.parametrize("data", [b"<html><body>Sign in</body></html>\n", b"time,value\n1,2\n"])
def test_what_is_no_annotated_csv_is_refused(data: bytes) -> None:
    with pytest.raises(SourceRefusedError, match="not Flux's annotated CSV"):
        list(tables([data], ["_value"]))


def test_a_value_that_is_not_of_its_type_is_refused() -> None:
    with pytest.raises(SourceRefusedError, match="not what its annotation says"):
        list(tables([NUMBERS + b",,0,2026-11-06T10:00:01Z,many,x\r\n"], ["_value"]))


@pytest.mark.parametrize("data", [b"", b"\r\n", b"\r\n\r\n"])
def test_an_empty_answer_has_no_rows(data: bytes) -> None:
    assert list(tables([data], ["_value"])) == []


_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=20)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(_TEXT.filter(lambda text: text != ""), min_size=1, max_size=4), min_size=1, max_size=4),
    st.integers(1, 40),
)
def test_any_texts_in_any_blocks_come_back(blocks: list[list[str]], every: int) -> None:
    def answer() -> Iterator[str]:
        for number, values in enumerate(blocks):
            yield f"#datatype,string,long,string\r\n#group,false,false,false\r\n#default,r{number},,\r\n,result,table,_value\r\n"
            text = io.StringIO()
            csv.writer(text, lineterminator="\r\n", quoting=csv.QUOTE_ALL).writerows(
                ["", "", 0, value] for value in values
            )
            yield text.getvalue().replace('"","","0",', ",,0,")
            yield "\r\n"

    data = "".join(answer()).encode()
    pieces = [data[first : first + every] for first in range(0, len(data), every)]
    found = [(row["result"], row["_value"]) for table in tables(pieces, ["_value"]) for row in table.to_pylist()]
    assert found == [(f"r{number}", value) for number, values in enumerate(blocks) for value in values]
