"""Reads what phase 5 works on: the patterns, anomalies and unused features of this run, else the newest stored ones."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import duckdb
import pandas as pd

from homeintel.errors import SuggestionError
from homeintel.phase import Phase, PhaseName
from homeintel.store import query
from homeintel.suggestions.aftermath import automated_ids
from homeintel.suggestions.lingering import lingering
from homeintel.suggestions.memory import Memory, load_memory
from homeintel.suggestions.names import Names, load_names
from homeintel.suggestions.opportunities import rank_anew, stored_opportunities
from homeintel.suggestions.own_automations import OwnAutomations, read_automations
from homeintel.suggestions.pattern_row import PatternRow, pattern_rows


@dataclass(frozen=True)
class Material:
    """The inputs of the night's suggestions.

    Args:
        patterns: rows of `patterns`, by id, then those that linger from earlier nights.
        automated: ids of patterns that a machine carries out: seen in the events, or in the home's file.
        anomalies: rows of `anomalies`.
        opportunities: unused features worth telling; see `homeintel.features.opportunities.rank_opportunities`.
        names: what people call their entities.
        battery_devices: addresses of devices on a battery.
        device_names: what people call their devices.
        members: a group's address -> the addresses of its members.
        memory: what earlier nights showed, what the person answered.
        own: the home's own automations, where given.
        missing: a sentence for each input that is old or missing.
        notes: what the reader should know besides, such as answers that could not be understood.
        absent: sources (`patterns`, `features`) that gave nothing tonight: what they once gave is not resolved.
    """

    patterns: tuple[PatternRow, ...]
    automated: frozenset[str]
    anomalies: pd.DataFrame
    opportunities: pd.DataFrame
    names: Names
    battery_devices: frozenset[str]
    device_names: tuple[str, ...]
    members: Mapping[str, frozenset[str]]
    memory: Memory
    own: OwnAutomations = field(default_factory=OwnAutomations)
    missing: tuple[str, ...] = ()
    absent: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Source:
    """Where one input comes from: a run, whether that is another night's, and what the reader should know of it."""

    run_id: str | None
    old: bool
    sentence: str


def load(phase: Phase, problems: Sequence[str] = ()) -> Material:
    """Read the night's material.

    Args:
        phase: the night.
        problems: what was wrong with answers from a file; see `homeintel.suggestions.phase.take_feedback`.

    Raises:
        SuggestionError: neither patterns nor features were ever stored.
        StoreError: the database can't be read.
    """
    with phase.store.connect() as connection:
        patterns = _source(connection, phase, "patterns", _PATTERN_RUNS)
        features = _source(connection, phase, "features", "SELECT DISTINCT run_id FROM device_feature_usage")
        if patterns.run_id is None and features.run_id is None:
            raise SuggestionError(
                "There is nothing to make suggestions from: neither patterns nor features have ever been stored.",
                kept="Answers and earlier suggestions are kept.",
                next_step="Mend phases 1 to 4 first; `homeintel doctor` says what they lack.",
            )
        devices = query(
            connection, "SELECT ieee_address, friendly_name, base_topic, power_source, members FROM devices"
        )
        own = read_automations(phase.settings.suggestions.automations_file)
        rows = pattern_rows(_rows(connection, "patterns", patterns.run_id))
        memory = load_memory(connection, phase.run_id, phase.window.end)
        if not patterns.old:
            rows += lingering(connection, phase.window, memory.open_patterns, rows)
        material = Material(
            patterns=tuple(rows),
            automated=automated_ids(rows, own),
            anomalies=_rows(connection, "anomalies", patterns.run_id),
            opportunities=stored_opportunities(connection, features.run_id),
            names=load_names(query(connection, "SELECT * FROM entities"), devices),
            battery_devices=frozenset(devices.loc[devices["power_source"] == "Battery", "ieee_address"]),
            members=_members(devices),
            device_names=tuple(devices["friendly_name"]),
            memory=memory,
            own=own,
            missing=tuple(text for text in (patterns.sentence, features.sentence, own.problem) if text),
            notes=tuple(problems),
            absent=frozenset(name for name, source in (("patterns", patterns), ("features", features)) if source.old),
        )
    if features.run_id is None or len(material.opportunities):
        return material
    return replace(material, opportunities=rank_anew(phase))


_PATTERN_RUNS = """
SELECT DISTINCT run_id FROM patterns
UNION SELECT run_id FROM detection_funnel WHERE detector <> 'suggestions'
UNION SELECT run_id FROM anomalies
"""


def _source(connection: duckdb.DuckDBPyConnection, phase: Phase, name: PhaseName, runs: str) -> _Source:
    """Return the run an input is taken from: this one, else the newest stored of an earlier night."""
    status, reason = phase.earlier.get(name, ("succeeded", ""))
    row = connection.execute(
        f"""SELECT run_id, window_end FROM ({runs}) LEFT JOIN job_runs USING (run_id)
        ORDER BY run_id = ? DESC, window_end <= ? DESC NULLS LAST, window_end DESC NULLS LAST LIMIT 1""",
        [phase.run_id, phase.window.end],
    ).fetchone()
    if row is None:
        return _Source(None, True, f"No {name} were ever stored.")
    missed = status in ("failed", "skipped")
    if missed or (row[0] != phase.run_id and row[1] != phase.window.end):
        night = f"the night of {row[1].astimezone(phase.window.zone):%Y-%m-%d}" if row[1] else "an earlier night"
        return _Source(row[0], True, f"The {name} are those of {night}.")
    return _Source(row[0], False, f"Phase {name} was {status}: {reason}".strip() if status == "degraded" else "")


def _members(devices: pd.DataFrame) -> dict[str, frozenset[str]]:
    groups = devices[devices["members"].notna()]
    return {
        address: frozenset(
            str(one.get("ieee_address")) if isinstance(one, dict) else str(one) for one in json.loads(text)
        )
        for address, text in zip(groups["ieee_address"], groups["members"], strict=True)
    }


def _rows(connection: duckdb.DuckDBPyConnection, table: str, run_id: str | None) -> pd.DataFrame:
    return query(connection, f"SELECT * FROM {table} WHERE run_id IS NOT DISTINCT FROM ?", [run_id])
