"""When the home was heard: one moment a minute in which anything was written, and the pauses between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

import numpy as np
import numpy.typing as npt

DAY_US = 86_400_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Times = npt.NDArray[np.int64]
"""Microseconds since 1970, UTC."""


def microsecond(moment: datetime) -> int:
    """Return a moment as microseconds since 1970, UTC."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def spans(ts: Times, seconds: int) -> Times:
    """Return which span of so many seconds since 1970 each time lies in, as `epoch_ms` of DuckDB has it: it rounds."""
    numbers: Times = (ts + 500) // (seconds * 1_000_000)
    return numbers


@dataclass(frozen=True)
class Heard:
    """The moments of one piece of days.

    Args:
        ts: in order, the last of each minute; where it is known, the last one before the piece is the first.
        end: the piece's end, or now where that is earlier, UTC: there the last pause ends.
    """

    ts: Times
    end: datetime

    @classmethod
    def of(cls, times: Sequence[Times], last: datetime | None, end: datetime) -> "Heard":
        """Return the moments of what was written at `times`, in any order, and `last` before them (UTC; None: not known)."""
        ts = np.concatenate([*times, np.array([] if last is None else [microsecond(last)], np.int64)])
        if not len(ts):
            return cls(ts, end)
        minute = spans(ts, 60)
        minute -= minute.min()
        newest = np.zeros(minute.max() + 1, np.int64)
        np.maximum.at(newest, minute, ts)  # a twentieth of sorting them
        return cls(newest[newest > 0], end)

    @property
    def last(self) -> datetime | None:
        """The last moment, UTC; None where there is none at all."""
        return _moment(self.ts[-1]) if len(self.ts) else None

    @cached_property
    def usual(self) -> float | None:
        """The usual pause in seconds: one silent day says nothing of it. None where nothing was heard."""
        if not len(self.ts):
            return None
        pauses = np.sort(self._pauses) / 1e6
        low, high = pauses[(len(pauses) - 1) // 2], pauses[len(pauses) // 2]
        return float(low + (high - low) * 0.5)

    def silences(self, shortest: timedelta) -> list[tuple[datetime, datetime]]:
        """Return start and end (UTC) of all pauses at least as long."""
        places = np.flatnonzero(self._pauses >= shortest // timedelta(microseconds=1))
        return [(_moment(self.ts[place]), _moment(self._ends[place])) for place in places]

    def before(self, moment: datetime) -> datetime | None:
        """Return the last moment before another one, UTC; None where there is none."""
        place = int(np.searchsorted(self.ts, microsecond(moment)))
        return _moment(self.ts[place - 1]) if place else None

    def within(self, start: datetime, end: datetime) -> tuple[datetime | None, datetime | None]:
        """Return the first and the last moment with `start <= ts < end` (UTC); None and None where there is none."""
        first, behind = np.searchsorted(self.ts, [microsecond(start), microsecond(end)])
        return (_moment(self.ts[first]), _moment(self.ts[behind - 1])) if behind > first else (None, None)

    @property
    def _ends(self) -> Times:
        return np.append(self.ts[1:], max(self.ts[-1], microsecond(self.end))) if len(self.ts) else self.ts

    @property
    def _pauses(self) -> Times:
        return self._ends - self.ts


def _moment(ts: np.int64) -> datetime:
    return _EPOCH + timedelta(microseconds=int(ts))
