"""Brings the stored days up to date: fetch, clean, commit, one UTC day after the other."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import duckdb

from homeintel.errors import EventSourceError
from homeintel.events import gaps
from homeintel.events.cause import judge_causes
from homeintel.events.clean import clean, make_known
from homeintel.events.commit import DAY_TABLES, DayRecord, commit_day, day_bounds, make_funnel
from homeintel.events.link import link_runs
from homeintel.events.load import Loader, Origin
from homeintel.events.plan import Plan, plan
from homeintel.events.source import EventSource
from homeintel.events.storms import find_storms
from homeintel.store import Store


@dataclass(frozen=True)
class Sync:
    """What one night's fetch did.

    Args:
        fetched: the UTC days that were read and committed, in order.
        wanted: the UTC days that cover the window so far.
        rows_written: rows committed, in all tables.
        points_read: raw points of these days.
        dropped_days: days outside `keep_days` that were removed.
        failure: why the fetch stopped before its last day; None when it did not.
        missing: why the second source was left out from some day on.
    """

    fetched: Sequence[date] = ()
    wanted: Sequence[date] = ()
    rows_written: int = 0
    points_read: int = 0
    dropped_days: int = 0
    failure: EventSourceError | None = None
    missing: EventSourceError | None = None


@dataclass(frozen=True)
class Rules:
    """How a home's events are fetched and cleaned.

    Args:
        attributes: names of the attributes that are kept.
        overlap: how late points may come.
        keep_days: days before the window's end that stay in the store.
        numeric_interval: seconds.
        exclude: globs of entity ids.
    """

    attributes: Iterable[str]
    overlap: timedelta = timedelta(hours=6)
    keep_days: int = 44
    numeric_interval: int = 300
    exclude: Sequence[str] = field(default_factory=list)


def sync(
    store: Store,
    sources: Sequence[EventSource],
    rules: Rules,
    *,
    start: datetime,
    end: datetime,
    until: datetime,
    progress: Callable[[date], None] | None = None,
) -> Sync:
    """Fetch what is missing of a window and return what was done; committed days survive any failure.

    Args:
        store: the database.
        sources: already discovered; the first is the history, a second is merged into it.
        rules: how.
        start: the window's start, UTC.
        end: its end, UTC, exclusive; days are fetched whole, up to `until`.
        until: now, or where the source's history ends.
        progress: called with each committed day.

    Raises:
        StoreError: the database refused.
    """
    with store.connect() as connection:
        night = _Night(connection, sources, rules, until, progress)
        days = plan(connection, night.identity, start, min(end, until), rules.overlap)
        done = night.fetch(days)
        if done.fetched:
            gaps.join_gaps(connection, until)
            link_runs(connection, start, end)
        dropped = drop_before(connection, day_bounds((end - timedelta(days=rules.keep_days)).date())[0])
        connection.execute("CHECKPOINT")
        return replace(done, dropped_days=dropped)


def drop_before(connection: duckdb.DuckDBPyConnection, cutoff: datetime) -> int:
    """Remove the days before `cutoff` (a UTC midnight) and return how many there were."""
    for table in DAY_TABLES:
        connection.execute(f"DELETE FROM {table} WHERE ts < ?", [cutoff])
    connection.execute("DELETE FROM gaps WHERE ended_at <= ?", [cutoff])
    row = connection.execute("DELETE FROM event_days WHERE day < CAST(? AS DATE)", [cutoff]).fetchone()
    return int(row[0]) if row else 0


class _Night:
    """One connection's work."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        sources: Sequence[EventSource],
        rules: Rules,
        until: datetime,
        progress: Callable[[date], None] | None,
    ) -> None:
        self._connection = connection
        self._sources = sources
        self._missing: EventSourceError | None = None
        self._rules = rules
        self._until = until
        self._progress = progress
        self._loader = Loader(connection, rules.numeric_interval, rules.exclude)

    @property
    def identity(self) -> str:
        """Which stores the days come from."""
        return "+".join(source.identity for source in self._sources)

    def fetch(self, days: Plan) -> Sync:
        done = Sync(wanted=days.wanted)
        previous: date | None = None
        for piece in self._sources[0].pieces(days.fetch):
            if previous is None or piece[0] - previous > timedelta(days=1):
                self._begin(piece[0], days)
            try:
                done = self._piece(piece, days, done)
            except EventSourceError as error:
                return replace(done, failure=error)
            previous = piece[-1]
        return replace(done, missing=self._missing)

    def _begin(self, day: date, days: Plan) -> None:
        """Set what is known from the stored day before, if there is one."""
        start, _ = day_bounds(day)
        follows = day - timedelta(days=1) in days.stored
        make_known(self._connection, before=start.isoformat() if follows else None)
        row = self._connection.execute(
            "SELECT CAST(cleaning ->> 'last_point' AS TIMESTAMPTZ) FROM event_days WHERE day = ?",
            [day - timedelta(days=1)],
        ).fetchone()
        gaps.make_open_gaps(self._connection, start, row[0] if row else None)

    def _piece(self, piece: Sequence[date], days: Plan, done: Sync) -> Sync:
        began = time.monotonic()
        start, end = day_bounds(piece[0])[0], min(day_bounds(piece[-1])[1], self._until)
        self._load(start, end)
        self._clean(start, end)
        if self._points_read() == 0 and days.stored.intersection(piece):
            # A day that had events and now reads as empty was lost at the source: what is stored stays.
            return replace(done, fetched=[*done.fetched, *piece])
        seconds = (time.monotonic() - began) / len(piece)
        fetched_at = datetime.now(UTC)
        rows = 0
        for day in piece:
            if days.stored:
                gaps.cut_gaps(self._connection, *day_bounds(day))
            record = DayRecord(self.identity, day, fetched_at, seconds)
            rows += commit_day(self._connection, record, replaces=day in days.stored)
            if self._progress is not None:
                self._progress(day)
        return replace(
            done,
            fetched=[*done.fetched, *piece],
            rows_written=done.rows_written + rows,
            points_read=done.points_read + self._points_read(),
        )

    def _load(self, start: datetime, end: datetime) -> None:
        self._loader.clear()
        try:
            for rank, source in enumerate(self._sources):
                origin = Origin(source.name, source.knows_context, rank)
                for batch in source.read(start, end):
                    self._loader.add(batch, origin, start, end)
        except EventSourceError as error:
            if rank == 0:
                raise
            # The second source only adds causes: the day is read without it, and again with it another night.
            self._sources, self._missing = self._sources[:1], error
            self._load(start, end)

    def _clean(self, start: datetime, end: datetime) -> None:
        clean(self._connection, self._rules.attributes)
        find_storms(self._connection)
        judge_causes(self._connection)
        gaps.find_gaps(self._connection, start, end, self._rules.numeric_interval)
        make_funnel(self._connection)

    def _points_read(self) -> int:
        row = self._connection.execute(
            """SELECT (SELECT count(*) FROM raw_states) + (SELECT coalesce(sum("count"), 0) FROM raw_numbers)
            + (SELECT coalesce(sum(points), 0) FROM refused)"""
        ).fetchone()
        return int(row[0]) if row else 0
