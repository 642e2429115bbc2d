"""Home Assistant's own database: the recorder's SQLite file, schema 41 to 53, read while Home Assistant writes.

Tables and columns: homeassistant/components/recorder/db_schema.py (2023.4 to 2026.11). Times are Unix seconds, UTC.
It alone knows contexts: which user, which automation. It keeps about ten days.
"""

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import quote

from homeintel.errors import EventSourceError, SourceRefusedError, SourceUnavailableError
from homeintel.events.domains import NEVER_READ
from homeintel.events.recorder_rows import Attributes, runs_table, states_table
from homeintel.events.retry import retried
from homeintel.events.source import Batch, Found, Pieces, ending, slice_end
from homeintel.settings import RecorderSettings

OLDEST_SCHEMA = 41
"""Home Assistant 2023.4: the first with `states_meta`."""

NEWEST_SCHEMA = 53
"""Home Assistant 2026.11, the newest that was looked at; later ones are read as long as the columns are there."""

ROWS_A_BATCH = 50_000

SLICE = timedelta(hours=3)
"""A chatty home's rows of so long fit into memory."""

RETRY_SECONDS = 60.0
"""How long a file that Home Assistant holds locked is tried again."""

_NEEDED = {
    "states": {
        "metadata_id", "state", "last_updated_ts", "attributes_id", "context_id_bin", "context_user_id_bin",
        "context_parent_id_bin",
    },
    "states_meta": {"metadata_id", "entity_id"},
    "state_attributes": {"attributes_id", "shared_attrs"},
    "events": {"event_type_id", "time_fired_ts", "data_id", "context_id_bin"},
    "event_types": {"event_type_id", "event_type"},
    "event_data": {"data_id", "shared_data"},
}  # fmt: skip

_STATES = """SELECT last_updated_ts, metadata_id, state, attributes_id, nullif(lower(hex(context_id_bin)), ''),
    nullif(lower(hex(context_user_id_bin)), ''), nullif(lower(hex(context_parent_id_bin)), '')
    FROM states WHERE last_updated_ts >= ? AND last_updated_ts < ? AND metadata_id IS NOT NULL
    ORDER BY last_updated_ts"""

_RUNS = """SELECT time_fired_ts, event_types.event_type, shared_data, nullif(lower(hex(context_id_bin)), ''),
    nullif(lower(hex(context_user_id_bin)), '')
    FROM events JOIN event_types USING (event_type_id) LEFT JOIN event_data USING (data_id)
    WHERE event_types.event_type IN ('automation_triggered', 'script_started', 'call_service', 'homeassistant_start',
        'homeassistant_final_write', 'homeassistant_stop') AND time_fired_ts >= ? AND time_fired_ts < ?
    ORDER BY time_fired_ts"""

_COUNT = """SELECT (SELECT count(*) FROM states WHERE last_updated_ts >= ? AND last_updated_ts < ?)
    + (SELECT count(*) FROM events WHERE time_fired_ts >= ? AND time_fired_ts < ?)"""

T = TypeVar("T")


