"""The expose grammar, case by case, and under arbitrary nestings."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from homeintel.bridge.exposes import DEEPEST, GENERIC, SPECIFIC, Leaf, flatten


def only(expose: object) -> Leaf:
    [leaf] = flatten([expose], None).rows
    return leaf


def test_a_binary_keeps_on_then_off_and_its_toggle_as_raw() -> None:
    leaf = only({"type": "binary", "name": "led", "property": "led", "access": 7, "value_on": True, "value_off": False,
                 "value_toggle": "TOGGLE"})  # fmt: skip
    assert leaf.values == "[true,false]"
    assert leaf.raw is not None
    assert json.loads(leaf.raw) == {"value_toggle": "TOGGLE"}


def test_a_list_is_one_leaf_with_its_item_as_raw() -> None:
    item = {"type": "composite", "features": [{"type": "numeric", "name": "hour", "property": "hour", "access": 3}]}
    leaf = only({"type": "list", "name": "plan", "property": "plan", "access": 3, "item_type": item, "length_max": 4})
    assert (leaf.path, leaf.kind, leaf.access) == ("plan", "list", 3)
    assert leaf.raw is not None
    assert json.loads(leaf.raw) == {"item_type": item, "length_max": 4}


def test_composites_open_to_any_depth_and_hand_down_access_and_category() -> None:
    inner = {
        "type": "composite",
        "name": "day",
        "property": "day",
        "features": [{"type": "enum", "name": "mode", "property": "mode", "values": [1, "b"]}],
    }
    outer = {
        "type": "composite",
        "name": "week",
        "property": "week",
        "access": 2,
        "category": "config",
        "features": [inner],
    }
    leaf = only(outer)
    assert (leaf.path, leaf.access, leaf.category, leaf.values) == ("week/day/mode", 2, "config", '[1,"b"]')
    assert leaf.parent is None


def test_a_composite_in_a_light_knows_the_light() -> None:
    colour = {"type": "composite", "name": "color_xy", "property": "color", "access": 7,
              "features": [{"type": "numeric", "name": "x", "property": "x", "access": 7}]}  # fmt: skip
    leaf = only({"type": "light", "features": [colour]})
    assert (leaf.path, leaf.property, leaf.parent) == ("light/color_xy/x", "x", "light")


@pytest.mark.parametrize(
    ("endpoint", "path"), [("l1", "switch_l1/state"), (1, "switch_1/state"), (None, "switch/state")]
)
def test_the_endpoint_stands_once_in_the_path(endpoint: object, path: str) -> None:
    feature = {"type": "binary", "name": "state", "property": "state_l1", "access": 7, "endpoint": endpoint}
    leaf = only({"type": "switch", "endpoint": endpoint, "features": [feature]})
    assert leaf.path == path
    assert leaf.endpoint == (None if endpoint is None else str(endpoint))


def test_a_generic_expose_with_an_endpoint_has_it_in_its_path() -> None:
    assert (
        only({"type": "numeric", "name": "power", "property": "power_l2", "endpoint": "l2", "access": 1}).path
        == "power_l2"
    )


def test_a_path_that_repeats_is_numbered_options_last() -> None:
    same = {"type": "numeric", "name": "timeout", "property": "timeout", "access": 1}
    found = flatten([same, same], [{**same, "access": 2}]).rows
    assert [(leaf.path, leaf.origin) for leaf in found] == [
        ("timeout", "expose"), ("timeout#2", "expose"), ("timeout#3", "option")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("expose", "odd"),
    [
        ({"type": "hologram", "name": "h", "property": "h", "access": 1}, "has the unknown type 'hologram'"),
        ({"type": None, "name": "h", "access": 1}, "has the unknown type None"),
        ({"type": ["light"], "name": "h", "access": 1}, "has the unknown type None"),
        ({"name": "h", "access": 1}, "has the unknown type None"),
        ({"type": "composite", "name": "c", "access": 1, "features": []}, "is a composite without features"),
        ({"type": "light", "name": "c", "access": 1}, "is a light without features"),
        ({"type": "numeric", "name": "n", "property": "n"}, "has the access None"),
        ({"type": "numeric", "name": "n", "property": "n", "access": 9}, "has the access 9"),
        ({"type": "numeric", "name": "n", "property": "n", "access": True}, "has the access True"),
        ({"type": "numeric", "name": "n", "property": "n", "access": 1, "value_max": "9"}, "has a value_max that is no number"),
        ({"type": "numeric", "name": "n", "property": "n", "access": 1, "value_max": 10**400}, "has a value_max that is no number"),
        ({"type": "enum", "name": "e", "property": "e", "access": 1}, "is an enum without values"),
        ({"type": "text", "access": 1}, "has neither name nor property"),
        ("light", "is no object"),
        (None, "is no object"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_kept_whole_and_named(expose: object, odd: str) -> None:
    found = flatten([expose], None)
    [leaf] = found.rows
    assert found.odd == {leaf.path: odd}
    assert leaf.raw is not None
    assert json.loads(leaf.raw) == expose


def test_an_unknown_type_with_features_is_kept_and_opened() -> None:
    inner = {"type": "numeric", "name": "n", "property": "n", "access": 1}
    found = flatten([{"type": "valve", "name": "v", "access": 1, "features": [inner]}], None)
    assert [(leaf.path, leaf.kind) for leaf in found.rows] == [("v", "valve"), ("v/n", "numeric")]
    assert found.odd == {"v": "has the unknown type 'valve'"}


@pytest.mark.parametrize("exposes", [None, [], {}, "light", 7, [[]], {"type": "numeric", "name": "n", "access": 1}])
def test_exposes_of_a_wrong_shape_are_no_error(exposes: object) -> None:
    for leaf in flatten(exposes, exposes).rows:
        assert leaf.path


def test_nesting_without_end_is_cut_and_named() -> None:
    expose: dict[str, Any] = {"type": "numeric", "name": "end", "property": "end", "access": 1}
    for _ in range(300):
        expose = {"type": "composite", "name": "c", "property": "c", "features": [expose]}
    found = flatten([expose], None)
    [leaf] = found.rows
    assert leaf.path.count("/") == DEEPEST
    assert list(found.odd.values()) == ["is nested too deep"]


names = st.one_of(
    st.sampled_from(["state", "x", "a/b", "n#2", "<script>", "'", "💡", ""]), st.text(max_size=8), st.none()
)
scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=5))
kinds = st.one_of(st.sampled_from([*sorted(GENERIC | SPECIFIC), "composite", "hologram"]), scalars)
plain = st.fixed_dictionaries(
    {"type": kinds},
    optional={
        "name": names, "property": names, "access": scalars, "endpoint": scalars, "category": scalars, "unit": scalars,
        "value_min": scalars, "value_max": scalars, "values": st.one_of(scalars, st.lists(scalars, max_size=3)),
        "value_on": scalars, "value_off": scalars, "label": scalars, "description": scalars,
        "presets": st.one_of(scalars, st.lists(scalars, max_size=2)), "item_type": scalars,
    },
)  # fmt: skip
exposes = st.recursive(
    st.one_of(plain, scalars),
    lambda inner: st.tuples(plain, st.lists(inner, max_size=3)).map(lambda pair: {**pair[0], "features": pair[1]}),
    max_leaves=12,
)


def expected_leaves(expose: object) -> int:
    """Count by the rules of the grammar, without the parser."""
    if not isinstance(expose, dict):
        return 1
    features, kind = expose.get("features"), expose.get("type")
    generic = isinstance(kind, str) and kind.strip() in GENERIC
    if generic or not features:
        return 1
    known = isinstance(kind, str) and (kind.strip() in SPECIFIC or kind.strip() == "composite")
    return (0 if known else 1) + sum(expected_leaves(feature) for feature in features)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(exposes, max_size=4), st.lists(exposes, max_size=2))
def test_no_nesting_loses_a_leaf_or_breaks_the_parser(members: list[Any], options: list[Any]) -> None:
    found = flatten(members, options)
    assert len(found.rows) == sum(map(expected_leaves, [*members, *options]))
    paths = [leaf.path for leaf in found.rows]
    assert len(set(paths)) == len(paths)
    assert all(paths)
    assert set(found.odd) <= set(paths)
    for leaf in found.rows:
        assert 0 <= leaf.access <= 7
        for field in (leaf.values, leaf.presets, leaf.raw):
            assert field is None or json.loads(field) is not Ellipsis
