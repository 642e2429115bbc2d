"""The home's local days: wall clock, weekdays, sunrise and sunset, daylight saving."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np

from homeintel.patterns.arrays import Bools, Floats, Ints

DAY = 86_400.0
_PROBE = 900
"""Seconds between probes of the zone's offset: every zone's changes fall on a quarter of an hour."""


@dataclass(frozen=True)
class Calendar:
    """The local days of a window.

    Wall-clock seconds count from the first local midnight as if every day had 24 hours, so that the same time of day
    on the next day is always 86,400 later. UTC seconds are Unix time.

    Args:
        first_day: the first local date, inclusive.
        days: how many local days.
        zone: the home's time zone.
        latitude: degrees north.
        longitude: degrees east.
    """

    first_day: date
    days: int
    zone: ZoneInfo
    latitude: float
    longitude: float

    @cached_property
    def starts(self) -> Floats:
        """UTC seconds of each local midnight, and of the one after the last day: shape (days + 1,)."""
        midnights = (
            datetime.combine(self.first_day + timedelta(days=d), time(), self.zone) for d in range(self.days + 1)
        )
        return np.array([midnight.timestamp() for midnight in midnights])

    @cached_property
    def weekdays(self) -> Ints:
        """Monday 0 to Sunday 6 of each day: shape (days,)."""
        return (self.first_day.weekday() + np.arange(self.days)) % 7

    @cached_property
    def _offsets(self) -> tuple[Floats, Floats]:
        """Times from which a UTC offset holds, and the offsets, in seconds."""
        first, last = self.starts[0] - 8 * DAY, self.starts[-1] + 8 * DAY
        froms, offsets = [first], [self._offset(first)]
        for day_start in np.arange(first, last, DAY):
            if self._offset(day_start + DAY) == offsets[-1] and self._offset(day_start + DAY / 2) == offsets[-1]:
                continue
            for moment in np.arange(day_start, day_start + DAY, _PROBE) + _PROBE:
                offset = self._offset(moment)
                if offset != offsets[-1]:
                    froms.append(moment - moment % _PROBE)
                    offsets.append(offset)
        return np.array(froms), np.array(offsets)

    def _offset(self, moment: float) -> float:
        offset = datetime.fromtimestamp(moment, self.zone).utcoffset()
        assert offset is not None
        return offset.total_seconds()

    def wall(self, utc: Floats) -> Floats:
        """Return wall-clock seconds since the first local midnight."""
        froms, offsets = self._offsets
        chosen = offsets[np.clip(np.searchsorted(froms, utc, side="right") - 1, 0, len(offsets) - 1)]
        return np.asarray(utc + chosen - (self.starts[0] + self._offset(float(self.starts[0]))))

    def day_of(self, utc: Floats) -> Ints:
        """Return the index of the local day of each time; -1 before the window, `days` and more after it."""
        return np.asarray(np.floor(self.wall(utc) / DAY), dtype=np.int64)

    def utc(self, wall: Floats) -> Floats:
        """Return UTC seconds of wall-clock times; of a repeated hour the first, of a skipped one the same distance on."""
        guess = np.asarray(wall + self.starts[0] + self._offset(float(self.starts[0])))
        froms, offsets = self._offsets
        earlier = offsets[np.clip(np.searchsorted(froms + offsets, guess, side="right") - 1, 0, len(offsets) - 1)]
        return np.asarray(guess - earlier)

    def local(self, utc: float) -> datetime:
        """Return one UTC time as a local datetime."""
        return datetime.fromtimestamp(utc, self.zone)

    def date_of(self, day: int) -> date:
        """Return the date of a day's index."""
        return self.first_day + timedelta(days=int(day))

    @cached_property
    def sunrise(self) -> Floats:
        """Wall-clock minute of the day of each sunrise; NaN where the sun does not rise. Shape (days,)."""
        return self._sun_minutes("sunrise")

    @cached_property
    def sunset(self) -> Floats:
        """Wall-clock minute of the day of each sunset; NaN where the sun does not set. Shape (days,)."""
        return self._sun_minutes("sunset")

    def _sun_minutes(self, event: str) -> Floats:
        # astral follows NOAA's solar calculator (J. Meeus, "Astronomical Algorithms", 1998), as Home Assistant does.
        from astral import Observer
        from astral.sun import sunrise, sunset

        observer = Observer(latitude=self.latitude, longitude=self.longitude)
        calculate = sunrise if event == "sunrise" else sunset
        minutes = np.full(self.days, np.nan)
        for day in range(self.days):
            try:
                moment = calculate(observer, date=self.date_of(day), tzinfo=self.zone)
            except ValueError:  # the sun does not rise or set on that day
                continue
            local = moment.astimezone(self.zone)
            minutes[day] = (local.hour * 3600 + local.minute * 60 + local.second) / 60
        return minutes

    def dark(self, utc: Floats) -> Bools:
        """Return whether the sun is below the horizon; in polar day or night False."""
        wall = self.wall(utc)
        day = np.clip((wall // DAY).astype(np.int64), 0, self.days - 1)
        minute = (wall % DAY) / 60
        with np.errstate(invalid="ignore"):
            return np.asarray((minute < self.sunrise[day]) | (minute >= self.sunset[day]))

    @property
    def end_day(self) -> date:
        """The last local date, exclusive."""
        return self.first_day + timedelta(days=self.days)

    @property
    def end(self) -> datetime:
        """The last local midnight, in UTC."""
        return datetime.fromtimestamp(float(self.starts[-1]), UTC)
