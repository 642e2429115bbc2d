"""Many homes at once: every kind, in places with and without daylight saving, north and south of the equator."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from homeintel.simulate.home import SimulatedHome, simulate_home
from homeintel.simulate.kinds import KINDS

__all__ = ["PLACES", "Place", "family_of_homes", "home_of_family", "place_of"]


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


def place_of(seed: int, kind: str) -> Place:
    """Return where the home of a seed and kind stands: the place goes round with both, so that all kinds meet all places."""
    number = list(KINDS).index(kind) if kind in KINDS else 0
    return PLACES[(seed + number) % len(PLACES)]


def home_of_family(seed: int, kind: str, *, days: int = 30, devices: int = 60) -> SimulatedHome:
    """Return one home of the family: the same seed and kind, the same home, whichever others are asked for.

    Raises:
        SettingsError: there is no such kind.
    """
    place = place_of(seed, kind)
    return simulate_home(
        seed=seed,
        days=days,
        end=place.end,
        timezone=place.timezone,
        latitude=place.latitude,
        longitude=place.longitude,
        kind=kind,
        devices=devices,
    )


def family_of_homes(
    seeds: Iterable[int], kinds: Sequence[str], *, days: int = 30, devices: int = 60
) -> Iterator[SimulatedHome]:
    """Yield one home for each kind and seed.

    Raises:
        SettingsError: there is no such kind.
    """
    for seed in seeds:
        for kind in kinds:
            yield home_of_family(seed, kind, days=days, devices=devices)
