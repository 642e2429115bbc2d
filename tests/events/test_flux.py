"""The texts of Flux queries: exactly these, and a real Flux parser accepts them."""

import inspect
import os
import subprocess
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeintel.events import flux
from homeintel.events.phase import run
from tests.events.fake_influxdb2 import influxdb2
from tests.events.fakes import TOKEN
from tests.events.homes import phase_of
from tests.events.test_influxdb2 import EVENING

START, END = datetime(2026, 11, 6, tzinfo=UTC), datetime(2026, 11, 7, tzinfo=UTC)
NASTY = 'x" |> yield() ${1}\\ \n'


def points(bucket: str = "b") -> str:
    return flux.points(
        bucket,
        START,
        END,
        fields={"states": ["state"], "values": ["value"], "attributes": ["brightness", "effect_str"]},
        domains={"states": ["light", "sensor"], "values": ["light"], "attributes": ["light"], "numbers": ["sensor"]},
        seconds=300,
    )


PARTS = ("states", "values", "attributes", "numbers")


def slices(bucket: str) -> Iterator[str]:
    """The text of a slice for every choice of what there is to ask for, with one field or domain and with several."""
    for chosen in product((False, True), repeat=len(PARTS)):
        there = [part for part, wanted in zip(PARTS, chosen, strict=True) if wanted]
        for names in (["light"], ["light", "select", NASTY]):
            yield flux.points(
                bucket,
                START,
                END,
                fields={part: names for part in there if part != "numbers"},
                domains=dict.fromkeys(there, names),
                seconds=60,
            )


def texts(bucket: str) -> dict[str, str]:
    """Every kind of text the package can build."""
    return {
        "buckets": flux.buckets(),
        "tag_values": flux.tag_values(bucket, "_field", 400),
        "newest": flux.newest(bucket, ["state", "value"], 400),
        "count_between": flux.count_between(bucket, "value", START, END),
        "points": points(bucket),
    }


_RANGE = "  |> range(start: 2026-11-06T00:00:00.000000Z, stop: 2026-11-07T00:00:00.000000Z)\n"
_KEEP = '  |> keep(columns: ["_time", "_value", "_field", "_measurement", "domain", "entity_id"])\n'
_WINDOW = '  |> aggregateWindow(every: 300s, fn: {fn}, createEmpty: false, timeSrc: "_start")\n'


def test_the_texts_are_exactly_these() -> None:
    expected = texts("b")
    assert expected["buckets"] == 'buckets() |> keep(columns: ["name"])'
    assert expected["tag_values"] == (
        'import "influxdata/influxdb/v1"\n\nv1.tagValues(bucket: "b", tag: "_field", start: -400d)'
    )
    assert expected["newest"] == (
        'from(bucket: "b")\n  |> range(start: -400d)\n'
        '  |> filter(fn: (r) => r["_field"] == "state" or r["_field"] == "value")\n'
        '  |> last()\n  |> keep(columns: ["_time", "_field", "_measurement", "domain", "entity_id"])'
    )
    assert expected["count_between"] == (
        'from(bucket: "b")\n' + _RANGE + '  |> filter(fn: (r) => r["_field"] == "value")\n'
        '  |> count()\n  |> keep(columns: ["_value", "_field", "_measurement", "domain", "entity_id"])'
    )


def test_the_text_of_a_slice_is_exactly_this() -> None:
    def raw(name: str, fields: str, domains: str) -> str:
        filters = f"  |> filter(fn: (r) => {fields})\n  |> filter(fn: (r) => {domains})\n"
        return f'from(bucket: "b")\n{_RANGE}{filters}{_KEEP}  |> yield(name: "{name}")'

    light, sensor = 'r["domain"] == "light"', 'r["domain"] == "sensor"'
    numbers = (
        f'numbers = from(bucket: "b")\n{_RANGE}  |> filter(fn: (r) => r["_field"] == "value")\n'
        f"  |> filter(fn: (r) => {sensor})"
    )
    windows = [
        "numbers\n" + _WINDOW.format(fn=fn) + _KEEP + f'  |> yield(name: "{fn}")'
        for fn in ("last", "min", "max", "count")
    ]
    assert points() == "\n\n".join(
        [
            raw("states", 'r["_field"] == "state"', f"{light} or {sensor}"),
            raw("values", 'r["_field"] == "value"', light),
            raw("attributes", 'r["_field"] == "brightness" or r["_field"] == "effect_str"', light),
            numbers,
            *windows,
        ]
    )


@given(st.text())
def test_a_name_stays_inside_its_literal(name: str) -> None:
    text = flux.literal(name)
    inner = text[1:-1]
    assert text[0] == text[-1] == '"'
    assert "\n" not in inner
    unescaped = inner.replace("\\\\", "").replace('\\"', "").replace("\\${", "").replace("\\n", "")
    assert '"' not in unescaped
    assert "${" not in unescaped


def test_nothing_to_ask_is_no_text() -> None:
    assert flux.points("b", START, END, fields={}, domains={}, seconds=60) == ""
    assert flux.points("b", START, END, fields={"states": []}, domains={"states": ["light"]}, seconds=60) == ""


def test_every_builder_is_among_the_texts() -> None:
    builders = {name for name, made in inspect.getmembers(flux, inspect.isfunction) if made.__module__ == flux.__name__}
    assert {name for name in builders if not name.startswith("_")} == {*texts("b"), "literal"}


def parsed(queries: Sequence[str]) -> list[str]:
    """What a real Flux parser says of each query."""
    folder = os.environ.get("HOMEINTEL_FLUX_CHECK")
    if not folder:
        pytest.skip("HOMEINTEL_FLUX_CHECK names no folder with a Flux parser")
    lines = "\n".join(query.replace("\n", "\\n") for query in queries) + "\n"
    command = ["node", str(Path(folder) / "check.mjs")]
    checked = subprocess.run(command, input=lines, capture_output=True, text=True, timeout=60, check=False)
    return [line.split()[0] for line in checked.stdout.splitlines()]


def test_a_real_flux_parser_accepts_every_text() -> None:
    buckets = ("Home Assistant", NASTY)
    queries = [text for bucket in buckets for text in (*texts(bucket).values(), *filter(None, slices(bucket)))]
    assert len(queries) == 2 * (5 + 30)
    assert parsed([*queries, "from(bucket: 1 +"]) == ["ok"] * len(queries) + ["BAD"]  # the parser can say no


def test_a_real_flux_parser_accepts_what_a_night_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOMEINTEL_EVENTS_TOKEN", TOKEN)
    with influxdb2(*EVENING) as fake:
        run(phase_of(tmp_path, {"source": "influxdb2", "url": fake.url}, days=1))
    assert len(fake.queries) == 10
    assert parsed(fake.queries) == ["ok"] * 10
