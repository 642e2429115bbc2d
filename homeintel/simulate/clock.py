"""Local time of a home, vectorised: days and minutes to UTC microseconds and back, right across daylight saving."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

__all__ = ["DAY", "HOUR", "MINUTE", "SECOND", "Floats", "Ints", "LocalClock", "moment"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
OFFSET_STEP = HOUR // 2  # every known change of offset falls on a half hour of UTC


@dataclass(frozen=True)
class LocalClock:
    """The local days from `start` on, `days` of them, in one time zone.

    Days are counted from 0 at `start`; minutes run from local midnight and may leave the day at either end.
    Times are microseconds since 1970 in UTC.
    """

    timezone: str
    start: date
    days: int
    _zone: ZoneInfo = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_zone", ZoneInfo(self.timezone))

    @cached_property
    def midnights(self) -> Ints:
        """UTC time of each local midnight, one more than there are days."""
        days = (self.start + timedelta(days=number) for number in range(self.days + 1))
        return np.array([self._utc(day) for day in days], dtype=np.int64)

    @cached_property
    def weekdays(self) -> Ints:
        """Weekday of each local day, Monday 0."""
        return (self.start.weekday() + np.arange(self.days)) % 7

    @cached_property
    def _offsets(self) -> tuple[int, Ints]:
        """First instant and the zone's offset at every step around the days."""
        first = (self._utc(self.start) - 3 * DAY) // OFFSET_STEP * OFFSET_STEP
        steps = (self.days + 6) * DAY // OFFSET_STEP
        moments = (datetime.fromtimestamp((first + step * OFFSET_STEP) / SECOND, tz=UTC) for step in range(steps))
        offsets = [moment.astimezone(self._zone).utcoffset() or timedelta() for moment in moments]
        return first, np.array([offset // timedelta(microseconds=1) for offset in offsets], dtype=np.int64)

    def offset_at(self, ts: Ints) -> Ints:
        """Return what local time is ahead of UTC at each time, microseconds."""
        first, offsets = self._offsets
        return offsets[np.clip((ts - first) // OFFSET_STEP, 0, len(offsets) - 1)]

    def to_utc(self, day: Ints, minute: Floats) -> Ints:
        """Return the UTC time of local minutes of days. A minute that spring skips comes out one hour later."""
        naive = (self.start - date(1970, 1, 1)).days * DAY + day * DAY + np.round(minute * MINUTE).astype(np.int64)
        guess = naive - self.offset_at(naive)
        return naive - self.offset_at(guess)

    def local_minute(self, ts: Ints) -> Floats:
        """Return the local minute of the day, 0 <= minute < 1440."""
        return ((ts + self.offset_at(ts)) % DAY) / MINUTE

    def day_of(self, ts: Ints) -> Ints:
        """Return the number of the local day of each time; outside the days it leaves 0..days-1."""
        return (ts + self.offset_at(ts)) // DAY - (self.start - date(1970, 1, 1)).days

    def date_of(self, day: int) -> date:
        """Return the local date of a day."""
        return self.start + timedelta(days=int(day))

    def _utc(self, day: date) -> int:
        midnight = datetime(day.year, day.month, day.day, tzinfo=self._zone)
        return round(midnight.timestamp()) * SECOND


def moment(ts: int | np.int64) -> datetime:
    """Return microseconds since 1970 as an aware datetime in UTC."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(ts))
