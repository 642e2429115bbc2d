"""When people wake, leave, come home and go to bed, day by day."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from homeintel.simulate.absence import away_blocks
from homeintel.simulate.clock import MINUTE, Floats, Ints, LocalClock
from homeintel.simulate.kinds import HomeKind, Person

__all__ = ["Life", "live"]

SETTLING = 40 * MINUTE  # after waking or coming home, what was left on is switched off within this time
EARLY_SHIFT, LATE_SHIFT = -150.0, 300.0  # minutes against an ordinary day


@dataclass(frozen=True)
class Life:
    """The people of a home over its days.

    `spells` are the merged stretches in which somebody is at home and awake, shape (n, 2), UTC microseconds, sorted;
    `personal_spells` the same for each person alone. `comings` holds, for each person, the times of coming home,
    `goings` of leaving. `away` tells for each local day whether the home stands empty all day, `absences` from when to
    when nobody is there on account of such days, shape (n, 2).
    """

    spells: Ints
    personal_spells: Ints
    goings: tuple[Ints, ...]
    comings: tuple[Ints, ...]
    away: npt.NDArray[np.bool_]
    absences: Ints

    def gone(self, ts: Ints) -> npt.NDArray[np.bool_]:
        """Return whether everybody is away for days at each time."""
        begun, ended = (np.searchsorted(self.absences[:, column], ts, "right") for column in (0, 1))
        return np.asarray(begun > ended)

    def sample(self, rng: np.random.Generator, count: int) -> Ints:
        """Return `count` times at which somebody is at home and awake, evenly over all such time, sorted."""
        lengths = np.diff(self.spells, axis=1)[:, 0]
        if count == 0 or not len(lengths):
            return np.empty(0, dtype=np.int64)
        ends = np.cumsum(lengths)
        drawn = np.sort(rng.integers(0, ends[-1], size=count))
        spell = np.searchsorted(ends, drawn, side="right")
        return np.asarray(self.spells[spell, 1] - (ends[spell] - drawn))

    def awake(self, ts: Ints) -> npt.NDArray[np.bool_]:
        """Return whether somebody is at home and awake at each time."""
        spell = np.searchsorted(self.spells[:, 0], ts, side="right") - 1
        inside = (spell >= 0) & (ts < self.spells[np.maximum(spell, 0), 1]) if len(self.spells) else np.zeros(1, bool)
        return np.broadcast_to(inside, ts.shape)

    def when_awake(self, ts: Ints, rng: np.random.Generator) -> Ints:
        """Return the times, those at which nobody is there or awake moved to soon after somebody is again."""
        if not len(self.spells) or not len(ts):
            return ts
        following = np.minimum(np.searchsorted(self.spells[:, 0], ts), len(self.spells) - 1)
        soon = self.spells[following, 0] + rng.integers(MINUTE, SETTLING, len(ts))
        return np.where(self.awake(ts) | (soon < ts), ts, soon)


def live(kind: HomeKind, clock: LocalClock, away: npt.NDArray[np.bool_], rng: np.random.Generator) -> Life:
    """Return the days of a kind's people; nobody is at home on the days marked in `away`.

    On the day before such days people leave in the afternoon, on the day after they come home in the afternoon.
    """
    spells, goings, comings = [], [], []
    for person in kind.people:
        stretches, leave, back = _days(person, clock, away, rng)
        spells.append(stretches)
        goings.append(leave)
        comings.append(back)
    personal = np.concatenate(spells)
    personal = personal[np.argsort(personal[:, 0], kind="stable")]
    merged = _merged(personal)
    return Life(merged, personal, tuple(goings), tuple(comings), away, _absences(merged, clock, away))


def _absences(spells: Ints, clock: LocalClock, away: npt.NDArray[np.bool_]) -> Ints:
    """Return from when to when nobody is there, around each block of days away."""
    found = []
    for first, last in away_blocks(away):
        before = spells[spells[:, 1] <= clock.midnights[first], 1]
        after = spells[spells[:, 0] >= clock.midnights[last], 0]
        found.append((before.max(initial=clock.midnights[0]), after.min(initial=clock.midnights[-1])))
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def _days(
    person: Person, clock: LocalClock, away: npt.NDArray[np.bool_], rng: np.random.Generator
) -> tuple[Ints, Ints, Ints]:
    """Return one person's awake stretches at home, and the times of leaving and of coming home."""
    days = np.arange(clock.days)
    free = clock.weekdays >= 5
    wake, leave, back, bed = _ordinary(person, clock.days, free, rng)
    if person.shifts:
        _shift(person, days, wake, leave, back, bed)
    at_home = np.isin(clock.weekdays, person.home_days) & ~free
    at_home |= free & (rng.random(clock.days) >= person.weekend_outing)
    last_before, first_after = _edges(away)
    leave = np.where(last_before, rng.normal(960, 40, clock.days), np.where(at_home, np.nan, leave))
    back = np.where(last_before | at_home, np.nan, back)
    back = np.where(first_after, rng.normal(970, 60, clock.days), back)
    out = ~np.isnan(leave)
    home = ~np.isnan(back)
    wakes_here = ~away & ~first_after
    whole = wakes_here & ~out & ~home
    gone, came = wakes_here & out, home & ~away
    pieces = [
        _stretch(clock, days[whole], wake[whole], bed[whole]),
        _stretch(clock, days[gone], wake[gone], leave[gone]),
        _stretch(clock, days[came], back[came], bed[came]),
    ]
    goings, comings = clock.to_utc(days[gone], leave[gone]), clock.to_utc(days[came], back[came])
    return np.concatenate(pieces), goings, comings


