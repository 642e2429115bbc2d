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

MINUTES_OF_DAY = 1440

Context = dict[tuple[str, str], str]
"""(key, ieee_address) -> a sentence that says why; the keys are what the catalogue's `helps` may name."""

KEYS = ("motion_pair", "evening_light", "wall_switch", "cover_routine", "heating_routine")


def find_context(tables: Tables) -> Context:
    """Return for which devices which findings of this window speak for a feature, with the reason."""
    habits = tables.patterns.loc[~tables.patterns["already_automated"].astype(bool)]
    owners = _Owners(tables)
    found = {
        "motion_pair": _motion_pairs(habits, tables.entities, owners),
        "evening_light": _routines(_evening(habits), owners, "light"),
        "cover_routine": _routines(habits, owners, "cover"),
        "heating_routine": _routines(habits, owners, "climate"),
        "wall_switch": _cut_off(tables, owners),
    }
    return {(key, address): reason for key, reasons in found.items() for address, reason in reasons.items()}


class _Owners:
    """Whose entity is whose, and what people call it."""

    def __init__(self, tables: Tables) -> None:
        self.of = dict(zip(tables.entities["entity_id"], tables.entities["ieee_address"], strict=True))
        names = dict(zip(tables.devices["ieee_address"], tables.devices["friendly_name"], strict=True))
        self._names = {entity: names.get(address, entity) for entity, address in self.of.items()}

    def name(self, entity: str) -> str:
        """Return the name of the entity's device; the id where no device is known."""
        return str(self._names.get(entity, entity))


def _motion_pairs(habits: pd.DataFrame, entities: pd.DataFrame, owners: _Owners) -> dict[str, str]:
    sensors = set(entities.loc[entities["property"].isin(MOTION), "entity_id"])
    reasons = {}
    for habit in _records(habits):
        trigger = habit["trigger_entity_id"]
        if trigger in sensors:
            reasons[owners.of[trigger]] = (
                f"A habit starts with it: when {owners.name(trigger)} notices somebody, {owners.name(habit['entity_id'])} "
                f"is {_brought(habit['state'])} ({_counted(habit)} times)."
            )
    return reasons


def _evening(habits: pd.DataFrame) -> pd.DataFrame:
    late = (habits["minute_of_day"] >= EVENING_MINUTE).fillna(value=False)
    return habits.loc[(late | (habits["sun_event"] == "sunset")) & (habits["state"] == "on")]


def _routines(habits: pd.DataFrame, owners: _Owners, domain: str) -> dict[str, str]:
    reasons = {}
    for habit in _records(habits):
        entity = habit["entity_id"]
        if entity.startswith(f"{domain}.") and entity in owners.of and not isinstance(habit["trigger_entity_id"], str):
            reasons[owners.of[entity]] = (
                f"A habit has to do with it: {owners.name(entity)} is {_brought(habit['state'])}{_when(habit)} "
                f"(on {_counted(habit)} days)."
            )
    return reasons


def _brought(state: str) -> str:
    return f"turned {state}" if state in {"on", "off"} else f"set to {state}"


def _when(habit: dict[str, Any]) -> str:
    """Return when a routine happens, in local time, with a leading space; nothing where it has no time."""
    if isinstance(habit["sun_event"], str):
        offset = habit["offset_minutes"]
        near = pd.isna(offset) or abs(offset) < 1
        return f" at {habit['sun_event']}" if near else f" {_beside(float(offset))} {habit['sun_event']}"
    if pd.isna(habit["minute_of_day"]):
        return ""
    hour, minute = divmod(round(float(habit["minute_of_day"])) % MINUTES_OF_DAY, 60)
    return f" around {hour:02}:{minute:02}"


def _beside(offset: float) -> str:
    return f"{abs(offset):.0f} minutes {'after' if offset > 0 else 'before'}"


def _counted(habit: dict[str, Any]) -> str:
    return f"{habit['occurrences']:.0f} of {habit['opportunities']:.0f}"


def _cut_off(tables: Tables, owners: _Owners) -> dict[str, str]:
    return {
        owners.of[entity]: f"{owners.name(entity)} was without power {times} times in the window, as a light is that "
        "people switch at the wall."
        for entity, times in zip(tables.gaps["entity_id"], tables.gaps["unavailable"], strict=True)
        if times >= CUT_OFF_TIMES and entity.startswith("light.") and entity in owners.of
    }


def _records(habits: pd.DataFrame) -> Iterator[dict[str, Any]]:
    columns = ["entity_id", "state", "trigger_entity_id", "minute_of_day", "sun_event", "offset_minutes", "occurrences",
               "opportunities"]  # fmt: skip
    for values in habits[columns].itertuples(index=False, name=None):
        yield dict(zip(columns, values, strict=True))
