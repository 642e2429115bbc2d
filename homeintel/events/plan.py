"""Which days a night fetches: what is missing, what another version cleaned, what late points may still reach."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import duckdb

from homeintel.events.clean import CLEANING_VERSION
from homeintel.events.commit import day_bounds


@dataclass(frozen=True)
class Plan:
    """The days of a night, all UTC.

    Args:
        wanted: the days that cover the window, up to now.
        fetch: those that are fetched, in order.
        stored: days the store holds, of any source, and the raw points each was made from.
        unchanged: days that late points might have reached, and the source says they did not.
    """

    wanted: Sequence[date]
    fetch: Sequence[date]
    stored: Mapping[date, int]
    unchanged: Sequence[date] = ()

    @property
    def runs(self) -> list[list[date]]:
        """The days that are fetched, in groups that follow each other without a gap."""
        runs: list[list[date]] = []
        for day in self.fetch:
            if runs and day - runs[-1][-1] == timedelta(days=1):
                runs[-1].append(day)
            else:
                runs.append([day])
        return runs


def days_between(start: datetime, end: datetime) -> list[date]:
    """Return the UTC days that a span (end exclusive) touches, in order."""
    first, last = start.astimezone(UTC).date(), (end - timedelta(microseconds=1)).astimezone(UTC).date()
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def plan(
    connection: duckdb.DuckDBPyConnection,
    identity: str,
    start: datetime,
    until: datetime,
    overlap: timedelta,
    *,
    count: Callable[[date], int | None],
) -> Plan:
    """Return which days to fetch.

    A day is whole when it was read, with something in it, by this source and this version of cleaning, so long after
    its end that no late point is expected. One that was read after its end, but sooner, is whole too if the source holds
    as much of it as then.

    Args:
        connection: the store.
        identity: the source's.
        start: the window's start, UTC.
        until: the window's end or now, whichever is earlier, UTC.
        overlap: how late points may come.
        count: asks the source how much it holds of a UTC day; None where it can't say.
    """
    rows = connection.execute(
        """SELECT day, fetched_at, points_read, CAST(cleaning ->> 'held' AS BIGINT), source = ? AND cleaning_version = ?
        FROM event_days""",
        [identity, CLEANING_VERSION],
    ).fetchall()
    wanted = days_between(start, until) if until > start else []
    read = {day: (at, held) for day, at, points, held, same in rows if same and points > 0 and day in set(wanted)}
    whole = {day for day, (at, _) in read.items() if at >= day_bounds(day)[1] + overlap}
    unchanged = [
        day
        for day, (at, held) in sorted(read.items())
        if day not in whole and held is not None and at >= day_bounds(day)[1] and count(day) == held
    ]
    fetch = [day for day in wanted if day not in whole and day not in unchanged]
    return Plan(wanted, fetch, {row[0]: row[2] for row in rows}, unchanged)


def confirm(connection: duckdb.DuckDBPyConnection, days: Sequence[date], now: datetime) -> None:
    """Note that unchanged days are as good as read again `now` (UTC)."""
    if days:
        connection.execute("UPDATE event_days SET fetched_at = ? WHERE list_contains(?, day)", [now, list(days)])
