"""Reads what the analyses need from the store: small tables whole, the big ones summarised."""

import re
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path

import duckdb
import pandas as pd

from homeintel.features.earlier import last_known, last_used, nights
from homeintel.features.observed import observe
from homeintel.features.reported import reported
from homeintel.phase import Phase
from homeintel.store import count, query


@dataclass(frozen=True)
class Tables:
    """The inputs of the feature analysis.

    Args:
        devices: the store's `devices`, without those that left.
        capabilities: their `device_capabilities`.
        entities: the store's `entities`; `excluded`: the params file keeps the entity from being read; `automated`: it
            is named in the home's automations file.
        observed: see `homeintel.features.observed.observe`.
        patterns: this run's `patterns`.
        gaps: `entity_id`, `unavailable`: how often it lost its state in the window, alone: not with Home Assistant or the bridge.
        restarts: how often Home Assistant restarted within the stored history.
        reported: see `homeintel.features.reported.reported`.
        known: see `homeintel.features.earlier.last_known`.
        last_used: see `homeintel.features.earlier.last_used`.
        nights: see `homeintel.features.earlier.nights`.
    """

    devices: pd.DataFrame
    capabilities: pd.DataFrame
    entities: pd.DataFrame
    observed: pd.DataFrame
    patterns: pd.DataFrame
    gaps: pd.DataFrame
    restarts: int
    reported: pd.DataFrame
    known: pd.DataFrame
    last_used: pd.DataFrame
    nights: pd.DataFrame


def load(phase: Phase) -> Tables:
    """Read the tables of one night.

    Raises:
        StoreError: the database can't be read.
    """
    start, end = phase.window.start, phase.window.end
    automations = phase.settings.suggestions.automations_file
    with phase.store.connect() as connection:
        return Tables(
            devices=query(connection, "SELECT * FROM devices WHERE left_at IS NULL"),
            capabilities=query(connection, _CAPABILITIES),
            entities=_entities(connection, phase.settings.events.exclude_entities, _mentioned(automations)),
            observed=observe(connection, start, end),
            patterns=query(connection, "SELECT * FROM patterns WHERE run_id = ?", [phase.run_id]),
            gaps=_gaps(connection, start, end),
            restarts=count(connection, _RESTARTS, [end]),
            reported=reported(connection, start, end),
            known=last_known(connection, end),
            last_used=last_used(connection, end),
            nights=nights(connection, end),
        )


_CAPABILITIES = """
SELECT capability.* EXCLUDE (updated_at, raw)
FROM device_capabilities AS capability JOIN devices USING (ieee_address) WHERE left_at IS NULL
"""


_RESTARTS = """
SELECT count(*) FROM gaps WHERE reason = 'restart' AND started_at < $1
AND started_at >= coalesce((SELECT min(day) FROM event_days)::TIMESTAMPTZ, TIMESTAMPTZ '-infinity')
"""


def _entities(connection: duckdb.DuckDBPyConnection, globs: list[str], mentioned: frozenset[str]) -> pd.DataFrame:
    rows = query(connection, "SELECT * FROM entities")
    excluded = [any(fnmatchcase(entity, glob) for glob in globs) for entity in rows["entity_id"]]
    return rows.assign(
        excluded=pd.Series(excluded, index=rows.index, dtype=bool), automated=rows["entity_id"].isin(mentioned)
    )


_ENTITY_ID = re.compile(r"\b[a-z_]+\.[a-z0-9_]+\b")


def _mentioned(automations: Path | None) -> frozenset[str]:
    """Return everything in the automations file that has an entity id's form; its own tags need no YAML loader."""
    if automations is None or not automations.is_file():
        return frozenset()
    return frozenset(_ENTITY_ID.findall(automations.read_text(encoding="utf-8", errors="replace")))


def _gaps(connection: duckdb.DuckDBPyConnection, start: datetime, end: datetime) -> pd.DataFrame:
    return query(connection, _GAPS, [start, end])


TOGETHER = 5
"""Lights that become unreachable in the same minute for a common reason: the bridge, not a switch at the wall."""

_GAPS = f"""
WITH unavailable AS (
    SELECT entity_id, started_at,
           count(*) FILTER (starts_with(entity_id, 'light.')) OVER (PARTITION BY date_trunc('minute', started_at)) AS lights
    FROM gaps WHERE entity_id IS NOT NULL AND reason = 'unavailable' AND started_at < $2
), restarts AS (
    SELECT started_at - INTERVAL 5 MINUTE AS since, coalesce(ended_at, started_at) + INTERVAL 5 MINUTE AS until
    FROM gaps WHERE reason = 'restart'
)
SELECT entity_id, count(*) FILTER (
    started_at >= $1 AND lights < {TOGETHER}
    AND NOT EXISTS (FROM restarts WHERE unavailable.started_at BETWEEN since AND until)) AS unavailable
FROM unavailable GROUP BY entity_id
"""
