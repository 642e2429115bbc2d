"""The texts of Flux queries: exactly these, and a real Flux parser accepts them."""

import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeintel.events import flux

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


def texts(bucket: str) -> dict[str, str]:
    """Every kind of text the package can build."""
    return {
        "buckets": flux.buckets(),
        "tag_values": flux.tag_values(bucket, "_field", 400),
        "newest": flux.newest(bucket, ["state", "value"], 400),
        "count_between": flux.count_between(bucket, "value", START, END),
        "points": points(bucket),
        "only_numbers": flux.points(bucket, START, END, fields={}, domains={"numbers": ["sensor"]}, seconds=60),
        "only_states": flux.points(
            bucket, START, END, fields={"states": ["state", "state_value"]}, domains={"states": ["light"]}, seconds=60
        ),
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


def test_a_real_flux_parser_accepts_every_text() -> None:
    folder = os.environ.get("HOMEINTEL_FLUX_CHECK")
    if not folder:
        pytest.skip("HOMEINTEL_FLUX_CHECK names no folder with a Flux parser")
    queries = [text for bucket in ("Home Assistant", NASTY) for text in texts(bucket).values()]
    lines = "\n".join(query.replace("\n", "\\n") for query in queries) + "\nfrom(bucket: 1 +\n"
    command = ["node", str(Path(folder) / "check.mjs")]
    checked = subprocess.run(command, input=lines, capture_output=True, text=True, timeout=60, check=False)
    verdicts = [line.split()[0] for line in checked.stdout.splitlines()]
    assert verdicts == ["ok"] * len(queries) + ["BAD"]  # the last is wrong: the parser can say no
