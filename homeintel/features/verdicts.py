"""The verdict about every capability: used, constant, never_seen, not_observable or unsupported."""

import json

import numpy as np
import pandas as pd

from homeintel.features.configuration import Configuration, read_configuration
from homeintel.features.links import link

VERDICTS = ("used", "constant", "never_seen", "not_observable", "unsupported")

STATE, SET = 1, 2
"""Bits of Zigbee2MQTT's `access`: published in the state; can be set (docs, guide/usage/exposes)."""


def judge(
    devices: pd.DataFrame, capabilities: pd.DataFrame, entities: pd.DataFrame, observed: pd.DataFrame
) -> pd.DataFrame:
    """Return one row per capability with its verdict.

    What was seen wins over what should be possible: a write-only property that Home Assistant shows changing is used.
    `never_seen` needs an entity whose id is certain, that is enabled and recorded, and that stayed silent; any doubt
    about that is `not_observable`, with the reason. An option of Zigbee2MQTT is read from its configuration: set is
    `used`, left alone is `constant` (its default).

    Args:
        devices: the store's `devices`.
        capabilities: the store's `device_capabilities`.
        entities: the store's `entities` with a column `excluded`.
        observed: see `homeintel.features.observed.observe`.

    Returns:
        The columns of `capabilities` and of `homeintel.features.links.link`, plus settable, verdict and reason (a key of
        `homeintel.features.reasons.REASONS`, or None). In the order of `capabilities`.
    """
    rows = link(capabilities, entities, observed)
    configuration = read_configuration(devices)
    rows["settable"] = (rows["access"].astype("int64") & SET) > 0
    conditions = _conditions(rows, devices, entities, observed, configuration)
    choices = [verdict for _, verdict, _ in conditions]
    reasons = [reason for *_, reason in conditions]
    masks = [np.asarray(mask, dtype=bool) for mask, *_ in conditions]
    rows["verdict"] = np.select(masks, choices, default="never_seen") if len(rows) else pd.Series(dtype=str)
    rows["reason"] = pd.Series(np.select(masks, reasons, default="") if len(rows) else [], dtype=object)
    rows["reason"] = rows["reason"].where(rows["reason"] != "", None)
    return rows


def _conditions(
    rows: pd.DataFrame,
    devices: pd.DataFrame,
    entities: pd.DataFrame,
    observed: pd.DataFrame,
    configuration: Configuration,
) -> list[tuple[pd.Series, str, str]]:
    """Return (which rows, verdict, reason) in the order in which they decide."""
    option = rows["origin"] == "option"
    disabled = set(devices.loc[devices["disabled"].astype(bool), "ieee_address"])
    keys = pd.Series(list(zip(rows["ieee_address"], rows["property"], strict=True)), index=rows.index, dtype=object)
    known = rows["entity_id"].notna()
    return [
        (option & ~rows["ieee_address"].isin(configuration.known), "not_observable", "configuration_unknown"),
        (option & keys.isin(configuration.options), "used", ""),
        (option, "constant", ""),
        (rows["changes"] > 0, "used", ""),
        (rows["points"] > 0, "constant", ""),
        (rows["ieee_address"].isin(disabled), "not_observable", "device_disabled"),
        (keys.isin(configuration.filtered), "not_observable", "filtered"),
        (rows["name"] == "action", "not_observable", "press"),
        ((rows["access"].astype("int64") & STATE) == 0, "not_observable", "write_only"),
        (~known & _inside_composite(rows), "not_observable", "no_control"),
        (~known, "not_observable", "no_entity"),
        (~rows["enabled"], "not_observable", "entity_disabled"),
        (rows["excluded"], "not_observable", "excluded"),
        (pd.Series(len(observed) == 0, index=rows.index), "not_observable", "no_history"),
        (rows["source"] == "guessed", "not_observable", "guessed"),
        (~rows["component"].isin(_domains(observed)), "not_observable", "domain_silent"),
        (_perhaps_renamed(rows, entities, observed), "not_observable", "perhaps_renamed"),
    ]


def _inside_composite(rows: pd.DataFrame) -> pd.Series:
    return rows["kind"].eq("list") | rows["path"].str.count("/").gt(0)


def _domain(entity: str) -> str:
    return entity.split(".", 1)[0]


def _domains(observed: pd.DataFrame) -> set[str]:
    return {_domain(entity) for entity in observed["entity_id"]}


def _perhaps_renamed(rows: pd.DataFrame, entities: pd.DataFrame, observed: pd.DataFrame) -> pd.Series:
    """Return which silent entities may be recorded under a name that only Home Assistant's registry knows."""
    if (entities["source"] == "registry").any():
        return pd.Series(data=False, index=rows.index)
    strangers = observed.loc[(observed["attribute"] == "") & ~observed["entity_id"].isin(entities["entity_id"])]
    seen: dict[str, list[list[str]]] = {}
    for entity, values in zip(strangers["entity_id"], strangers["seen"], strict=True):
        seen.setdefault(_domain(entity), []).append(list(values))
    return pd.Series(
        [
            any(_fits(values, kind, possible) for values in seen.get(component, ()))
            for component, kind, possible in zip(rows["component"], rows["kind"], rows["values"], strict=True)
        ],
        index=rows.index,
        dtype=bool,
    )


def _fits(values: list[str], kind: str, possible: str | None) -> bool:
    """Whether a series of these values could be this capability's."""
    if kind != "enum" or not isinstance(possible, str):
        return True
    return {str(value) for value in values} <= {str(value) for value in json.loads(possible)}