class RecorderSource:
    """The recorder's file, opened read-only.

    Args:
        settings: where it lies.
        attributes: names of the attributes that are wanted.
    """

    name = "recorder"
    knows_context = True

    def __init__(self, settings: RecorderSettings, attributes: Iterable[str]) -> None:
        self._path = settings.path
        self._wanted = frozenset(attributes)
        self._connection: sqlite3.Connection | None = None
        self._pieces = Pieces()

    @property
    def identity(self) -> str:
        """The file."""
        return f"recorder:{self._path}"

    def discover(self) -> Found:
        """Check the schema, and find the newest state and states with wrong clocks."""
        return retried(lambda: self._told(self._discover), RETRY_SECONDS)

    def pieces(self, days: Sequence[date], usual: int) -> Iterator[list[date]]:
        """One day, then as many as fit."""
        return self._pieces.of(days, usual)

    def read(self, start: datetime, end: datetime) -> Iterator[Batch]:
        """Yield the window's states and runs, a few hours at a time, so that Home Assistant's checkpoints don't wait."""
        position = start
        while position < end:
            stop = slice_end(position, SLICE, end)
            bounds = (position.timestamp(), stop.timestamp())
            read = retried(lambda asked=bounds: self._told(lambda: self._read_slice(asked)), RETRY_SECONDS)  # type: ignore[misc]
            self._pieces.count(sum(batch.points for batch in read), stop - position)
            yield from ending(read, stop)
            position = stop

    def count(self, start: datetime, end: datetime) -> int:
        """Return how many states and events there are."""
        bounds = (start.timestamp(), end.timestamp())
        return retried(lambda: self._told(lambda: int(self._one(_COUNT, *bounds, *bounds)[0])), RETRY_SECONDS)

    def close(self) -> None:
        """Close the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _read_slice(self, bounds: tuple[float, float]) -> list[Batch]:
        entities = self._entities()
        attributes = Attributes(self._open(), entities, self._wanted)
        cursor = self._open().execute(_STATES, bounds)
        batches = []
        while rows := cursor.fetchmany(ROWS_A_BATCH):
            batches.append(Batch("states", states_table(rows, entities, attributes.of(rows))))
        runs = self._open().execute(_RUNS, bounds).fetchall()
        return [*batches, Batch("runs", runs_table(runs))]

    def _entities(self) -> dict[int, str]:
        """Return the entity of each `metadata_id`; domains that are never read are left out."""
        rows = self._open().execute("SELECT metadata_id, entity_id FROM states_meta WHERE entity_id IS NOT NULL")
        return {key: name for key, name in rows if name.split(".")[0] not in NEVER_READ}

    def _discover(self) -> Found:
        version = self._schema()
        newest, oldest, states = self._one("SELECT max(last_updated_ts), min(last_updated_ts), count(*) FROM states")
        clock = time.time()
        early = self._one("SELECT count(*) FROM states WHERE last_updated_ts < 946684800")[0]
        late = self._one("SELECT count(*) FROM states WHERE last_updated_ts > ?", clock + 86_400)[0]
        newest = self._one("SELECT max(last_updated_ts) FROM states WHERE last_updated_ts <= ?", clock + 86_400)[0]
        sentences = [f"the recorder's schema {version}, {states:,} states of {len(self._entities())} entities"]
        if oldest:
            sentences.append(f"states since {datetime.fromtimestamp(oldest, UTC):%Y-%m-%d %H:%M} UTC")
        if version > NEWEST_SCHEMA:
            sentences.append(f"a newer schema than {NEWEST_SCHEMA}, read because the columns it needs are there")
        refused = {reason: count for reason, count in (("before 2000", early), ("future", late)) if count}
        return Found(sentences, newest=datetime.fromtimestamp(newest, UTC) if newest else None, refused=refused)

    def _schema(self) -> int:
        """Return the schema's version.

        Raises:
            SourceRefusedError: not the recorder's file, or of Home Assistant before 2023.4.
        """
        tables = {name for (name,) in self._open().execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if "schema_changes" not in tables:
            raise SourceRefusedError(
                f"{self._path} is no recorder database of Home Assistant.",
                next_step="Name the file home-assistant_v2.db, or a copy of it, in events.path.",
            )
        version = int(self._one("SELECT coalesce(max(schema_version), 0) FROM schema_changes")[0])
        lacking = [
            f"{table}.{column}"
            for table, columns in _NEEDED.items()
            for column in sorted(columns - {row[1] for row in self._open().execute(f"PRAGMA table_info({table})")})
        ]
        if version < OLDEST_SCHEMA or lacking:
            raise SourceRefusedError(
                f"{self._path} has schema {version}"
                + (
                    f" and lacks {', '.join(lacking[:3])}."
                    if lacking
                    else f"; {OLDEST_SCHEMA} is the oldest that is read."
                ),
                next_step="Home Assistant 2023.4 or newer writes a schema that can be read.",
            )
        return version

    def _one(self, sql: str, *parameters: float) -> tuple[Any, ...]:
        row: tuple[Any, ...] = self._open().execute(sql, parameters).fetchone()
        return row

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            if not self._path.is_file():
                raise SourceRefusedError(
                    f"There is no file {self._path}.", next_step="Check events.path in the params file."
                )
            # A copy without its log, in a folder that can't be written, opens only when SQLite needs no lock.
            alone = not self._path.with_name(self._path.name + "-wal").exists()
            for mode in ("mode=ro", "mode=ro&immutable=1") if alone else ("mode=ro",):
                self._connection = sqlite3.connect(
                    f"file:{quote(str(self._path))}?{mode}", uri=True, timeout=30, check_same_thread=False
                )
                self._connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
                try:
                    self._connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
                    break
                except sqlite3.OperationalError:
                    if mode.endswith("1") or not alone:
                        raise
        assert self._connection is not None
        return self._connection

    def _told(self, work: Callable[[], T]) -> T:
        """Return what `work` returns, SQLite's errors as ours."""
        try:
            return work()
        except sqlite3.Error as error:
            raise self._error(error) from error

    def _error(self, error: sqlite3.Error) -> EventSourceError:
        text = str(error)
        self.close()
        if isinstance(error, sqlite3.OperationalError) and any(word in text for word in ("locked", "busy", "I/O")):
            return SourceUnavailableError(
                f"{self._path} is locked: {text}.",
                next_step="Home Assistant may be busy; the next night goes on from here.",
            )
        return SourceRefusedError(
            f"{self._path} can't be read: {text}.",
            next_step="Check that it is Home Assistant's file and not damaged, and that it may be read.",
        )
