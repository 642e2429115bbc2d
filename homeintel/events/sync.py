"""Brings the stored days up to date: fetch, clean, commit, one UTC day after the other."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import duckdb

from homeintel.errors import EventSourceError
from homeintel.events import gaps, storms
from homeintel.events.ahead import read_ahead
from homeintel.events.border import join_border
from homeintel.events.cause import judge_causes
from homeintel.events.clean import clean
from homeintel.events.commit import DAY_TABLES, Cleaned, DayRecord, commit_day, day_bounds
from homeintel.events.heard import Heard
from homeintel.events.known import make_known
from homeintel.events.link import link_runs
from homeintel.events.load import Loader
from homeintel.events.plan import Plan, confirm, plan
from homeintel.events.reading import Arrived, Begun, Ended, Piece, Reading
from homeintel.events.silences import join_silences
from homeintel.events.source import EventSource
from homeintel.store import transaction

ROWS_AHEAD = 150_000
"""Rows that are read while others are cleaned: about a piece of days, some 15 MB."""

_SETTINGS = "SET threads = 1; SET wal_autocheckpoint = '40MB'"
"""The reader's thread and InfluxDB need the others; two are a fifth dearer and no faster beside them. Each checkpoint writes
the last rows of every table anew: with DuckDB's own 16 MB a large home's night takes a tenth longer."""

_CLEANED = "DROP TABLE raw_states; DROP TABLE raw_attributes; DROP TABLE raw_runs; DROP TABLE written"
_STORED = "DROP TABLE changed; DROP TABLE changed_attributes; DROP TABLE IF EXISTS found_gaps"
"""The larger tables of a piece go as soon as nothing reads them any more: the next piece is in memory already."""


@dataclass(frozen=True)
class Sync:
    """What one night's fetch did.

    Args:
        fetched: the UTC days that were read and committed, in order.
        wanted: the UTC days that cover the window so far.
        unchanged: UTC days that late points might have reached and did not; they were not read again.
        rows_written: rows committed, in all tables.
        points_read: raw points of these days.
        lost: UTC days that were stored with points and now read as empty; what is stored stayed.
        dropped_days: days outside `keep_days` that were removed.
        failure: why the fetch stopped before its last day; None when it did not.
        missing: why the second source was left out from some day on.
    """

    fetched: Sequence[date] = ()
    wanted: Sequence[date] = ()
    unchanged: Sequence[date] = ()
    rows_written: int = 0
    points_read: int = 0
    lost: Sequence[date] = ()
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
    connection: duckdb.DuckDBPyConnection,
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
        connection: to the store.
        sources: already discovered; the first is the history, a second is merged into it.
        rules: how.
        start: the window's start, UTC.
        end: its end, UTC, exclusive; days are fetched whole, up to `until`.
        until: now, or where the source's history ends.
        progress: called with each committed day.
    """
    connection.execute(_SETTINGS)
    now = utc_now()
    reading = Reading(sources, late=lambda day: day_bounds(day)[1] <= now < day_bounds(day)[1] + rules.overlap)
    days = plan(connection, reading.identity, start, min(end, until), rules.overlap, count=reading.count)
    usual = max(days.stored.values(), default=0)
    pieces = (Piece.of(some, until) for run in days.runs for some in sources[0].pieces(run, usual))
    done = _Night(connection, reading, rules, days, progress).fetch(pieces)
    with transaction(connection):
        confirm(connection, days.unchanged, now)
        if done.fetched:
            join_silences(connection, until, rules.numeric_interval)
            gaps.join_gaps(connection, until)
            link_runs(connection, start, end)
        dropped = drop_before(connection, day_bounds((end - timedelta(days=rules.keep_days)).date())[0])
    connection.execute("CHECKPOINT")
    return replace(done, dropped_days=dropped)


def _rows(item: Begun | Arrived | Ended) -> int:
    return item.batch.points if isinstance(item, Arrived) else 0


