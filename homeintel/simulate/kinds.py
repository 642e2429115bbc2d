"""The family of homes: who lives there, how they live, what is planted and what disturbs it."""

from dataclasses import dataclass, replace

__all__ = ["KINDS", "HomeKind", "Person"]

Minutes = tuple[float, float]  # mean, standard deviation


@dataclass(frozen=True)
class Person:
    """How one person's days go, in local minutes: (mean, standard deviation)."""

    name: str
    wake: Minutes
    leave: Minutes
    back: Minutes
    bed: Minutes
    home_days: tuple[int, ...] = ()  # weekdays spent at home, Monday 0
    weekend_wake: Minutes = (510, 45)
    weekend_outing: float = 0.6  # share of weekend days with a few hours out
    shifts: int = 0  # days of early, then of late shift, then free; 0: an ordinary week


@dataclass(frozen=True)
class HomeKind:
    """What one kind of home is made of. Counts are of planted things, rates a day."""

    people: tuple[Person, ...]
    clock_routines: int = 9
    sun_routines: int = 2
    couplings: int = 4
    automations: int = 3
    spread: tuple[float, float] = (4.0, 11.0)
    keep: tuple[float, float] = (0.84, 0.97)
    probability: tuple[float, float] = (0.7, 0.9)
    slow_lags: bool = False  # couplings of two to three minutes
    away_days: int = 2
    restarts: int = 2
    random_use: float = 0.7  # times a day an actuator without a habit of that hour is used
    visits: float = 14.0  # rooms entered by a person in an hour awake at home
    chatter: int = 1  # contacts that go mad once
    dropouts: int = 6  # times a device is unavailable for a while
    duplicates: float = 0.004
    anomalies: bool = True
    rewarmed: bool = False  # hard: habits that share entities, triggers and conditions


ANNA = Person("Anna", wake=(395, 14), leave=(482, 14), back=(1055, 45), bed=(1365, 25), home_days=(4,))
BEN = Person("Ben", wake=(415, 20), leave=(505, 20), back=(1100, 60), bed=(1385, 30), home_days=(1, 3))

REGULAR = HomeKind(people=(ANNA, BEN))

KINDS: dict[str, HomeKind] = {
    "regular": REGULAR,
    "empty": replace(REGULAR, clock_routines=0, sun_routines=0, couplings=0, automations=0),
}
