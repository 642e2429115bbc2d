"""Reads the window's tables out of the store into a `History`; big series are reduced inside DuckDB."""

import json
from collections.abc import Mapping
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from homeintel.patterns.arrays import Bools, Floats
from homeintel.patterns.calendar import Calendar
from homeintel.patterns.history import CAUSES, Changes, Gaps, History, Hourly
from homeintel.phase import Window

CHATTY_PER_DAY = 600
"""An entity with more changes a day than this says nothing about habits change by change: it is kept hour by hour."""

DETAIL_ROWS = 2_000_000
"""At most so many changes are kept one by one; beyond it the chattiest entities are kept hour by hour."""


def load_history(
    connection: duckdb.DuckDBPyConnection,
    window: Window,
    *,
    latitude: float,
    longitude: float,
    known_automations: frozenset[tuple[str, str]] = frozenset(),
) -> History:
    """Return the window's history. Reads only; the order of rows in the tables changes nothing.

    Args:
        connection: the store, session in UTC.
        window: the local days.
        latitude: degrees north.
        longitude: degrees east.
        known_automations: (trigger entity or empty, action entity) pairs of the home's own automations.
    """
    calendar = Calendar(window.first_day, window.days, window.zone, latitude, longitude)
    bounds = [window.start, window.end]
    counts = connection.execute(
        "SELECT entity_id, state, count(*) AS changes FROM events WHERE ts >= ? AND ts < ? GROUP BY ALL", bounds
    ).df()
    numeric = connection.execute("SELECT DISTINCT entity_id FROM measurements WHERE ts >= ? AND ts < ?", bounds).df()
    entities = tuple(sorted({*counts["entity_id"], *numeric["entity_id"]}))
    states = tuple(sorted(set(counts["state"])))
    chatty = _chatty(counts, max(1, window.days))
    _register(connection, entities, states, chatty)
    try:
        changes = _changes(connection, bounds)
        hourly = _hourly(connection, bounds)
        gaps = _gaps(connection, bounds)
        extra = _active_days(connection, bounds, window.zone.key)
    finally:
        for name in ("known_entities", "known_states"):
            connection.unregister(name)
    devices = _devices(connection)
    automations = _automations(connection, bounds)
    return History(
        calendar=calendar,
        entities=entities,
        states=states,
        changes=changes,
        hourly=hourly,
        gaps=gaps,
        data_days=_data_days(calendar, changes, hourly, extra),
        chatty=frozenset(index for index, name in enumerate(entities) if name in chatty),
        automation_of=automations,
        known_automations=known_automations,
        **devices,
    )


def _chatty(counts: pd.DataFrame, days: int) -> frozenset[str]:
    totals = counts.groupby("entity_id")["changes"].sum().sort_values(kind="stable")
    too_many = (totals > CHATTY_PER_DAY * days) | (totals.cumsum() > DETAIL_ROWS)
    return frozenset(totals.index[too_many])


def _register(
    connection: duckdb.DuckDBPyConnection, entities: tuple[str, ...], states: tuple[str, ...], chatty: frozenset[str]
) -> None:
    frame = pd.DataFrame({"entity_id": list(entities), "entity": np.arange(len(entities))})
    connection.register("known_entities", frame.assign(chatty=[name in chatty for name in entities]))
    connection.register("known_states", pd.DataFrame({"state": list(states), "code": np.arange(len(states))}))


def _columns(connection: duckdb.DuckDBPyConnection, sql: str, parameters: list[Any]) -> Mapping[str, Any]:
    return {name: np.asarray(values) for name, values in connection.execute(sql, parameters).fetchnumpy().items()}


def _changes(connection: duckdb.DuckDBPyConnection, bounds: list[Any]) -> Changes:
    causes = " ".join(f"WHEN '{name}' THEN {code}" for code, name in enumerate(CAUSES))
    # Sorted here, as narrow columns: DuckDB's own sort of the joined rows takes several times the memory.
    found = _columns(
        connection,
        f"""SELECT k.entity::INTEGER AS entity, epoch_us(e.ts) AS time, s.code::INTEGER AS state,
                   (CASE e.cause {causes} ELSE 0 END)::TINYINT AS cause
            FROM events AS e JOIN known_entities AS k USING (entity_id) JOIN known_states AS s USING (state)
            WHERE e.ts >= ? AND e.ts < ? AND NOT k.chatty""",
        bounds,
    )
    order = np.lexsort((found["cause"], found["state"], found["time"], found["entity"]))
    return Changes(
        found["entity"][order].astype(np.int64),
        found["time"][order] / 1e6,
        found["state"][order].astype(np.int64),
        found["cause"][order].astype(np.int64),
    )


