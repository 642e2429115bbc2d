"""From leaves to features: what belongs together, what counts as usable, what it is worth."""

import re

import pandas as pd

from homeintel.features.catalogue import Catalogue, Entry, default_entry

SPECIFIC_TYPES = frozenset({"light", "switch", "fan", "cover", "lock", "climate"})
"""Zigbee2MQTT's specific exposes; they group leaves but are no composites."""

_SUFFIX = re.compile(r"#\d+$")


def describe(rows: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Return `rows` with what each leaf is part of and worth.

    Args:
        rows: at least path, name, label, kind, access, category, origin.
        catalogue: what features are good for.

    Returns:
        The same rows plus feature (the path of what a person would call one feature: a light's colour notations are one,
        a composite's parts are one), composite (its name, or None), usefulness (0 to 1) and usable (False for options,
        diagnostics and housekeeping).
    """
    parts = [split(path) for path in rows["path"]]
    described = rows.assign(
        feature=[feature for feature, _ in parts],
        composite=pd.Series([composite for _, composite in parts], index=rows.index, dtype=object),
    )
    usefulness = [entry.usefulness for entry in entries(described, catalogue)]
    described["usefulness"] = pd.Series(usefulness, index=rows.index, dtype="float64")
    described["usable"] = (described["origin"] == "expose") & (described["usefulness"] > 0)
    return described


def entries(rows: pd.DataFrame, catalogue: Catalogue) -> list[Entry]:
    """Return the catalogue's entry, or the careful default, for each row (name, composite, label, kind, access, category, origin)."""
    found = []
    columns = ["name", "composite", "label", "kind", "access", "category", "origin"]
    for name, composite, label, kind, access, category, origin in rows[columns].itertuples(index=False, name=None):
        entry = catalogue.find(name=name, composite=composite, origin=origin)
        found.append(
            entry
            or default_entry(name=name, label=_text(label), kind=kind, access=int(access), category=_text(category))
        )
    return found


def split(path: str) -> tuple[str, str | None]:
    """Return the feature a path belongs to and the composite it stands in, if any.

    >>> split("light/color_xy/x")
    ('light/color', 'color_xy')
    >>> split("light_l1/brightness")
    ('light_l1/brightness', None)
    >>> split("warning/mode")
    ('warning', 'warning')
    """
    segments = path.split("/")
    head = _SUFFIX.sub("", segments[0])
    depth = 1 if head.split("_")[0] in SPECIFIC_TYPES and len(segments) > 1 else 0
    composite = _SUFFIX.sub("", segments[depth]) if len(segments) > depth + 1 else None
    feature = "/".join(segments[: depth + 1])
    if composite in {"color_xy", "color_hs"}:
        feature = "/".join([*segments[:depth], "color"])
    return feature, composite


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
