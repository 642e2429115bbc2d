"""The catalogue against all real definitions: names that exist, values that devices take, how much it covers."""

import gzip
import json
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from homeintel.bridge.exposes import SET, Leaf, Leaves, flatten
from homeintel.features.actions import choose_value
from homeintel.features.catalogue import Catalogue, Entry, default_entry, load_catalogue
from homeintel.features.context import KEYS
from homeintel.features.features import split
from tests.servers import samples

PLAIN = frozenset({"state", "brightness", "color_xy/x", "color_xy/y", "color_hs/hue", "color_hs/saturation"})
"""On/off, brightness and colour: everybody knows them."""


@cache
def definitions(folder: Path) -> tuple[Leaves, ...]:
    """Every definition, flattened."""
    with gzip.open(folder / "zigbee2mqtt" / "definitions.json.gz") as file:
        return tuple(flatten(one["exposes"], one.get("options")) for one in json.load(file)["definitions"])


@cache
def leaves(folder: Path) -> tuple[tuple[str, Leaf], ...]:
    """Every leaf of every definition, with the name the catalogue would know it by."""
    return tuple((known_as(leaf), leaf) for one in definitions(folder) for leaf in one.rows)


def known_as(leaf: Leaf) -> str:
    composite = split(leaf.path, leaf.endpoint).composite
    return f"{composite}/{leaf.name}" if composite else str(leaf.name)


def all_entries() -> list[tuple[str, Entry]]:
    catalogue = load_catalogue()
    exposes = {entry.title: entry for entry in catalogue.exposes.values()}
    options = {entry.title: entry for entry in catalogue.options.values()}
    return [*(("expose", entry) for entry in exposes.values()), *(("option", entry) for entry in options.values())]


def test_there_are_enough_entries_and_each_is_complete() -> None:
    entries = all_entries()
    assert len(entries) >= 150
    for _, entry in entries:
        assert entry.purpose.endswith("."), entry.title
        assert 0 <= entry.usefulness <= 1, entry.title
        assert 0 <= entry.effort <= 1, entry.title
        assert entry.risk in {"low", "medium", "high"}, entry.title
        assert set(entry.helps) <= set(KEYS), entry.title
        assert not entry.caveats or entry.caveats.endswith("."), entry.title
        if entry.tell:
            assert entry.usefulness > 0, entry.title
            assert entry.values or entry.units or entry.parts, entry.title


def test_every_name_exists_in_the_real_definitions() -> None:
    names = {
        origin: {name for name, leaf in leaves(samples()) if leaf.origin == origin} for origin in ("expose", "option")
    }
    catalogue = load_catalogue()
    assert set(catalogue.exposes) <= names["expose"]
    assert set(catalogue.options) <= names["option"]


def test_every_advice_is_a_value_that_some_real_device_takes() -> None:
    by_name: dict[tuple[str, str], list[Leaf]] = {}
    for name, leaf in leaves(samples()):
        if leaf.access & SET:
            by_name.setdefault((leaf.origin, name), []).append(leaf)
    for origin, entry in all_entries():
        if entry.tell:
            offered = [leaf for name in entry.names for leaf in by_name.get((origin, name), []) if advice(entry, leaf)]
            assert offered, entry.title


def advice(entry: Entry, leaf: Leaf) -> bool:
    composite = split(leaf.path, leaf.endpoint).composite
    wanted = entry.wanted(name=str(leaf.name), composite=composite, unit=leaf.unit)
    value = choose_value(
        wanted, kind=leaf.kind, possible=leaf.values, low=leaf.value_min, high=leaf.value_max, presets=leaf.presets
    )
    return value is not None


def test_four_fifths_of_all_settable_leaves_are_known(capsys: pytest.CaptureFixture[str]) -> None:
    catalogue = load_catalogue()
    settable = Counter(
        name for name, leaf in leaves(samples()) if leaf.origin == "expose" and leaf.access & SET and name not in PLAIN
    )
    known = sum(count for name, count in settable.items() if name in catalogue.exposes)
    share = known / settable.total()
    with capsys.disabled():
        print(f"\ncatalogue: {known:,} of {settable.total():,} settable leaves known, {share:.1%}")  # noqa: T201 - the figure is asked for
    assert share >= 0.8


def test_a_part_of_a_composite_is_never_taken_for_a_feature_of_the_same_name() -> None:
    catalogue = Catalogue(exposes={"mode": Entry("Mode", ("mode",))})
    assert catalogue.find(name="mode") is not None
    assert catalogue.find(name="mode", composite="warning") is None
    assert catalogue.find(name="mode", origin="option") is None


@pytest.mark.parametrize(
    ("name", "kind", "access", "category", "usefulness"),
    [
        ("mystery", "binary", 7, None, 0.35),
        ("mystery", "binary", 7, "config", 0.3),
        ("mystery", "numeric", 7, None, 0.2),
        ("mystery", "numeric", 2, "config", 0.05),
        ("mystery", "text", 3, None, 0.15),
        ("mystery", "text", 2, "config", 0.05),
        ("mystery", "numeric", 1, None, 0.4),
        ("mystery", "numeric", 1, "diagnostic", 0.0),
        ("battery", "numeric", 1, None, 0.0),
        ("identify", "enum", 2, "config", 0.0),
    ],
)  # fmt: skip
def test_the_default_for_unknown_features_is_careful(
    name: str, kind: str, access: int, category: str | None, usefulness: float
) -> None:
    entry = default_entry(name=name, label="Mystery", kind=kind, access=access, category=category)
    assert entry.usefulness == pytest.approx(usefulness)
    assert entry.purpose == ""
    assert entry.risk == "medium"


def test_a_number_with_a_unit_is_worth_more_than_a_bare_one() -> None:
    bare, seconds = (
        default_entry(name="mystery", label=None, kind="numeric", access=7, category=None, unit=unit)
        for unit in (None, "s")
    )
    assert bare.usefulness == pytest.approx(0.2)
    assert seconds.usefulness == pytest.approx(0.25)
