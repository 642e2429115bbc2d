"""Which days a night fetches: what is missing, what another version cleaned, what late points may still reach."""

from collections.abc import Mapping, Sequence
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
    """

    wanted: Sequence[date]
    fetch: Sequence[date]
    stored: Mapping[date, int]

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
    connection: duckdb.DuckDBPyConnection, identity: str, start: datetime, until: datetime, overlap: timedelta
) -> Plan:
    """Return which days to fetch.

    A day is whole when it was read, with something in it, by this source and this version of cleaning, so long after
    its end that no late point is expected. Once a day is fetched again the later ones are too where they touch it,
    because late points come in order.

    Args:
        connection: the store.
        identity: the source's.
        start: the window's start, UTC.
        until: the window's end or now, whichever is earlier, UTC.
        overlap: how late points may come.
    """
    rows = connection.execute(
        "SELECT day, source, fetched_at, points_read, cleaning_version FROM event_days"
    ).fetchall()
    whole = {
        day
        for day, source, fetched_at, points, version in rows
        if source == identity
        and version == CLEANING_VERSION
        and points > 0
        and fetched_at >= day_bounds(day)[1] + overlap
    }
    wanted = days_between(start, until) if until > start else []
    fetch = [day for day in wanted if day not in whole]
    return Plan(wanted, fetch, {row[0]: row[3] for row in rows})
