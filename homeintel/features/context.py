"""What the home's habits say about features: which devices a feature would help, and why."""

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
    context: Context = {}
    _add(context, "motion_pair", _motion_pairs(patterns, tables.entities))
    _add(context, "evening_light", _routines(_evening(patterns), tables.entities, "light"))
    _add(context, "cover_routine", _routines(patterns, tables.entities, "cover"))
    _add(context, "heating_routine", _routines(patterns, tables.entities, "climate"))
    _add(context, "wall_switch", _cut_off(tables))
    return context


def _add(context: Context, key: str, found: dict[str, str]) -> None:
    context.update({(key, address): reason for address, reason in found.items()})


def _motion_pairs(patterns: pd.DataFrame, entities: pd.DataFrame) -> dict[str, str]:
    sensors = entities.loc[entities["property"].isin(MOTION)].set_index("entity_id")["ieee_address"].to_dict()
    pairs = patterns.loc[patterns["trigger_entity_id"].isin(sensors.keys())]
    return {
        sensors[trigger]: f"A habit was found that this sensor starts: {trigger}, then {entity}."
        for trigger, entity in zip(pairs["trigger_entity_id"], pairs["entity_id"], strict=True)
    }


def _evening(patterns: pd.DataFrame) -> pd.DataFrame:
    late = (patterns["minute_of_day"] >= EVENING_MINUTE).fillna(value=False)
    return patterns.loc[(late | (patterns["sun_event"] == "sunset")) & (patterns["state"] == "on")]


def _routines(patterns: pd.DataFrame, entities: pd.DataFrame, domain: str) -> dict[str, str]:
    mine = entities.loc[entities["entity_id"].str.startswith(f"{domain}.")].merge(
        patterns[["entity_id", "state"]].drop_duplicates("entity_id"), on="entity_id"
    )
    return {
        address: f"A habit was found in which {entity} turns to {state}."
        for address, entity, state in zip(mine["ieee_address"], mine["entity_id"], mine["state"], strict=True)
    }


def _cut_off(tables: Tables) -> dict[str, str]:
    often = tables.gaps.loc[tables.gaps["unavailable"] >= CUT_OFF_TIMES]
    lights = tables.entities.loc[tables.entities["entity_id"].str.startswith("light.")].merge(often, on="entity_id")
    return {
        address: f"It lost power {times} times in the window, as when a light is switched at the wall."
        for address, times in zip(lights["ieee_address"], lights["unavailable"], strict=True)
    }
