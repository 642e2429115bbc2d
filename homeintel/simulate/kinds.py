"""The family of homes: who lives there, how they live, what is planted and what disturbs it."""

from dataclasses import dataclass, replace

__all__ = ["GROUPS", "KINDS", "HomeKind", "Person"]

Minutes = tuple[float, float]  # mean, standard deviation
Range = tuple[float, float]  # least, most


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
    shifts: int = 0  # days of early, then of late shift, then of day shift; 0: an ordinary week


@dataclass(frozen=True)
class HomeKind:
    """What one kind of home is made of. Counts are of planted things, rates a day, ranges least and most."""

    people: tuple[Person, ...]
    clock_routines: int = 9
    sun_routines: int = 2
    couplings: int = 4
    automations: int = 3
    in_order: bool = False  # take the first habits of the lists, not any
    tangled: bool = False  # several routines of one entity, sets of weekdays, conditions
    spread: Range = (4.0, 11.0)  # minutes
    sun_spread: Range = (4.0, 8.0)  # minutes
    keep: Range = (0.84, 0.97)
    probability: Range = (0.7, 0.9)
    lag: Range | None = None  # seconds; None: each reaction's own, 2 to 180
    habits_need_presence: bool = False  # shift workers are out at some hours on some days
    away_days: int = 2
    seldom: bool = False  # a holiday home: somebody comes for some days, then nobody for many
    young_days: int | None = None  # the home is younger than the window
    restarts: int = 2
    random_use: float = 1.6  # times a day an actuator without a habit is used
    frequent_use: float = 8.0  # the same for the few that are used often
    visits: float = 14.0  # rooms entered by a person in an hour awake at home
    mad_contacts: int = 1  # contacts that open and close like mad for an hour
    flicker: float = 0.0  # share of a motion sensor's rows that come twice, on and off and on again
    dropouts: int = 6  # times a device is unavailable for a while
    duplicates: float = 0.004
    anomalies: bool = True
    renamed: int = 2  # entities people gave another id, disabled by hand, or keep out of the history
    disabled: int = 2
    excluded: int = 2


ANNA = Person("Anna", wake=(395, 14), leave=(482, 14), back=(1055, 45), bed=(1365, 25), home_days=(4,))
BEN = Person("Ben", wake=(415, 20), leave=(505, 20), back=(1100, 60), bed=(1385, 30), home_days=(1, 3))
MIA = Person("Mia", wake=(400, 10), leave=(450, 8), back=(850, 50), bed=(1260, 20), weekend_wake=(480, 40))
NOAH = Person("Noah", wake=(405, 12), leave=(455, 8), back=(930, 60), bed=(1290, 25), weekend_wake=(540, 60))
KIM = Person("Kim", wake=(420, 20), leave=(490, 15), back=(1020, 30), bed=(1350, 30), shifts=4)
ROSA = Person("Rosa", wake=(450, 30), leave=(640, 60), back=(760, 60), bed=(1330, 30), home_days=(0, 1, 2, 3, 4))

REGULAR = HomeKind(people=(ANNA, BEN), in_order=True, renamed=0, disabled=0, excluded=0)
VARIED = replace(REGULAR, in_order=False, renamed=2, disabled=2, excluded=2)

KINDS: dict[str, HomeKind] = {
    "regular": REGULAR,
    "varied": VARIED,
    "shift": replace(VARIED, people=(KIM,), habits_need_presence=True, clock_routines=7, couplings=4),
    "family": replace(
        VARIED, people=(ANNA, BEN, MIA, NOAH), clock_routines=12, couplings=5, sun_routines=3, random_use=2.2
    ),
    "holiday": replace(VARIED, people=(ROSA,), seldom=True, clock_routines=6, couplings=3, random_use=1.8),
    "sparse": replace(
        VARIED,
        people=(ROSA,),
        clock_routines=4,
        sun_routines=1,
        couplings=2,
        automations=1,
        random_use=0.5,
        visits=8.0,
    ),
    "noisy": replace(
        VARIED,
        couplings=5,
        random_use=3.5,
        visits=24.0,
        restarts=5,
        mad_contacts=3,
        flicker=0.03,
        dropouts=25,
        duplicates=0.02,
        keep=(0.75, 0.92),
    ),
    "young": replace(VARIED, young_days=9, clock_routines=7, anomalies=False, away_days=0, restarts=1),
    "empty": replace(VARIED, clock_routines=0, sun_routines=0, couplings=0, automations=0, anomalies=False),
    "hard": replace(
        VARIED,
        tangled=True,
        clock_routines=8,
        couplings=6,
        spread=(25.0, 40.0),
        sun_spread=(8.0, 14.0),
        keep=(0.55, 0.65),
        probability=(0.45, 0.6),
        lag=(120.0, 180.0),
    ),
}

GROUPS: dict[str, tuple[str, ...]] = {
    "ordinary": ("regular", "varied", "shift", "family", "holiday", "sparse", "noisy", "young"),
    "hard": ("hard",),
    "empty": ("empty",),
}
"""Kinds of homes that are held to the same bounds."""
