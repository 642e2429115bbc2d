"""Recorder databases of several schemas, made from the columns Home Assistant's models document."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

_COMMON = """
CREATE TABLE states_meta (metadata_id INTEGER PRIMARY KEY, entity_id VARCHAR(255));
CREATE TABLE state_attributes (attributes_id INTEGER PRIMARY KEY, hash BIGINT, shared_attrs TEXT);
CREATE TABLE event_types (event_type_id INTEGER PRIMARY KEY, event_type VARCHAR(64));
CREATE TABLE event_data (data_id INTEGER PRIMARY KEY, hash BIGINT, shared_data TEXT);
CREATE TABLE schema_changes (change_id INTEGER PRIMARY KEY, schema_version INTEGER, changed DATETIME);
CREATE TABLE recorder_runs (run_id INTEGER PRIMARY KEY, start DATETIME, "end" DATETIME, closed_incorrect BOOLEAN, created DATETIME);
CREATE TABLE events (event_id INTEGER PRIMARY KEY, event_type {legacy}, event_data {legacy}, origin {legacy}, origin_idx SMALLINT,
    time_fired {legacy}, time_fired_ts FLOAT, context_id {legacy}, context_user_id {legacy}, context_parent_id {legacy},
    data_id INTEGER, context_id_bin BLOB, context_user_id_bin BLOB, context_parent_id_bin BLOB, event_type_id INTEGER);
CREATE TABLE states (state_id INTEGER PRIMARY KEY, entity_id {legacy}, state VARCHAR(255), attributes {legacy}, event_id SMALLINT,
    last_changed {legacy}, last_changed_ts FLOAT, {reported} last_updated {legacy}, last_updated_ts FLOAT, old_state_id INTEGER,
    attributes_id INTEGER, context_id {legacy}, context_user_id {legacy}, context_parent_id {legacy}, origin_idx SMALLINT,
    context_id_bin BLOB, context_user_id_bin BLOB, context_parent_id_bin BLOB, metadata_id INTEGER);
CREATE INDEX ix_states_last_updated_ts ON states (last_updated_ts);
CREATE INDEX ix_states_metadata_id_last_updated_ts ON states (metadata_id, last_updated_ts);
CREATE INDEX ix_events_event_type_id_time_fired_ts ON events (event_type_id, time_fired_ts);
"""


@dataclass
class Recorder:
    """A recorder's file under construction."""

    path: Path
    schema: int = 53
    entities: dict[str, int] = field(default_factory=dict)
    types: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.connection = sqlite3.connect(self.path)
        self.connection.execute("PRAGMA journal_mode = WAL")
        # Until 41 the legacy columns kept their types; from 42 on new databases have CHAR(0). 43 added last_reported_ts.
        legacy = "VARCHAR(36)" if self.schema < 42 else "CHAR(0)"
        reported = "last_reported_ts FLOAT," if self.schema >= 43 else ""
        self.connection.executescript(_COMMON.format(legacy=legacy, reported=reported))
        self.connection.execute("INSERT INTO schema_changes VALUES (1, ?, '2026-01-01')", [self.schema])
        self.connection.commit()

    def state(
        self,
        at: str,
        entity: str,
        state: str | None,
        attributes: dict[str, Any] | None = None,
        contexts: Sequence[bytes | None] = (b"\1" * 16, None, None),
    ) -> None:
        key = self.entities.setdefault(entity, len(self.entities) + 1)
        run = self.connection.execute
        run("INSERT OR IGNORE INTO states_meta VALUES (?, ?)", [key, entity])
        shared = run("INSERT INTO state_attributes (shared_attrs) VALUES (?)", [json.dumps(attributes or {})]).lastrowid
        run(
            "INSERT INTO states (state, last_updated_ts, attributes_id, metadata_id, context_id_bin, context_user_id_bin,"
            " context_parent_id_bin) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [state, datetime.fromisoformat(at).timestamp(), shared, key, *contexts],
        )
        self.connection.commit()

    def event(self, at: str, name: str, data: dict[str, Any], context: bytes, user: bytes | None = None) -> None:
        key = self.types.setdefault(name, len(self.types) + 1)
        run = self.connection.execute
        run("INSERT OR IGNORE INTO event_types VALUES (?, ?)", [key, name])
        shared = run("INSERT INTO event_data (shared_data) VALUES (?)", [json.dumps(data)]).lastrowid
        run(
            "INSERT INTO events (time_fired_ts, event_type_id, data_id, context_id_bin, context_user_id_bin)"
            " VALUES (?, ?, ?, ?, ?)",
            [datetime.fromisoformat(at).timestamp(), key, shared, context, user],
        )
        self.connection.commit()
