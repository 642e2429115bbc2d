"""The verdict about every capability: used, constant, never_seen, not_observable or unsupported."""

import json
from typing import Any

import numpy as np
import pandas as pd

from homeintel.features.catalogue import Catalogue
from homeintel.features.configuration import Configuration, read_configuration
from homeintel.features.features import split
from homeintel.features.links import link, recall
from homeintel.features.reported import with_reported
from homeintel.features.tables import Tables
from homeintel.features.units import in_device_units

VERDICTS = ("used", "constant", "never_seen", "not_observable", "unsupported")

STATE, SET = 1, 2
"""Bits of Zigbee2MQTT's `access`: published in the state; can be set (docs, guide/usage/exposes)."""


NOTHING = Catalogue()


def judge(tables: Tables, catalogue: Catalogue = NOTHING) -> pd.DataFrame:
    """Return one row per capability with its verdict.

    What was seen wins over what should be possible: a write-only property that Home Assistant shows changing is used, and
    a setting that the device's retained state shows is known though no entity carries it.
    `never_seen` needs an entity whose id is certain, that is enabled, and that stayed silent without a sign that it is
    not recorded; any doubt about that is `not_observable`, with the reason. `unsupported`: the device has never told it
    (its retained state holds null, or Home Assistant never had a state for it) while it told other things. An option of
    Zigbee2MQTT is read from its configuration: set is `used`, left alone is `constant` (its default).

    Args:
        tables: the night's input: devices, capabilities, entities, observed, gaps, known, reported.
        catalogue: knows which settable things are controls of daily life, see `homeintel.features.reported`.

    Returns:
        The columns of `capabilities`, of `homeintel.features.links.link` and of `homeintel.features.reported.with_reported`,
        plus settable, verdict and reason (a key of `homeintel.features.reasons.REASONS`, or None). In the order of
        `capabilities`. Of a value that only an earlier night saw, first_seen, last_seen, last_value and seen are that
        night's. The causes (person, automation, device, unknown) add up to changes.
    """
    linked = in_device_units(link(tables.capabilities, tables.entities, tables.observed))
    rows = recall(linked, tables.known)
    rows["settable"] = (rows["access"].astype("int64") & SET) > 0
    rows = _with_causes(with_reported(rows, tables.reported, catalogue))
    conditions = _conditions(rows, tables)
    masks = [np.asarray(mask, dtype=bool) for mask, *_ in conditions]
    rows["verdict"] = _first(masks, [verdict for _, verdict, _ in conditions], "never_seen", rows)
    reasons = _first(masks, [reason for *_, reason in conditions], "", rows)
    rows["reason"] = reasons.where(reasons != "", None)
    return rows


CAUSES = ("person", "automation", "device", "unknown")


