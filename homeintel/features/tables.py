"""Reads what the analyses need from the store: small tables whole, the big ones summarised."""

from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase

import duckdb
import pandas as pd

from homeintel.features.observed import observe
from homeintel.phase import Phase
from homeintel.store import query


@dataclass(frozen=True)
class Tables:
    """The inputs of the feature analysis.

    Args:
        devices: the store's `devices`, without those that left.
        capabilities: their `device_capabilities`.
        entities: the store's `entities`; `excluded` says that the params file keeps the entity from being read.
        observed: see `homeintel.features.observed.observe`.
        patterns: this window's `patterns`.
        gaps: `entity_id`, `unavailable`: how often it was unreachable within the window.
        earlier: `window_end`, `ieee_address`, `usable`, `usefulness`, `verdict` of earlier nights.
    """

    devices: pd.DataFrame
    capabilities: pd.DataFrame
    entities: pd.DataFrame
    observed: pd.DataFrame
    patterns: pd.DataFrame
    gaps: pd.DataFrame


def load(phase: Phase) -> Tables:
    """Read the tables of one night.

    Raises:
        StoreError: the database can't be read.
    """
    start, end = phase.window.start, phase.window.end
    with phase.store.connect() as connection:
        return Tables(
            devices=query(connection, "SELECT * FROM devices WHERE left_at IS NULL"),
            capabilities=query(connection, _CAPABILITIES),
            entities=_entities(connection, phase.settings.events.exclude_entities),
            observed=observe(connection, start, end),
            patterns=query(connection, "SELECT * FROM patterns WHERE run_id = ?", [phase.run_id]),
            gaps=_gaps(connection, start, end),
        )


_CAPABILITIES = """
SELECT capability.* EXCLUDE (updated_at, raw)
FROM device_capabilities AS capability JOIN devices USING (ieee_address) WHERE left_at IS NULL
"""


def _entities(connection: duckdb.DuckDBPyConnection, globs: list[str]) -> pd.DataFrame:
    rows = query(connection, "SELECT * FROM entities")
    excluded = [any(fnmatchcase(entity, glob) for glob in globs) for entity in rows["entity_id"]]
    return rows.assign(excluded=pd.Series(excluded, index=rows.index, dtype=bool))


def _gaps(connection: duckdb.DuckDBPyConnection, start: datetime, end: datetime) -> pd.DataFrame:
    sql = """
    SELECT entity_id, count(*) AS unavailable FROM gaps
    WHERE entity_id IS NOT NULL AND reason = 'unavailable' AND started_at >= ? AND started_at < ? GROUP BY entity_id
    """
    return query(connection, sql, [start, end])
