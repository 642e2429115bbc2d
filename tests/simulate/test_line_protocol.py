"""Line protocol in Home Assistant's schema, against hand-made rows and against what a real one wrote."""

import gzip
import re
from datetime import UTC, datetime
from typing import Any, cast

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from homeintel.simulate import LineOptions, SimulatedHome, to_line_protocol
from homeintel.simulate.history import EVENT_SCHEMA
from tests import servers

POINT = re.compile(r'(?P<key>(?:[^ \\]|\\.)+) (?P<fields>(?:[^" ]|"(?:[^"\\]|\\.)*")+) (?P<time>\d+)$')
PART = re.compile(r'(?P<name>(?:[^=,\\]|\\.)+)=(?P<value>"(?:[^"\\]|\\.)*"|[^,]+)')


def table(*rows: tuple[str, str, str | None]) -> pa.Table:
    ts = datetime(2026, 11, 1, 12, tzinfo=UTC)
    lines = [
        {"ts": ts, "entity_id": entity, "state": state, "attributes": attributes} for entity, state, attributes in rows
    ]
    return pa.Table.from_pylist(lines, schema=EVENT_SCHEMA)


def written(events: pa.Table, options: LineOptions | None = None) -> list[str]:
    return b"".join(to_line_protocol(events, options)).decode().splitlines()


def parsed(line: str) -> tuple[str, dict[str, str], dict[str, str]]:
    """Return measurement, tags and fields of a point."""
    point = POINT.match(line)
    assert point is not None, line
    measurement, *tags = re.split(r"(?<!\\),", point["key"])
    pairs = dict(re.split(r"(?<!\\)=", tag, maxsplit=1) for tag in tags)
    return measurement, pairs, {part["name"]: part["value"] for part in PART.finditer(point["fields"])}


def test_numeric_sensor_goes_to_its_unit() -> None:
    attributes = '{"state_class":"measurement","unit_of_measurement":"°C","friendly_name":"Küche Temperatur"}'
    [line] = written(table(("sensor.kuche_temperatur", "20.5", attributes)))
    assert line == (
        '°C,domain=sensor,entity_id=kuche_temperatur state_class_str="measurement",'
        'friendly_name_str="Küche Temperatur",value=20.5 1793534400000000000'
    )


def test_words_have_a_state_and_some_a_number_too() -> None:
    lines = written(table(("light.a", "on", None), ("cover.b", "opening", None), ("lock.c", "unlocked", None)))
    assert lines == [
        'state,domain=light,entity_id=a state="on",value=1.0 1793534400000000000',
        'state,domain=cover,entity_id=b state="opening" 1793534400000000000',
        'state,domain=lock,entity_id=c state="unlocked",value=0.0 1793534400000000000',
    ]


def test_unknown_and_unavailable_are_not_written() -> None:
    assert written(table(("light.a", "unknown", None), ("light.a", "unavailable", None), ("light.a", "", None))) == []


def test_digits_of_texts_become_numeric_twins() -> None:
    attributes = (
        '{"rgb_color":[255,163,80],"effect":null,"brightness":128,"assumed_state":true,"friendly_name":"Lamp 12"}'
    )
    [line] = written(table(("light.a", "on", attributes)))
    _, _, fields = parsed(line)
    assert fields == {
        "rgb_color_str": '"(255, 163, 80)"',
        "rgb_color": "25516380.0",
        "effect_str": '"None"',
        "brightness": "128.0",
        "assumed_state": "1.0",
        "friendly_name_str": '"Lamp 12"',
        "friendly_name": "12.0",
        "state": '"on"',
        "value": "1.0",
    }


def test_options_choose_measurement_and_tags() -> None:
    events = table(("sensor.a", "1", '{"device_class":"power","unit_of_measurement":"W","friendly_name":"A b"}'))
    tagged = LineOptions(tags_attributes=("friendly_name",), tags={"source": "hass"})
    assert parsed(written(events, tagged)[0])[:2] == (
        "W",
        {"domain": "sensor", "entity_id": "a", "friendly_name": r"A\ b", "source": "hass"},
    )
    by_class = LineOptions(measurement_attr="domain__device_class")
    assert parsed(written(events, by_class)[0])[0] == "sensor__power"
    assert "device_class_str" not in parsed(written(events, by_class)[0])[2]
    by_entity = LineOptions(measurement_attr="entity_id")
    assert parsed(written(events, by_entity)[0])[0] == "sensor.a"
    plain = LineOptions(default_measurement=None)
    assert parsed(written(table(("light.a", "on", None)), plain)[0])[0] == "light.a"


@given(st.text(min_size=1).filter(lambda text: text not in {"unknown", "unavailable"}), st.text())
def test_any_text_stays_one_point(state: str, name: str) -> None:
    attributes = {"friendly_name": name}
    events = table(("text.a", state, str(attributes).replace("'", '"') if name.isalnum() else None))
    body = b"".join(to_line_protocol(events))
    assert body.count(b"\n") == 1


def test_schema_is_that_of_a_real_home_assistant(demo: SimulatedHome) -> None:
    with gzip.open(servers.samples() / "homeassistant" / "influx.lp.gz", "rt", encoding="utf-8") as real_lines:
        real = [parsed(line.strip()) for line in real_lines]
    options = LineOptions(tags_attributes=("friendly_name",), tags={"source": "hass"})
    ours = [parsed(line) for line in written(demo.events.slice(0, 20_000), options)]
    shapes: dict[str, list[Any]] = {}
    for name, points in (("real", real), ("ours", ours)):
        tags = {tuple(tags) for _, tags, _ in points}
        domains = {(tags["domain"], measurement) for measurement, tags, _ in points}
        kinds = {(field, value.startswith('"')) for _, _, fields in points for field, value in fields.items()}
        shapes[name] = [tags, domains, kinds]
    assert shapes["ours"][0] == shapes["real"][0]
    shared = {"light", "switch", "cover", "lock", "climate", "binary_sensor", "automation"}
    assert {pair for pair in shapes["ours"][1] if pair[0] in shared} <= shapes["real"][1]
    common = {field for field, _ in shapes["real"][2]} & {field for field, _ in shapes["ours"][2]}
    assert {"value", "state", "brightness", "current_position", "device_class_str", "rgb_color"} <= common
    assert {kind for kind in shapes["ours"][2] if kind[0] in common} <= shapes["real"][2]


def test_a_real_influxdb_takes_all_of_it(demo: SimulatedHome, influx: servers.Influxdb1) -> None:
    influx.query("CREATE DATABASE demo")
    for body in to_line_protocol(demo.events.slice(0, 20_000)):
        influx.write("demo", body)
    [answer] = influx.query('SELECT count("state") FROM /.*/ WHERE "domain" = \'light\'', database="demo")
    series = cast("list[dict[str, list[list[int]]]]", answer["series"])[0]
    lights = demo.events.slice(0, 20_000).to_pandas().query("entity_id.str.startswith('light.')")
    known = lights[~lights["state"].isin(["unknown", "unavailable"])]
    assert series["values"][0][1] == len(known.drop_duplicates(["ts", "entity_id"]))


def test_batches_are_bounded(demo: SimulatedHome) -> None:
    sizes = [body.count(b"\n") for body in to_line_protocol(demo.events, points_a_batch=1000)]
    assert max(sizes) <= 1000
    states = demo.events["state"].to_pylist()
    assert sum(sizes) == sum(state not in {"unknown", "unavailable"} for state in states)
