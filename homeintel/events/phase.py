"""Phase 2: the window's events, fetched, cleaned and stored."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import duckdb
import pandas as pd
import pyarrow as pa

from homeintel.errors import EventSourceError, SourceRefusedError
from homeintel.events.choose import sources_of
from homeintel.events.domains import ATTRIBUTES
from homeintel.events.source import EventSource, Found
from homeintel.events.sync import Rules, Sync, sync
from homeintel.phase import Outcome, Phase, Window
from homeintel.store import megabytes

KEEP_BEYOND_WINDOW_DAYS = 14
"""Days kept before the window when `events.keep_days` says nothing."""


STORE_SHARE = 0.3
"""What DuckDB gets of `storage.memory_limit` here: enough for a piece of days. It would fill more with pages of the file that
nobody reads again, the more the larger the home is."""

ENOUGH_MB = 58
"""What a day of a million changes needs; a small limit is shared so that DuckDB has that much."""

MOST_SHARE = 0.67
"""What it gets of a small limit: the rows that are read stand beside it."""


@dataclass(frozen=True)
class Stored:
    """What the store holds of the window when the fetch is over.

    Args:
        events: how many.
        newest: the newest one's time, UTC; the window's start where there is none.
        points: from how many raw points the window's UTC days were made.
    """

    events: int
    newest: datetime
    points: int


@dataclass(frozen=True)
class Fetch:
    """What the night read, and what there is now.

    Args:
        stored: of the window.
        found: what each source said of itself.
        sync: what was fetched and committed.
        failure: why nothing, or not everything, was fetched.
        missing: why the second source, which only adds causes, was left out.
    """

    stored: Stored
    found: Sequence[Found] = ()
    sync: Sync = field(default_factory=Sync)
    failure: EventSourceError | None = None
    missing: EventSourceError | None = None


def run(phase: Phase) -> Outcome:
    """Do the phase's whole work.

    Raises:
        EventSourceError: the source failed and no event of the window is stored.
        StoreError: the database refused.
    """
    return conclude(phase, fetch(phase))


def fetch(phase: Phase, progress: Callable[[date], None] | None = None) -> Fetch:
    """Bring the store up to date. A source's failure is part of the answer: what was committed stays.

    Args:
        phase: the night.
        progress: called with each UTC day that was committed.

    Raises:
        StoreError: the database refused.
    """
    # The rows of one slice are large and short-lived; Arrow's own pool would keep their memory.
    pa.set_memory_pool(pa.system_memory_pool())
    with phase.store.share(store_share(phase.store.memory_limit)).connect() as connection:
        try:
            found, done, missing = _synced(connection, phase, progress)
        except EventSourceError as error:
            return Fetch(_of_window(connection, phase.window), failure=error)
        stored = _of_window(connection, phase.window)
        return Fetch(stored, found, done, done.failure, missing or done.missing)


def store_share(memory_limit: str) -> float:
    """Return what DuckDB gets of a memory limit such as `192MB` while events are fetched, 0 to 1."""
    return max(STORE_SHARE, min(MOST_SHARE, ENOUGH_MB / megabytes(memory_limit)))


def _synced(
    connection: duckdb.DuckDBPyConnection, phase: Phase, progress: Callable[[date], None] | None
) -> tuple[list[Found], Sync, EventSourceError | None]:
    """Return what the sources said of themselves, what was fetched, and why the second was left out from the start."""
    how = rules(phase, wanted_attributes(connection))
    sources = sources_of(phase.settings, phase.window, how.attributes)
    try:
        found, missing = _discover(sources)
        done = sync(
            connection,
            sources[: len(found)],
            how,
            start=phase.window.start,
            end=phase.window.end,
            until=min(datetime.now(UTC), found[0].ends or datetime.max.replace(tzinfo=UTC)),
            progress=progress,
        )
    finally:
        for source in sources:
            source.close()
    return found, done, missing


def _discover(sources: Sequence[EventSource]) -> tuple[list[Found], EventSourceError | None]:
    """Ask the sources what they hold; a second one that fails is left out, and why is said."""
    found = [sources[0].discover()]
    try:
        found += [source.discover() for source in sources[1:]]
    except EventSourceError as error:
        return found, error
    return found, None


def rules(phase: Phase, attributes: frozenset[str]) -> Rules:
    """Return how this home's events are fetched and cleaned."""
    events = phase.settings.events
    keep = events.keep_days or phase.window.days + KEEP_BEYOND_WINDOW_DAYS
    return Rules(
        attributes=attributes,
        overlap=timedelta(hours=events.overlap_hours),
        keep_days=max(keep, phase.window.days + 1),
        numeric_interval=events.numeric_interval,
        exclude=events.exclude_entities,
    )


