"""The events a replay needs, as plain arrays per entity."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import duckdb
import numpy as np
import pandas as pd

from homeintel.patterns.arrays import Bools, Floats, Ints

UNKNOWN = -1
"""The code of a state that no change entered."""


@dataclass(frozen=True, eq=False)
class EntityHistory:
    """The changes of one entity inside the window, in order; all arrays of one length.

    Args:
        times: Unix seconds.
        codes: the state entered, by its place in `states`.
        by_person: False where an automation made the change.
        states: the texts of states -> their codes; one mapping for all entities.
    """

    times: Floats
    codes: Ints
    by_person: Bools
    states: Mapping[str, int] = field(default_factory=dict, repr=False)

    def enters(self, state: str) -> Bools:
        """Return which changes enter the state."""
        return np.asarray(self.codes == self.states.get(state, UNKNOWN))

    def entries(self, state: str) -> Floats:
        """Return the times a person brought it into the state."""
        return np.asarray(self.times[self.enters(state) & self.by_person])

    def changes_to(self, state: str) -> Floats:
        """Return the times it entered the state, whoever made it."""
        return np.asarray(self.times[self.enters(state)])

    def leaves(self, state: str) -> Floats:
        """Return the times it entered another state."""
        return np.asarray(self.times[~self.enters(state)])

    def holds(self, state: str, moments: Floats) -> Bools:
        """Return whether it was in the state just before each moment; False before the first change."""
        if not len(self.times):
            return np.zeros(len(moments), dtype=bool)
        position = np.searchsorted(self.times, moments, side="left") - 1
        return np.asarray((position >= 0) & self.enters(state)[np.maximum(position, 0)])


EMPTY = EntityHistory(np.empty(0), np.empty(0, dtype=np.int64), np.empty(0, dtype=bool))


def load_histories(
    connection: duckdb.DuckDBPyConnection, entity_ids: Iterable[str], start: datetime, end: datetime
) -> Mapping[str, EntityHistory]:
    """Return the changes of some entities by entity id; entities without events are not in it.

    Changes that a restart made are left out: nobody did them, and the state before them still held.

    Args:
        connection: the store, session in UTC.
        entity_ids: which entities; the rest of the table is not read into memory.
        start: inclusive.
        end: exclusive.
    """
    entities = sorted(set(entity_ids))
    wanted = pd.DataFrame({"entity_id": pd.Series(entities, dtype="str"), "entity": np.arange(len(entities))})
    connection.register("wanted_entities", wanted)
    try:
        found = connection.execute(
            "SELECT DISTINCT state FROM events SEMI JOIN wanted_entities USING (entity_id) ORDER BY state"
        ).fetchall()
        states = {state: code for code, (state,) in enumerate(found)}
        known = pd.DataFrame({"state": pd.Series(list(states), dtype="str"), "code": np.arange(len(states))})
        connection.register("wanted_states", known)
        rows = connection.execute(_CHANGES, [start, end]).fetchnumpy()
    finally:
        connection.unregister("wanted_entities")
        connection.unregister("wanted_states")
    time, code, by_person = (np.asarray(rows[name]) for name in ("time", "code", "by_person"))
    borders = np.searchsorted(np.asarray(rows["entity"]), np.arange(len(entities) + 1))
    return {
        entity: EntityHistory(time[first:last], code[first:last], by_person[first:last], states)
        for entity, first, last in zip(entities, borders[:-1], borders[1:], strict=True)
        if last > first
    }


# States travel as codes: a text object for each of a million changes would take a hundred megabytes.
_CHANGES = """
SELECT entity::INTEGER AS entity, epoch_us(ts) / 1e6 AS time, code::SMALLINT AS code, cause <> 'automation' AS by_person
FROM events JOIN wanted_entities USING (entity_id) JOIN wanted_states USING (state)
WHERE ts >= ? AND ts < ? AND cause <> 'restart' ORDER BY entity, ts, code
"""
