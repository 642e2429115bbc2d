"""Rows of the recorder become the tables of the contract."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from homeintel.events.domains import ATTRIBUTE_DOMAINS
from homeintel.events.source import RUNS, TS
from homeintel.events.tables import as_states

Row = Sequence[Any]

_AT_ONCE = 500
"""Attribute texts asked for in one query; SQLite takes at most 999 parameters in old versions."""

_RUN_KINDS = {"automation_triggered": "automation", "script_started": "script"}


class Attributes:
    """The attribute texts that states share, cut down to what is wanted: a light's list of effects is long and constant.

    Args:
        connection: the recorder's.
        entities: the entity of each `metadata_id`.
        wanted: names of the attributes that are wanted.
    """

    def __init__(self, connection: sqlite3.Connection, entities: Mapping[int, str], wanted: frozenset[str]) -> None:
        self._connection = connection
        self._wanted = wanted
        self._rich = {key for key, name in entities.items() if name.split(".")[0] in ATTRIBUTE_DOMAINS}

    def of(self, rows: Sequence[Row]) -> list[str | None]:
        """Return the attributes of each state row as a JSON object; None where none matters."""
        needed = sorted({row[3] for row in rows if row[1] in self._rich and row[3] is not None})
        texts = {key: self._cut(text) for key, text in self._fetch(needed)}
        return [texts.get(row[3]) if row[1] in self._rich else None for row in rows]

    def _fetch(self, needed: Sequence[int]) -> Iterator[tuple[int, str]]:
        for first in range(0, len(needed), _AT_ONCE):
            some = needed[first : first + _AT_ONCE]
            marks = ", ".join("?" * len(some))
            yield from self._connection.execute(
                f"SELECT attributes_id, shared_attrs FROM state_attributes WHERE attributes_id IN ({marks})", some
            )

    def _cut(self, text: str | None) -> str | None:
        try:
            held = json.loads(text or "{}")
        except ValueError:
            return None
        if not isinstance(held, dict):
            return None
        kept = {name: value for name, value in held.items() if name in self._wanted and value is not None}
        return json.dumps(kept, separators=(",", ":")) if kept else None


def states_table(rows: Sequence[Row], entities: Mapping[int, str], attributes: Sequence[str | None]) -> pa.Table:
    """Return `STATES` of rows (seconds, metadata_id, state, attributes_id, three contexts); unknown entities are left out."""
    seconds, keys, states, _, ids, users, parents = zip(*rows, strict=True)
    table = pa.table(
        {
            "ts": moments(seconds),
            "entity_id": pa.array([entities.get(key) for key in keys], pa.string()),
            "state": pa.array(states, pa.string()),
            "attributes": pa.array(attributes, pa.string()),
            "context_id": pa.array(ids, pa.string()),
            "context_user_id": pa.array(users, pa.string()),
            "context_parent_id": pa.array(parents, pa.string()),
        }
    )
    return as_states(table.filter(table["entity_id"].is_valid()))


def runs_table(rows: Sequence[Row]) -> pa.Table:
    """Return `RUNS` of rows (seconds, event_type, JSON, context id, user id)."""
    found = [run for row in rows for run in _runs(row)]
    columns = list(zip(*found, strict=True)) if found else [()] * 5
    seconds, entities, kinds, ids, targets = columns
    arrays = [moments(seconds), *(pa.array(column, pa.string()) for column in (entities, kinds, ids, targets))]
    return pa.table(arrays, schema=RUNS)


def moments(seconds: Sequence[float]) -> pa.Array:
    """Return Unix seconds as times; a float holds microseconds until the year 2255."""
    return pa.array(np.rint(np.asarray(seconds, dtype=np.float64) * 1e6).astype(np.int64)).cast(TS)


def _runs(row: Row) -> Iterator[tuple[float, str | None, str, str | None, str | None]]:
    seconds, event_type, text, context_id, user_id = row
    if event_type.startswith("homeassistant_"):
        yield seconds, None, "start" if event_type == "homeassistant_start" else "stop", None, None
        return
    try:
        data = json.loads(text or "{}")
    except ValueError:
        return
    if event_type in _RUN_KINDS:
        yield seconds, str(data.get("entity_id") or "") or None, _RUN_KINDS[event_type], context_id, None
        return
    for target in _targets(data.get("service_data")):
        yield seconds, None, "person" if user_id else "call", context_id, target


def _targets(service_data: object) -> Iterator[str]:
    """Yield the entities a service was called for; areas and devices are not resolved."""
    named = service_data.get("entity_id") if isinstance(service_data, dict) else None
    for name in named if isinstance(named, list) else [named]:
        if isinstance(name, str) and "." in name:
            yield name