def wanted_attributes(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """Return the attributes that later phases use: Home Assistant's usual ones and those phase 1 found."""
    rows = connection.execute("SELECT DISTINCT attribute FROM entities WHERE attribute IS NOT NULL").fetchall()
    return ATTRIBUTES | {name for (name,) in rows}


def summary(phase: Phase, done: Fetch) -> pd.DataFrame:
    """Return what was found and read as rows (what, found) for the record; nothing in it is secret."""
    rows = [("source", _place(phase))]
    for found in done.found:
        rows += [("found", sentence) for sentence in found.sentences]
        rows += [("newest point", f"{found.newest:%Y-%m-%d %H:%M} UTC")] if found.newest else []
        rows += [("refused", f"{points:,} points {why}") for why, points in found.refused.items()]
    rows.append(("UTC days that cover the window", str(len(done.sync.wanted))))
    rows.append(("UTC days read tonight", str(len(done.sync.fetched))))
    rows.append(("UTC days without late points, not read again", str(len(done.sync.unchanged))))
    rows.append(("points read tonight", f"{done.sync.points_read:,}"))
    rows.append(("days dropped as too old", str(done.sync.dropped_days)))
    rows += [("failure", str(error)) for error in (done.failure, done.missing) if error is not None]
    return pd.DataFrame(rows, columns=["what", "found"])


def conclude(phase: Phase, done: Fetch) -> Outcome:
    """Say how the phase ended.

    Raises:
        EventSourceError: the source failed, or holds nothing, and no event of the window is stored.
    """
    kept = done.stored.events
    figures = {"points_read": done.sync.points_read, "events_kept": kept, "days_fetched": len(done.sync.fetched)}
    if done.stored.points == 0:
        raise done.failure or _nothing_found(phase, done)
    if done.failure is not None:
        reason = f"{done.failure} {_age(done.stored)}"
        return Outcome("degraded", done.sync.rows_written, reason, figures)
    if done.missing is not None:
        reason = f"Causes are missing: {done.missing} {_told(done)}"
        return Outcome("degraded", done.sync.rows_written, reason, figures)
    if _read_nothing(done.sync):
        reason = f"{_nothing_found(phase, done).happened} {_age(done.stored)}"
        return Outcome("degraded", done.sync.rows_written, reason, figures)
    return Outcome("succeeded", done.sync.rows_written, _told(done), figures)


def _read_nothing(done: Sync) -> bool:
    """Return whether days that had points, or the newest day, read as empty; a history's first days may be."""
    return bool(done.lost) or (done.points_read == 0 and bool(done.wanted) and done.wanted[-1] in done.fetched)


def _of_window(connection: duckdb.DuckDBPyConnection, window: Window) -> Stored:
    row = connection.execute(
        """SELECT count(*), coalesce(max(ts), $start), (SELECT coalesce(sum(points_read), 0)::BIGINT FROM event_days
            WHERE day BETWEEN CAST($start AS DATE) AND CAST($end AS DATE))
        FROM events WHERE ts >= $start AND ts < $end""",
        {"start": window.start, "end": window.end},
    ).fetchall()[0]
    return Stored(*row)


def _nothing_found(phase: Phase, done: Fetch) -> SourceRefusedError:
    looked = f" It holds: {'; '.join(done.found[0].sentences)}." if done.found else ""
    return SourceRefusedError(
        f"Nothing was found in {_place(phase)} between {phase.window.first_day} and {phase.window.end_day}.{looked}",
        next_step="Check that Home Assistant writes there, and that the window's days are right.",
    )


def _place(phase: Phase) -> str:
    """Return where the source looked, without any secret."""
    events = phase.settings.events
    where = [
        str(getattr(events, key)) for key in ("database", "bucket", "url", "path", "paths") if hasattr(events, key)
    ]
    return f"{events.source} ({', '.join(where)})" if where else events.source


def _age(stored: Stored) -> str:
    age = datetime.now(UTC) - stored.newest
    days = age / timedelta(days=1)
    told = f"{days:.0f} days" if days >= 2 else f"{age / timedelta(hours=1):.0f} hours"
    return f"{stored.events:,} events stored earlier are used; the newest is {told} old."


def _told(done: Fetch) -> str:
    points, days = done.sync.points_read, len(done.sync.fetched)
    refused = sum(sum(found.refused.values()) for found in done.found)
    clocks = f" {refused:,} points with a wrong clock were refused." if refused else ""
    return f"{points:,} points read in {days} UTC days; {done.stored.events:,} events in the window.{clocks}"
