"""Local minutes to UTC and back, in any zone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from homeintel.simulate.clock import HOUR, MINUTE, LocalClock, moment
from homeintel.simulate.sun import POLAR_DAY, sun_times

ZONES = [
    "Europe/Berlin",
    "Asia/Kolkata",
    "Australia/Sydney",
    "America/New_York",
    "America/Sao_Paulo",
    "Australia/Lord_Howe",
    "UTC",
]


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(ZONES),
    st.dates(date(2024, 1, 1), date(2027, 12, 1)),
    st.integers(0, 9),
    st.floats(0, 1439.9),
)
def test_minutes_are_those_of_the_zone(zone: str, start: date, day: int, minute: float) -> None:
    clock = LocalClock(zone, start, 10)
    ts = clock.to_utc(np.array([day]), np.array([minute]))
    wall = datetime.combine(start + timedelta(days=day), datetime.min.time()) + timedelta(minutes=minute)
    local = moment(ts[0]).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert abs(local - wall) <= timedelta(hours=1, seconds=1)  # a minute that spring skips comes an hour later
    exists = wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wall
    if exists:
        assert abs(local - wall) < timedelta(seconds=1)
        assert abs(clock.local_minute(ts)[0] - minute) < 0.02
        assert clock.day_of(ts)[0] == day


def test_midnights_are_23_and_25_hours_apart_when_the_clocks_change() -> None:
    autumn = np.diff(LocalClock("Europe/Berlin", date(2026, 10, 24), 3).midnights) // HOUR
    spring = np.diff(LocalClock("Europe/Berlin", date(2026, 3, 28), 3).midnights) // HOUR
    assert autumn.tolist() == [24, 25, 24]
    assert spring.tolist() == [24, 23, 24]


def test_sun_of_berlin_and_of_a_polar_night() -> None:
    clock = LocalClock("Europe/Berlin", date(2026, 6, 21), 1)
    rise, fall = sun_times(clock, 52.52, 13.40)
    assert abs(clock.local_minute(rise)[0] - (4 * 60 + 43)) < 3
    assert abs(clock.local_minute(fall)[0] - (21 * 60 + 33)) < 3
    dark = LocalClock("Europe/Oslo", date(2026, 12, 21), 2)
    assert sun_times(dark, 78.2, 15.6)[0].tolist() == [POLAR_DAY, POLAR_DAY]
    assert MINUTE == 60_000_000
