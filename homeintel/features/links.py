"""Which series of the history speaks for which capability."""

import numpy as np
import pandas as pd

COLOUR_ATTRIBUTES = ("hs_color", "xy_color", "rgb_color", "rgbw_color", "rgbww_color")
"""Home Assistant gives a light's colour in several notations at once; any of them speaks for all."""

COLOUR_MODES = frozenset({"hs", "xy", "rgb", "rgbw", "rgbww"})
"""Values of `color_mode` in which a colour was chosen; in others Home Assistant derives the colour it shows."""

ALIASES = {**dict.fromkeys(COLOUR_ATTRIBUTES, "color"), "color_temp": "color_temp_kelvin"}
"""Attribute names of one meaning: notations, and `color_temp` (mired), which Home Assistant wrote until 2026."""

_SOURCE_RANK = {"registry": 0, "discovery": 1, "guessed": 2}


def link(capabilities: pd.DataFrame, entities: pd.DataFrame, observed: pd.DataFrame) -> pd.DataFrame:
    """Return `capabilities`, each row with the entity that tells most about it and what that entity showed.

    An entity belongs to a capability by device and path, or where it names no path, by device and property. Of several
    (a light's effect is an attribute and, disabled by default, a select of its own) the one with the most changes
    counts, then the most points, then the enabled one, then the registry's.

    Returns:
        The rows of `capabilities` in their order, plus entity_id, attribute, component, enabled, excluded, source
        (None where no entity is known) and the columns of `observed` (points and changes 0 where nothing was seen).
    """
    pairs = pd.concat([_by_path(capabilities, entities), _by_property(capabilities, entities)], ignore_index=True)
    pairs["series"] = pairs["attribute"].fillna("").replace(ALIASES)
    series = _one_meaning(observed)
    pairs = pairs.merge(series, on=["entity_id", "series"], how="left")
    pairs["rank"] = pairs["source"].map(_SOURCE_RANK)
    pairs = pairs.sort_values(
        ["changes", "points", "enabled", "rank", "entity_id"], ascending=[False, False, False, True, True]
    ).drop_duplicates(["ieee_address", "path"])
    linked = capabilities.merge(pairs.drop(columns=["rank", "series"]), on=["ieee_address", "path"], how="left")
    counts = ["points", "changes", "distinct_values", "person", "automation", "device", "unknown"]
    linked[counts] = linked[counts].fillna(0).astype("int64")
    for flag, missing in (("enabled", False), ("excluded", False)):
        linked[flag] = linked[flag].astype("boolean").fillna(missing).astype(bool)
    return linked


_ENTITY_COLUMNS = ["ieee_address", "entity_id", "attribute", "component", "enabled", "excluded", "source"]


def _by_path(capabilities: pd.DataFrame, entities: pd.DataFrame) -> pd.DataFrame:
    named = entities.loc[entities["path"].notna(), [*_ENTITY_COLUMNS, "path"]]
    return capabilities[["ieee_address", "path"]].merge(named, on=["ieee_address", "path"])


def _by_property(capabilities: pd.DataFrame, entities: pd.DataFrame) -> pd.DataFrame:
    """Join entities that name a property only; an option of Zigbee2MQTT may bear a property's name and has no entity."""
    named = entities.loc[entities["path"].isna() & entities["property"].notna(), [*_ENTITY_COLUMNS, "property"]]
    exposed = capabilities.loc[capabilities["origin"] == "expose", ["ieee_address", "path", "property"]]
    return exposed.merge(named, on=["ieee_address", "property"]).drop(columns="property")


def _one_meaning(observed: pd.DataFrame) -> pd.DataFrame:
    """Return `observed` keyed by `series`, aliases put together, colours that were only derived counted as constant."""
    renamed = observed.assign(series=observed["attribute"].replace(ALIASES)).drop(columns="attribute")
    renamed = renamed.sort_values(["changes", "points"], ascending=False).drop_duplicates(["entity_id", "series"])
    modes = observed.loc[observed["attribute"] == "color_mode", ["entity_id", "seen"]]
    derived_only = {
        entity for entity, seen in zip(modes["entity_id"], modes["seen"], strict=True)
        if not COLOUR_MODES & set(seen)
    }  # fmt: skip
    derived = (renamed["series"] == "color") & renamed["entity_id"].isin(derived_only)
    renamed.loc[derived, ["changes", "person", "automation", "device", "unknown"]] = 0
    renamed.loc[derived, "distinct_values"] = np.minimum(renamed.loc[derived, "distinct_values"], 1)
    renamed.loc[derived, "last_changed"] = pd.NaT
    return renamed


def recall(rows: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Return linked rows, those that the stored history doesn't show filled with what an earlier night knew.

    Only first_seen, last_seen, last_value and seen are filled; points and changes stay 0, they count this history.

    Args:
        rows: from `link`.
        known: see `homeintel.features.earlier.last_known`.
    """
    joined = rows.merge(known, on=["ieee_address", "path"], how="left")
    silent = joined["points"] == 0
    for name, source in (
        ("first_seen", "known_first"),
        ("last_seen", "known_last"),
        ("last_value", "known_value"),
        ("seen", "known_values"),
    ):
        joined[name] = joined[name].where(~silent, joined[source])
    return joined.drop(columns=["known_first", "known_last", "known_value", "known_values"])
