"""The events a replay needs, as plain arrays per entity."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from homeintel.patterns.arrays import Bools, Floats

UNKNOWN_STATE = ""


@dataclass(frozen=True)
class EntityHistory:
    """The changes of one entity inside the window, in order; all arrays of one length.

    Args:
        times: Unix seconds.
        states: the state entered.
        by_person: False where an automation or a restart made the change.
    """

    times: Floats
    states: NDArray[np.object_]
    by_person: Bools

    def entries(self, state: str) -> Floats:
        """Return the times a person brought it into the state."""
        return np.asarray(self.times[(self.states == state) & self.by_person])

    def changes_to(self, state: str) -> Floats:
        """Return the times it entered the state, whoever made it; restarts left out by the loader."""
        return np.asarray(self.times[self.states == state])

    def state_at(self, moments: Floats) -> NDArray[np.object_]:
        """Return the state just before each moment; empty text before the first change."""
        if not len(self.times):
            return np.full(len(moments), UNKNOWN_STATE, dtype=object)
        position = np.searchsorted(self.times, moments, side="left") - 1
        return np.where(position >= 0, self.states[np.maximum(position, 0)], UNKNOWN_STATE)


EMPTY = EntityHistory(np.empty(0), np.empty(0, dtype=object), np.empty(0, dtype=bool))


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
    wanted = pd.DataFrame({"entity_id": sorted(set(entity_ids))}, dtype="str")
    connection.register("wanted_entities", wanted)
    try:
        rows = connection.execute(
            """SELECT entity_id, epoch_us(ts) / 1e6 AS time, state, cause NOT IN ('automation', 'restart') AS by_person
               FROM events SEMI JOIN wanted_entities USING (entity_id)
               WHERE ts >= ? AND ts < ? AND cause <> 'restart' ORDER BY entity_id, ts, state""",
            [start, end],
        ).fetchnumpy()
    finally:
        connection.unregister("wanted_entities")
    entities = np.asarray(rows["entity_id"], dtype=object)
    borders = np.flatnonzero(entities[1:] != entities[:-1]) + 1
    times, states, by_person = (
        np.split(np.asarray(rows[name], dtype=kind), borders)
        for name, kind in (("time", np.float64), ("state", object), ("by_person", np.bool_))
    )
    owners = entities[np.concatenate([[0], borders]).astype(int)] if len(entities) else []
    pieces = zip(times, states, by_person, strict=True)
    return {str(owner): EntityHistory(*piece) for owner, piece in zip(owners, pieces, strict=False)}