def _with_causes(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows with every change put down to somebody.

    The history keeps causes of states only. A change of an attribute or a number is the device's own where nobody can set
    it, else nobody knows whose.
    """
    rest = (rows["changes"] - rows[list(CAUSES)].sum(axis=1)).clip(lower=0)
    unknown = rows["unknown"] + rest.where(rows["settable"], 0)
    return rows.assign(device=rows["device"] + rest.where(~rows["settable"], 0), unknown=unknown)


def _first(masks: list[Any], choices: list[str], default: str, rows: pd.DataFrame) -> "pd.Series[Any]":
    """Return for each row the choice of the first mask that holds."""
    chosen: Any = np.select(masks, choices, default=default) if len(rows) else []
    return pd.Series(chosen, index=rows.index, dtype=object)


def _conditions(rows: pd.DataFrame, tables: Tables) -> list[tuple["pd.Series[bool]", str, str]]:
    """Return (which rows, verdict, reason) in the order in which they decide."""
    configuration = read_configuration(tables.devices)
    option = rows["origin"] == "option"
    disabled = tables.devices.loc[tables.devices["disabled"].astype(bool), "ieee_address"]
    pairs = zip(rows["ieee_address"], rows["property"], strict=True)
    filtered = pd.Series([configuration.filtered(*pair) for pair in pairs], index=rows.index, dtype=bool)
    known = rows["entity_id"].notna()
    return [
        (option & ~rows["ieee_address"].isin(configuration.known), "not_observable", "configuration_unknown"),
        (option & _set_options(rows, configuration), "used", ""),
        (option, "constant", ""),
        (rows["changes"] > 0, "used", ""),
        (rows["points"] > 0, "constant", ""),
        (rows["ieee_address"].isin(disabled), "not_observable", "device_disabled"),
        (filtered, "not_observable", "filtered"),
        (rows["name"] == "action", "not_observable", "press"),
        (_told_null(rows), "unsupported", "told_null"),
        ((rows["access"].astype("int64") & STATE) == 0, "not_observable", "write_only"),
        (rows["lasting"], "constant", ""),
        (~known & _without_control(rows, tables.entities), "not_observable", "no_control"),
        (~known, "not_observable", "no_entity"),
        (~rows["enabled"], "not_observable", "entity_disabled"),
        (rows["excluded"], "not_observable", "excluded"),
        (rows["component"] == "button", "not_observable", "button"),
        (rows["last_seen"].notna(), "constant", ""),
        (_always_null(rows, tables), "unsupported", "no_state"),
        (pd.Series(tables.observed.empty, index=rows.index), "not_observable", "no_history"),
        (rows["source"] == "guessed", "not_observable", "guessed"),
        (~rows["component"].isin(_domains(tables.observed)), "not_observable", "domain_silent"),
        (_perhaps_renamed(rows, tables), "not_observable", "perhaps_renamed"),
        (rows["told"] & rows["told_value"].notna(), "not_observable", "told_only"),
        (_left_out(rows, tables), "not_observable", "not_recorded"),
    ]


def _set_options(rows: pd.DataFrame, configuration: Configuration) -> "pd.Series[bool]":
    """Return which options are set; a composite option is when any part of it is."""
    names = [path.split("/")[0].split("#")[0] for path in rows["path"]]
    keys = list(zip(rows["ieee_address"], names, strict=True))
    return pd.Series([key in configuration.options for key in keys], index=rows.index, dtype=bool)


def _at_work(rows: pd.DataFrame, tables: Tables) -> "pd.Series[bool]":
    """Return which rows belong to a device that works: something of it was recorded or told, or Zigbee2MQTT says it is online."""
    recorded = set(rows.loc[(rows["points"] > 0) | rows["told_value"].notna(), "ieee_address"])
    online = set(tables.devices.loc[tables.devices["available"].fillna(value=False).astype(bool), "ieee_address"])
    return rows["ieee_address"].isin(recorded | online)


def _told_null(rows: pd.DataFrame) -> "pd.Series[bool]":
    """Return which properties the retained state holds as null, of devices that told or showed something else."""
    published = (rows["access"].astype("int64") & STATE) > 0
    talking = set(rows.loc[(rows["points"] > 0) | rows["told_value"].notna(), "ieee_address"])
    null = rows["told"] & rows["told_value"].isna()
    return null & published & rows["last_seen"].isna() & rows["ieee_address"].isin(talking)


def _always_null(rows: pd.DataFrame, tables: Tables) -> "pd.Series[bool]":
    """Return which silent entities were recorded as having no state although their device works."""
    return rows["entity_id"].isin(tables.gaps["entity_id"]) & _at_work(rows, tables)


def _without_control(rows: pd.DataFrame, entities: pd.DataFrame) -> "pd.Series[bool]":
    """Return which properties Home Assistant makes nothing of: composites, lists, and what an announced device left out."""
    announced = entities.loc[entities["source"] != "guessed", "ieee_address"]
    inside = pd.Series([split(path).composite is not None for path in rows["path"]], index=rows.index, dtype=bool)
    return inside | rows["kind"].eq("list") | rows["ieee_address"].isin(announced)


def _domain(entity: str) -> str:
    return entity.split(".", 1)[0]


def _domains(observed: pd.DataFrame) -> set[str]:
    return {_domain(entity) for entity in observed["entity_id"]}


def _left_out(rows: pd.DataFrame, tables: Tables) -> "pd.Series[bool]":
    """Return which silent entities belong to a device that works although Home Assistant restarted meanwhile.

    A restart writes the state of every entity anew. One that stays silent then has none, or is kept out of the history
    by a filter that can't be seen from here; that nobody used it does not follow.
    """
    return _at_work(rows, tables) & (tables.restarts > 0)


def _perhaps_renamed(rows: pd.DataFrame, tables: Tables) -> "pd.Series[bool]":
    """Return which silent entities may be recorded under a name that only Home Assistant's registry knows."""
    if (tables.entities["source"] == "registry").any():
        return pd.Series(data=False, index=rows.index)
    strangers = _strangers(tables)
    columns = zip(rows["component"], rows["attribute"], rows["kind"], rows["values"], strict=True)
    return pd.Series(
        [
            any(isinstance(attribute, str) or _fits(shown, kind, possible) for shown in strangers.get(component, ()))
            for component, attribute, kind, possible in columns
        ],
        index=rows.index,
        dtype=bool,
    )


def _strangers(tables: Tables) -> dict[str, list[list[str]]]:
    """Return what the recorded entities that nobody announced showed, by domain; of some only that they have no state."""
    states = tables.observed.loc[tables.observed["attribute"] == ""]
    shown = {entity: list(values) for entity, values in zip(states["entity_id"], states["seen"], strict=True)}
    recorded: dict[str, list[str]] = {entity: [] for entity in tables.gaps["entity_id"]} | shown
    found: dict[str, list[list[str]]] = {}
    for entity in recorded.keys() - set(tables.entities["entity_id"]):
        found.setdefault(_domain(entity), []).append(recorded[entity])
    return found


def _fits(values: list[str], kind: str, possible: str | None) -> bool:
    """Whether a state that showed these values could be this capability's."""
    if kind != "enum" or not isinstance(possible, str):
        return True
    return {str(value) for value in values} <= {str(value) for value in json.loads(possible)}
