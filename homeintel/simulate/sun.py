"""Sunrise and sunset of a home's days."""

import numpy as np

from homeintel.simulate.clock import SECOND, Ints, LocalClock

__all__ = ["POLAR_DAY", "sun_times"]

POLAR_DAY = -1  # the sun does not cross the horizon on that day


def sun_times(clock: LocalClock, latitude: float, longitude: float) -> tuple[Ints, Ints]:
    """Return sunrise and sunset of each local day, UTC microseconds, `POLAR_DAY` where there is none.

    Source: astral's implementation of NOAA's solar calculator.
    """
    from astral import Observer  # 50 ms that readers of retained topics need not pay
    from astral.sun import sunrise, sunset

    observer = Observer(latitude, longitude, 0.0)
    found = np.full((2, clock.days), POLAR_DAY, dtype=np.int64)
    for day in range(clock.days):
        for row, event in enumerate((sunrise, sunset)):
            try:
                instant = event(observer, date=clock.date_of(day), tzinfo=clock.timezone)
            except ValueError:  # astral's way of saying that the sun stays up or down
                continue
            found[row, day] = round(instant.timestamp()) * SECOND
    return found[0], found[1]
