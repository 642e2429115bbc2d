"""From leaves to features: what belongs together, what counts as usable, what it is worth."""

import re
from typing import Any, NamedTuple

import pandas as pd

from homeintel.features.catalogue import Catalogue, Entry, default_entry

SPECIFIC_TYPES = frozenset({"light", "switch", "fan", "cover", "lock", "climate"})
"""Zigbee2MQTT's specific exposes; they group leaves but are no composites."""

COLOURS = frozenset({"color_xy", "color_hs"})
"""Two notations of one property, `color`."""

_SUFFIX = re.compile(r"#\d+$")


def describe(rows: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Return `rows` with what each leaf is part of and worth.

    Args:
        rows: at least path, endpoint, name, label, kind, access, category, unit, origin.
        catalogue: what features are good for.

    Returns:
        The same rows plus feature (the path of what a person would call one feature: a light's colour notations are one,
        a composite's parts are one), composite (its name, or None), usefulness (0 to 1), catalogued (whether the catalogue
        knows it) and usable (False for options, diagnostics and housekeeping).
    """
    parts = [split(path, _text(endpoint)) for path, endpoint in zip(rows["path"], rows["endpoint"], strict=True)]
    described = rows.assign(
        feature=[part.feature for part in parts],
        composite=_column([part.composite for part in parts], rows.index),
    )
    found = entries(described, catalogue)
    described["usefulness"] = pd.Series([entry.usefulness for entry in found], index=rows.index, dtype="float64")
    described["catalogued"] = pd.Series([bool(entry.purpose) for entry in found], index=rows.index, dtype=bool)
    described["usable"] = (described["origin"] == "expose") & (described["usefulness"] > 0)
    return described


def entries(rows: pd.DataFrame, catalogue: Catalogue) -> list[Entry]:
    """Return the catalogue's entry, or the careful default, for each row (name, composite, label, kind, access, category, unit, origin)."""
    found = []
    columns = ["name", "composite", "label", "kind", "access", "category", "unit", "origin"]
    for name, composite, label, kind, access, category, unit, origin in rows[columns].itertuples(
        index=False, name=None
    ):
        entry = catalogue.find(name=name, composite=composite, origin=origin)
        found.append(
            entry
            or default_entry(
                name=name, label=_text(label), kind=kind, access=int(access), category=_text(category), unit=_text(unit)
            )
        )
    return found


class Part(NamedTuple):
    """Where a leaf stands: the feature it belongs to, and the composite it is a part of, without endpoint."""

    feature: str
    composite: str | None


def split(path: str, endpoint: str | None = None) -> Part:
    """Return where the leaf of a path stands.

    >>> split("light/color_xy/x")
    Part(feature='light/color', composite='color_xy')
    >>> split("light_l1/brightness", "l1")
    Part(feature='light_l1/brightness', composite=None)
    >>> split("inching_control_set_l2/inching_time", "l2")
    Part(feature='inching_control_set_l2', composite='inching_control_set')
    """
    segments = path.split("/")
    specific = len(segments) > 1 and segments[0].split("_")[0] in SPECIFIC_TYPES
    depth = 1 if specific else 0
    if len(segments) <= depth + 1:
        return Part(_SUFFIX.sub("", path), None)
    name = segments[depth]
    if name in COLOURS:
        return Part("/".join([*segments[:depth], "color"]), name)
    return Part("/".join(segments[: depth + 1]), name.removesuffix(f"_{endpoint}"))


def _column(values: list[str | None], index: pd.Index) -> "pd.Series[Any]":
    return pd.Series(values, index=index, dtype=object)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
