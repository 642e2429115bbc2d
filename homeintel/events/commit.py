"""Writes one UTC day whole, in one transaction, with the record of how its rows came to be."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import duckdb

from homeintel.events.clean import CLEANING_VERSION
from homeintel.events.funnel import Funnel
from homeintel.events.heard import Heard
from homeintel.store import transaction

DAY_TABLES = ("events", "attribute_changes", "measurements")
"""Tables whose rows lie in one day by their `ts`; gaps are cut, `event_days` has a column for it."""


@dataclass(frozen=True)
class DayRecord:
    """One row of `event_days`.

    Args:
        source: the source's identity.
        day: UTC.
        fetched_at: when its last row was read, UTC.
        seconds: how long reading and cleaning took, its share of the piece.
        held: how much the source held of it, where late points may still come and it can say.
    """

    source: str
    day: date
    fetched_at: datetime
    seconds: float
    held: int | None = None


@dataclass(frozen=True)
class Cleaned:
    """What cleaning says of a piece of days besides its tables.

    Args:
        funnel: what was read.
        heard: when the home was.
        gaps: UTC days that have any.
        stormy: whether some change may be a restart's.
    """

    funnel: Funnel
    heard: Heard
    gaps: Collection[date] = ()
    stormy: bool = False


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """Return a UTC day's first moment and the next day's."""
    start = datetime.combine(day, time(), UTC)
    return start, start + timedelta(days=1)


def commit_day(connection: duckdb.DuckDBPyConnection, record: DayRecord, cleaned: Cleaned, *, replaces: bool) -> int:
    """Replace a day by what cleaning made of it, in one transaction, and return how many rows it holds now.

    Args:
        connection: after cleaning, outside a transaction.
        record: the day and its source.
        cleaned: the piece the day lies in.
        replaces: whether the day was stored before.
    """
    bounds = day_bounds(record.day)
    with transaction(connection):
        if replaces:
            for table in DAY_TABLES:
                connection.execute(f"DELETE FROM {table} WHERE ts >= ? AND ts < ?", bounds)
            connection.execute("DELETE FROM event_days WHERE day = ?", [record.day])
        rows = {table: _count(connection, f"INSERT INTO {table} {_ROWS[table]}", bounds) for table in DAY_TABLES}
        gaps = _count(connection, _GAPS, [record.day]) if record.day in cleaned.gaps else 0
        restart = _count(connection, _RESTART, bounds) if cleaned.stormy else 0
        _record(connection, record, cleaned, rows, restart)
    return sum(rows.values()) + gaps + 1


def _record(
    connection: duckdb.DuckDBPyConnection, record: DayRecord, cleaned: Cleaned, rows: Mapping[str, int], restart: int
) -> None:
    """Write how the day's rows came to be."""
    steps = cleaned.funnel.steps(record.day, rows, restart)
    first, last = cleaned.heard.within(*day_bounds(record.day))
    connection.execute(
        _DAY,
        {
            "source": record.source, "day": record.day, "at": record.fetched_at, "points": steps.get("points", 0),
            "kept": rows["events"], "version": CLEANING_VERSION, "seconds": record.seconds,
            "steps": json.dumps(steps or None, separators=(",", ":")), "first": first, "last": last,
            "pause": cleaned.heard.usual, "held": record.held,
        },
    )  # fmt: skip


_WITHIN = "WHERE ts >= ? AND ts < ?"  # the tables are in order already
_ROWS = {
    "events": f"""SELECT ts, entity_id, state, previous, value, cause, cause_reason, cause_entity_id, source
    FROM told {_WITHIN}""",
    "attribute_changes": f"""SELECT ts, entity_id, attribute_names.attribute, value
    FROM changed_attributes AS changes JOIN numbered USING (entity)
    JOIN attribute_names ON place = changes.attribute {_WITHIN}""",
    "measurements": f"""SELECT ts, entity_id, "last", "min", "max", "count"
    FROM reduced JOIN numbered USING (entity) {_WITHIN}""",
}
_GAPS = "INSERT INTO gaps SELECT entity_id, started_at, ended_at, reason FROM found_gaps WHERE day = ?"
_RESTART = f"SELECT count(*) FROM changed {_WITHIN} AND why = 'storm'"
_DAY = """INSERT INTO event_days VALUES ($source, $day, $at, $points, $kept, $version, $seconds, json_object(
    'steps', $steps::JSON, 'first_point', $first::TIMESTAMPTZ, 'last_point', $last::TIMESTAMPTZ,
    'pause', $pause::DOUBLE, 'held', $held::BIGINT))"""


def _count(connection: duckdb.DuckDBPyConnection, statement: str, parameters: Sequence[object]) -> int:
    row = connection.execute(statement, parameters).fetchone()
    return int(row[0]) if row else 0
