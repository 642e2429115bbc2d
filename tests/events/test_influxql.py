"""The texts of InfluxQL queries: names stay names, values stay values."""

import re
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from homeintel.events import influxql
from homeintel.events.influx_layout import layout_of

WINDOW = (datetime(2026, 11, 6, tzinfo=UTC), datetime(2026, 11, 7, tzinfo=UTC))


def test_the_texts_are_exactly_these() -> None:
    assert influxql.points(["state", "value"], {"light", "fan"}, WINDOW, source="FROM /.*/", without=["a.b"]) == (
        'SELECT "state"::string, "value"::float FROM /.*/ WHERE time >= 1793923200000000000 AND time < 1794009600000000000'
        ' AND "domain" =~ /^(fan|light)$/ AND "entity_id" !~ /^(a\\.b)$/ GROUP BY "domain", "entity_id"'
    )
    assert influxql.reduced("value", ["sensor"], ["p"], WINDOW, seconds=300, source='FROM "rp"./.*/') == (
        'SELECT last("value"::float) AS "last", min("value"::float) AS "min", max("value"::float) AS "max",'
        ' count("value"::float) AS "count"'
        ' FROM "rp"./.*/ WHERE time >= 1793923200000000000 AND time < 1794009600000000000'
        ' AND "domain" =~ /^(sensor)$/ AND "entity_id" =~ /^(p)$/'
        ' GROUP BY time(300s), "domain", "entity_id" fill(none)'
    )


def test_without_anything_to_ask_there_is_no_query() -> None:
    assert influxql.points(["state"], [], WINDOW, source="FROM /.*/") == ""
    assert influxql.points([], ["light"], WINDOW, source="FROM /.*/") == ""
    assert influxql.reduced("value", ["sensor"], [], WINDOW, seconds=300, source="FROM /.*/") == ""


@given(st.text(min_size=1))
def test_a_name_stays_inside_its_quotes(name: str) -> None:
    inner = influxql.quoted(name)[1:-1]
    assert '"' not in inner.replace("\\\\", "").replace('\\"', "")
    assert "\n" not in inner


@given(st.text(min_size=1, max_size=30), st.text(min_size=1, max_size=30))
def test_a_value_matches_itself_only(value: str, other: str) -> None:
    pattern = influxql.one_of([value])
    assert pattern.startswith("/^(")
    assert "/" not in pattern[1:-1].replace("\\/", "")
    expression = re.compile(pattern[1:-1].replace("\\/", "/").replace("$", r"\Z") if "$" not in value else "(?!)")
    if "$" not in value:
        assert expression.match(value)
        assert bool(expression.match(other)) == (value == other)


def test_the_layout_is_told_from_names() -> None:
    by_unit = layout_of({"°C": ["value"], "state": ["state", "value"]}, ["sensor", "light"], [])
    assert by_unit.sentences[0] == "2 measurements, one a unit"
    by_entity = layout_of({"light.a": ["state"], "sensor.b": ["value"]}, ["light", "sensor"], [])
    assert by_entity.sentences[0] == "2 measurements, one an entity"
    by_domain = layout_of({"light": ["state"], "sensor__temperature": ["value"]}, ["light", "sensor"], [])
    assert by_domain.sentences[0] == "2 measurements, one a domain"
    one = layout_of({"units": ["state_value", "value"]}, ["light"], [])
    assert one.sentences[:2] == ["1 measurements, one for all", "states in state_value and value"]


def test_a_texts_field_comes_before_its_numeric_twin() -> None:
    fields = ["state", "effect", "effect_str", "brightness", "icon_str"]
    layout = layout_of({"state": fields}, ["light", "'; DROP", "sun"], ["effect", "brightness", "hs_color"])
    assert dict(layout.attribute_fields) == {"brightness": ["brightness"], "effect": ["effect_str", "effect"]}
    assert layout.domains == {"light", "sun"}
    assert layout.rich_domains == {"light"}
    assert layout.plain_domains == frozenset()