def _ordinary(
    person: Person, days: int, free: npt.NDArray[np.bool_], rng: np.random.Generator
) -> tuple[Floats, Floats, Floats, Floats]:
    wake = np.where(free, rng.normal(*person.weekend_wake, days), rng.normal(*person.wake, days))
    leave = np.where(free, rng.normal(690, 80, days), rng.normal(*person.leave, days))
    back = np.where(free, leave + np.abs(rng.normal(150, 70, days)) + 20, rng.normal(*person.back, days))
    bed = rng.normal(*person.bed, days) + np.where(free, 35, 0)
    leave = np.maximum(leave, wake + 15)
    return wake, leave, np.maximum(back, leave + 20), np.maximum(bed, back + 30)


def _shift(person: Person, days: Ints, wake: Floats, leave: Floats, back: Floats, bed: Floats) -> None:
    """Move the days of a shift worker in place: early, late and free blocks of `shifts` days follow each other."""
    turn = days // person.shifts % 3
    moved = np.where(turn == 0, EARLY_SHIFT, np.where(turn == 1, LATE_SHIFT, 0.0))
    wake += moved
    leave += moved
    back += moved
    bed += np.where(turn == 0, EARLY_SHIFT / 2, np.where(turn == 1, 150.0, 0.0))


def _edges(away: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return the days just before and just after days away."""
    before = ~away & np.append(away[1:], False)
    after = ~away & np.insert(away[:-1], 0, False)
    return before, after & ~before


def _stretch(clock: LocalClock, days: Ints, start: Floats, end: Floats) -> Ints:
    stretch = np.stack([clock.to_utc(days, start), clock.to_utc(days, end)], axis=1)
    return stretch[stretch[:, 1] > stretch[:, 0]]


def _merged(stretches: Ints) -> Ints:
    """Return the union of stretches sorted by start."""
    if not len(stretches):
        return stretches
    ends = np.maximum.accumulate(stretches[:, 1])
    new = np.insert(stretches[1:, 0] > ends[:-1], 0, True)
    last = np.append(np.flatnonzero(new)[1:] - 1, len(stretches) - 1)
    return np.stack([stretches[new, 0], ends[last]], axis=1)