def _hourly(connection: duckdb.DuckDBPyConnection, bounds: list[Any]) -> Hourly:
    restarts = connection.execute(
        """SELECT started_at - INTERVAL 5 MINUTE, ended_at + INTERVAL 5 MINUTE FROM gaps
           WHERE entity_id IS NULL AND reason = 'restart'
             AND ended_at + INTERVAL 5 MINUTE > ? AND started_at - INTERVAL 5 MINUTE < ? ORDER BY 1""",
        bounds,
    ).fetchall()
    # As a condition each: a join of the measurements with ranges would be sorted, and take the memory of a sort.
    undisturbed = "".join(" AND NOT ts BETWEEN ? AND ?" for _ in restarts)
    found = _columns(
        connection,
        f"""SELECT k.entity, hour, count, low, high, "last", last_time FROM (
            SELECT entity_id, epoch_us(ts) // 3600000000 AS hour, sum(count) AS count, min(min) AS low,
                   max(max) AS high, arg_max("last", ts) AS "last", epoch_us(max(ts)) / 1e6 AS last_time
            FROM measurements WHERE ts >= ? AND ts < ?{undisturbed}
            GROUP BY ALL
            UNION ALL
            SELECT entity_id, epoch_us(ts) // 3600000000, count(*), NULL, NULL, NULL, epoch_us(max(ts)) / 1e6
            FROM events JOIN known_entities USING (entity_id) WHERE chatty AND ts >= ? AND ts < ? GROUP BY 1, 2)
            JOIN known_entities AS k USING (entity_id) ORDER BY k.entity, hour""",
        [*bounds, *(moment for restart in restarts for moment in restart), *bounds],
    )
    return Hourly(
        *(found[name].astype(np.int64) for name in ("entity", "hour", "count")),
        *(_filled(found[name]) for name in ("low", "high", "last", "last_time")),
    )


def _filled(values: Any) -> Floats:  # noqa: ANN401 - DuckDB hands out plain or masked arrays
    return np.ma.filled(np.ma.asarray(values).astype(np.float64), np.nan)


def _gaps(connection: duckdb.DuckDBPyConnection, bounds: list[Any]) -> Gaps:
    found = connection.execute(
        """SELECT coalesce(k.entity, -1) AS entity, epoch_us(greatest(started_at, ?)) / 1e6 AS gap_start,
                  epoch_us(least(coalesce(ended_at, ?), ?)) / 1e6 AS gap_end, reason
           FROM gaps LEFT JOIN known_entities AS k USING (entity_id)
           WHERE (gaps.entity_id IS NULL OR k.entity IS NOT NULL) AND started_at < ? AND coalesce(ended_at, ?) > ?
           ORDER BY 1, 2, 3""",
        [bounds[0], bounds[1], bounds[1], bounds[1], bounds[1], bounds[0]],
    ).df()
    return Gaps(
        found["entity"].to_numpy(np.int64),
        found["gap_start"].to_numpy(np.float64),
        found["gap_end"].to_numpy(np.float64),
        tuple(found["reason"]),
    )


def _active_days(connection: duckdb.DuckDBPyConnection, bounds: list[Any], zone: str) -> set[Any]:
    rows = connection.execute(
        """SELECT DISTINCT (ts AT TIME ZONE ?)::DATE FROM attribute_changes WHERE ts >= ? AND ts < ?""", [zone, *bounds]
    ).fetchall()
    return {day for (day,) in rows}


def _data_days(calendar: Calendar, changes: Changes, hourly: Hourly, extra: set[Any]) -> Bools:
    days = np.concatenate([calendar.day_of(changes.time), calendar.day_of(hourly.last_time)])
    with_data = np.zeros(calendar.days, dtype=bool)
    with_data[days[(days >= 0) & (days < calendar.days)]] = True
    for day in range(calendar.days):
        with_data[day] |= calendar.date_of(day) in extra
    return with_data


def _automations(connection: duckdb.DuckDBPyConnection, bounds: list[Any]) -> dict[tuple[str, str], str]:
    rows = connection.execute(
        """SELECT entity_id, state, cause_entity_id FROM events
           WHERE cause = 'automation' AND cause_entity_id IS NOT NULL AND ts >= ? AND ts < ?
           GROUP BY ALL ORDER BY count(*), cause_entity_id DESC""",
        bounds,
    ).fetchall()
    return {(entity_id, state): cause for entity_id, state, cause in rows}


def _devices(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    rows = connection.execute("SELECT entity_id, ieee_address, property FROM entities ORDER BY ALL").fetchall()
    units = connection.execute(
        """SELECT e.entity_id, any_value(c.unit ORDER BY c.unit) FROM entities AS e JOIN device_capabilities AS c
           USING (ieee_address, path) WHERE c.unit IS NOT NULL GROUP BY ALL"""
    ).fetchall()
    groups = connection.execute("SELECT ieee_address, members FROM devices WHERE members IS NOT NULL").fetchall()
    pairs = {(group, member) for group, members in groups for member in _member_addresses(json.loads(members))}
    return {
        "device_of": {entity: address for entity, address, _ in rows},
        "property_of": {entity: name for entity, _, name in rows if name},
        "unit_of": dict(units),
        "members": frozenset(pairs),
    }


def _member_addresses(members: object) -> list[str]:
    entries = members if isinstance(members, list) else []
    found = (entry.get("ieee_address") if isinstance(entry, dict) else entry for entry in entries)
    return [address for address in found if isinstance(address, str)]
