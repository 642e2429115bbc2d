"""The one contract of all event sources: a time window in, Arrow batches out, memory bounded."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, Protocol

import pyarrow as pa

TS = pa.timestamp("us", tz="UTC")
"""DuckDB's TIMESTAMPTZ: microseconds since 1970, UTC."""

STATES = pa.schema(
    {
        "ts": TS,
        "entity_id": pa.string(),
        "state": pa.string(),
        "value": pa.float64(),
        "attributes": pa.string(),
        "context_id": pa.string(),
        "context_user_id": pa.string(),
        "context_parent_id": pa.string(),
    }
)
"""One row a state write, unchanged ones too.

`state` is Home Assistant's text, or null where the store keeps numbers only in `value` (InfluxDB). `attributes` is a
JSON object or null. The contexts are null where there was none, and where the source does not know them: see
`EventSource.knows_context`. A row with neither state nor value is no point.
"""

ATTRIBUTES = pa.schema({"ts": TS, "entity_id": pa.string(), "attribute": pa.string(), "value": pa.string()})
"""Attribute values of sources that store them as columns, one row a value; missing values have no row.

A number is written as `number_text` writes it, a list as JSON without blanks.
"""

NUMBERS = pa.schema(
    {
        "ts": TS,
        "entity_id": pa.string(),
        "last": pa.float64(),
        "min": pa.float64(),
        "max": pa.float64(),
        "count": pa.int64(),
    }
)
"""Numeric series: raw points with a `count` of 1, or reduced ones, whose `ts` is the start of the interval and `count`
the raw points they stand for."""

RUNS = pa.schema(
    {
        "ts": TS,
        "entity_id": pa.string(),
        "kind": pa.string(),
        "context_id": pa.string(),
        "target": pa.string(),
    }
)
"""What else the store tells of causes.

`kind` is automation or script (a run of `entity_id` under `context_id`), person or call (a service called for the
entity `target`, by a user or under `context_id`), start or stop (of Home Assistant itself).
"""

SCHEMAS: Mapping[str, pa.Schema] = {"states": STATES, "attributes": ATTRIBUTES, "numbers": NUMBERS, "runs": RUNS}

BatchKind = Literal["states", "attributes", "numbers", "runs"]


class Batch:
    """Rows of one kind.

    Args:
        kind: which of the four schemas.
        rows: in that schema, in any order; or what makes them when they are first asked for, so that a server is not kept
            waiting by it.
        points: the states and numbers among them, to plan by; None counts the rows. A few too many do no harm.

    Attributes:
        until: on the last batch of a slice of time its end, UTC; None on the others.
    """

    def __init__(self, kind: BatchKind, rows: pa.Table | Callable[[], pa.Table], *, points: int | None = None) -> None:
        self.kind = kind
        self.points = len(rows) if points is None and isinstance(rows, pa.Table) else points or 0
        self.until: datetime | None = None
        self._rows = rows

    @property
    def rows(self) -> pa.Table:
        """The rows.

        Raises:
            SourceUnavailableError: what the store answered can't be read.
        """
        if not isinstance(self._rows, pa.Table):
            self._rows = self._rows()
        return self._rows


@dataclass(frozen=True)
class Found:
    """What a source found when it looked at its store.

    Args:
        sentences: what was found, for the record.
        newest: the newest point, UTC; None where the store is empty or it can't be told cheaply.
        refused: points whose clock was wrong, by reason (`future`, `before 2000`); never read.
        ends: where the history ends for good, UTC; None where it goes on.
    """

    sentences: Sequence[str]
    newest: datetime | None = None
    refused: Mapping[str, int] = field(default_factory=dict)
    ends: datetime | None = None


class EventSource(Protocol):
    """Where events come from. One object serves one night; `discover` is called first."""

    @property
    def name(self) -> str:
        """What `events.source` says: `influxdb1`, `recorder`, ..."""

    @property
    def identity(self) -> str:
        """What `event_days.source` says: which store exactly. Another identity is fetched anew."""

    @property
    def knows_context(self) -> bool:
        """Whether a missing context means that there was none."""

    def discover(self) -> Found:
        """Look at the store's schema.

        Raises:
            SourceUnavailableError: it does not answer, after all retries.
            SourceRefusedError: it refuses, or does not hold Home Assistant's events.
        """

    def pieces(self, days: Sequence[date], usual: int) -> Iterator[list[date]]:
        """Split UTC days that follow each other into groups that are cheap to read and clean together and fit into memory.

        A group is asked for when the one before was read.

        Args:
            days: in order, without a gap.
            usual: the points of the fullest day stored; 0 where none is.
        """

    def read(self, start: datetime, end: datetime) -> Iterator[Batch]:
        """Yield all rows with `start <= ts < end` (UTC), slice of time after slice of time.

        All rows of one slice come before those of the next, in any order among themselves; a slice is small enough to be held in memory. A slice is
        yielded only when it was read whole, so that a retry never repeats rows.

        Raises:
            SourceUnavailableError: the store went away, after all retries.
            SourceRefusedError: the store refused.
        """

    def count(self, start: datetime, end: datetime) -> int | None:
        """Return how much the store holds with `start <= ts < end` (UTC), where that is much cheaper than reading it.

        It is compared to what an earlier night was told only: a number that changes with every late point. None where
        there is none.

        Raises:
            SourceUnavailableError: the store went away, after all retries.
            SourceRefusedError: the store refused.
        """

    def close(self) -> None:
        """Give back connections and files."""


ROWS_A_PIECE = 150_000
"""Days are cleaned together up to about so many rows: each piece has fixed costs, and must fit into memory."""


GROWTH = 3
"""A piece has at most so many times the days of the one before: the first days may say little of those that follow."""

SINGLE_DAYS = 2
"""Days with points that are read one by one before any are read together."""


class Pieces:
    """Groups of days for a source that learns only by reading how much a day holds: single days first, then as many as fit.

    Days before a history begins say nothing of it, and its first day may hold little of what the next ones do; so two days
    with points are read one by one.
    """

    def __init__(self) -> None:
        self._rows_a_day = 0.0
        self._heard = 0

    def count(self, rows: int, span: timedelta) -> None:
        """Note that `span` held so many rows; the fullest span seen counts."""
        self._rows_a_day = max(self._rows_a_day, rows / (span / timedelta(days=1)))
        self._heard += rows

    def of(self, days: Sequence[date], usual: int) -> Iterator[list[date]]:
        """Yield the groups, in order; where the usual day is known, the first has more than one."""
        self._rows_a_day = max(self._rows_a_day, usual)
        position, size, known = 0, self._fitting() if usual else 1, SINGLE_DAYS if usual else 0
        while position < len(days):
            self._heard = 0
            yield list(days[position : position + size])
            position += size
            known += self._heard > 0
            size = min(GROWTH * size, self._fitting()) if known >= SINGLE_DAYS else 1

    def _fitting(self) -> int:
        return max(1, int(ROWS_A_PIECE / max(1.0, self._rows_a_day)))


def ending(batches: Sequence[Batch], stop: datetime) -> Sequence[Batch]:
    """Return the batches of a slice of time, its end noted on the last of them."""
    if batches:
        batches[-1].until = stop
    return batches


def slice_end(position: datetime, width: timedelta, end: datetime) -> datetime:
    """Return where a slice from `position` ends: at a UTC midnight where it would reach over one."""
    stop = min(position + width, end)
    midnight = datetime.combine(stop.astimezone(UTC), time(), UTC)
    return midnight if midnight > position else stop