def utc_now() -> datetime:
    """Return the clock's time; the edge is the only place that looks at it."""
    return datetime.now(UTC)


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
        reading: Reading,
        rules: Rules,
        days: Plan,
        progress: Callable[[date], None] | None,
    ) -> None:
        self._connection = connection
        self._reading = reading
        self._rules = rules
        self._days = days
        self._progress = progress
        self._attributes = sorted(rules.attributes)
        self._loader = Loader(
            connection, attributes=self._attributes, numeric_interval=rules.numeric_interval, exclude=rules.exclude
        )
        self._known_to: date | None = None
        self._last_point: datetime | None = None
        self._done = Sync(wanted=days.wanted, unchanged=days.unchanged)

    def fetch(self, pieces: Iterator[Piece]) -> Sync:
        """Read, clean and commit all pieces, or those up to the source's failure."""
        try:
            for item in read_ahead(self._reading.of(pieces), size=_rows, most=ROWS_AHEAD):
                if isinstance(item, Begun):
                    piece = item.piece
                    self._loader.clear()
                    self._begin(piece.days[0])
                elif isinstance(item, Arrived):
                    self._loader.add(item.batch, item.origin, piece.start, piece.end)
                else:
                    self._store(item)
        except EventSourceError as error:
            self._join()
            return replace(self._done, failure=error, missing=self._reading.missing)
        self._join()
        return replace(self._done, missing=self._reading.missing)

    def _join(self) -> None:
        """Join the days done so far to a stored day right after them."""
        if (
            self._known_to is not None
            and self._known_to in self._days.stored
            and self._known_to not in self._done.fetched
        ):
            join_border(self._connection, day_bounds(self._known_to)[0])

    def _store(self, read: Ended) -> None:
        """Clean what was read and commit it day by day."""
        began = time.monotonic()
        cleaned = self._clean(read.piece)
        seconds = (read.seconds + time.monotonic() - began) / len(read.piece.days)
        for day in read.piece.days:
            if cleaned.funnel.points(day) == 0 and self._days.stored.get(day, 0) > 0:
                self._done = replace(self._done, lost=[*self._done.lost, day])
                continue
            record = DayRecord(read.identity, day, utc_now(), seconds, read.held.get(day))
            self._commit(record, cleaned)
        self._connection.execute(_STORED)
        # After a day that was not replaced, what is known is what is stored.
        self._known_to = None if self._done.lost else read.piece.days[-1] + timedelta(days=1)

    def _begin(self, day: date) -> None:
        """Set what is known before a piece's first day, while the piece is read; after a piece it is known already."""
        if self._known_to != day:
            self._join()
            self._know(day)
            self._known_to = day

    def _know(self, day: date) -> None:
        """Set what is known from the stored day before, if there is one."""
        start, _ = day_bounds(day)
        before = day - timedelta(days=1)
        row = self._connection.execute(
            "SELECT CAST(cleaning ->> 'last_point' AS TIMESTAMPTZ) FROM event_days WHERE day = ?", [before]
        ).fetchone()
        self._last_point = row[0] if row else None
        make_known(self._connection, self._loader, start, stored=before in self._days.stored)

    def _clean(self, piece: Piece) -> Cleaned:
        loader, held = self._loader, self._loader.held
        heard = Heard.of(loader.finish(), self._last_point, piece.end)
        self._last_point = heard.last
        may_storm = storms.may_storm(self._connection, loader.state_times)
        clean(self._connection, self._attributes, held, repeats=may_storm)
        found = storms.find_storms(self._connection) if may_storm else []
        judge_causes(self._connection, held, loader.origins, stormy=bool(found))
        interval, missing = self._rules.numeric_interval, loader.funnel.any("missing")
        with_gaps = gaps.find_gaps(self._connection, heard, found, piece.start, interval, missing=missing)
        self._connection.execute(_CLEANED)
        return Cleaned(loader.funnel, heard, with_gaps, bool(found))

    def _commit(self, record: DayRecord, cleaned: Cleaned) -> None:
        if self._days.stored:
            gaps.cut_gaps(self._connection, *day_bounds(record.day))
        rows = commit_day(self._connection, record, cleaned, replaces=record.day in self._days.stored)
        self._done = replace(
            self._done,
            fetched=[*self._done.fetched, record.day],
            rows_written=self._done.rows_written + rows,
            points_read=self._done.points_read + cleaned.funnel.points(record.day),
        )
        if self._progress is not None:
            self._progress(record.day)
