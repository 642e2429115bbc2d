"""Many homes at once: every kind, in places with and without daylight saving, north and south of the equator."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from homeintel.simulate.home import SimulatedHome, simulate_home

__all__ = ["PLACES", "Place", "family_of_homes"]


class Place(NamedTuple):
    """Where a home stands, and the end of a window that shows what is special there."""

    timezone: str
    latitude: float
    longitude: float
    end: date


PLACES = (
    Place("Europe/Berlin", 52.52, 13.40, date(2026, 11, 8)),  # back to winter time within the window
    Place("Asia/Kolkata", 22.57, 88.36, date(2026, 6, 1)),  # no daylight saving, half an hour off
    Place("Australia/Sydney", -33.87, 151.21, date(2026, 10, 20)),  # forward in October
    Place("America/New_York", 40.71, -74.01, date(2026, 3, 29)),  # forward in March
    Place("America/Sao_Paulo", -23.55, -46.63, date(2026, 7, 10)),  # south, no daylight saving, winter
    Place("Europe/Lisbon", 38.72, -9.14, date(2026, 8, 20)),
)


def family_of_homes(
    seeds: Iterable[int], kinds: Sequence[str], *, days: int = 30, devices: int = 60
) -> Iterator[SimulatedHome]:
    """Yield one home for each kind and seed; the place goes round with the seed, so that all kinds meet all places.

    Raises:
        SettingsError: there is no such kind.
    """
    for seed in seeds:
        for number, kind in enumerate(kinds):
            place = PLACES[(seed + number) % len(PLACES)]
            yield simulate_home(
                seed=seed,
                days=days,
                end=place.end,
                timezone=place.timezone,
                latitude=place.latitude,
                longitude=place.longitude,
                kind=kind,
                devices=devices,
            )
