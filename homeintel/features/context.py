"""What the home's habits say about features: which devices a feature would help, and why."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from homeintel.features.tables import Tables

EVENING_MINUTE = 17 * 60
"""Minute of the local day from which a routine counts as an evening's."""

CUT_OFF_TIMES = 3
"""Times a light must have been unreachable within the window before it counts as switched off at the wall."""

MOTION = frozenset({"occupancy", "presence", "motion"})
"""Properties by which a sensor says that a person is there."""

Context = dict[tuple[str, str], str]
"""(key, ieee_address) -> a sentence that says why; the keys are what the catalogue's `helps` may name."""

KEYS = ("motion_pair", "evening_light", "wall_switch", "cover_routine", "heating_routine")


def find_context(tables: Tables) -> Context:
    """Return for which devices which findings of this window speak for a feature, with the reason."""
    patterns = tables.patterns.loc[~tables.patterns["already_automated"].astype(bool)]
    found = {
        "motion_pair": _motion_pairs(patterns, tables.entities),
        "evening_light": _routines(_evening(patterns), tables.entities, "light"),
        "cover_routine": _routines(patterns, tables.entities, "cover"),
        "heating_routine": _routines(patterns, tables.entities, "climate"),
        "wall_switch": _cut_off(tables),
    }
    return {(key, address): reason for key, reasons in found.items() for address, reason in reasons.items()}


def _motion_pairs(patterns: pd.DataFrame, entities: pd.DataFrame) -> dict[str, str]:
    sensors = entities.loc[entities["property"].isin(MOTION)]
    devices = dict(zip(sensors["entity_id"], sensors["ieee_address"], strict=True))
    return {
        devices[trigger]: f"A habit was found that starts with {trigger}: {entity} turns {state}."
        for trigger, entity, state in _rows(patterns, "trigger_entity_id", "entity_id", "state")
        if trigger in devices
    }


def _evening(patterns: pd.DataFrame) -> pd.DataFrame:
    late = (patterns["minute_of_day"] >= EVENING_MINUTE).fillna(value=False)
    return patterns.loc[(late | (patterns["sun_event"] == "sunset")) & (patterns["state"] == "on")]


def _routines(patterns: pd.DataFrame, entities: pd.DataFrame, domain: str) -> dict[str, str]:
    devices = dict(zip(entities["entity_id"], entities["ieee_address"], strict=True))
    return {
        devices[entity]: f"A habit was found in which {entity} turns {state}."
        for entity, state in _rows(patterns, "entity_id", "state")
        if entity.startswith(f"{domain}.") and entity in devices
    }


def _cut_off(tables: Tables) -> dict[str, str]:
    entities = tables.entities
    devices = dict(zip(entities["entity_id"], entities["ieee_address"], strict=True))
    return {
        devices[
            entity
        ]: f"{entity} lost its power {times} times in the window, as a light does that is switched at the wall."
        for entity, times in _rows(tables.gaps, "entity_id", "unavailable")
        if times >= CUT_OFF_TIMES and entity.startswith("light.") and entity in devices
    }


def _rows(table: pd.DataFrame, *columns: str) -> Iterator[tuple[Any, ...]]:
    return table[list(columns)].itertuples(index=False, name=None)
