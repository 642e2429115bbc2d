"""How often an entity would enter a state in a window by chance: what its own activity around that time gives."""

from dataclasses import dataclass

import numpy as np

from homeintel.patterns.arrays import Floats

USUAL_HOURS = 6.0
"""The usual level is the share of days reached or passed in this many hours of the day, and two windows' width: two
habits fill no more than that."""

MOST_USUAL_HOURS = 11.0

SIDE_WINDOWS = (2, 4)
"""Chance beside a window is looked up in so many windows of its width on each side."""

SIDE_HOURS = 6.0
"""Nothing further away than this is beside a window."""

PRIOR_DAYS = 6.0
"""Days of the usual level that stand beside what a side window shows: it holds few days itself."""


@dataclass(frozen=True)
class Chance:
    """The share of days by chance as a beta distribution, by stream, set of weekdays and window start.

    Args:
        a: first parameter: days with, so to speak.
        b: second parameter: days without.
    """

    a: Floats
    b: Floats

    @property
    def rate(self) -> Floats:
        """The mean share of days."""
        return np.asarray(self.a / (self.a + self.b))

    def or_greater(self, a: Floats, b: Floats) -> "Chance":
        """Return for each window the one of two distributions with the greater mean."""
        greater = a * (self.a + self.b) > self.a * (a + b)
        return Chance(np.where(greater, a, self.a), np.where(greater, b, self.b))


def chance_of(hits: Floats, days: Floats, bins: int, bin_minutes: int) -> Chance:
    """Return the greatest of the entity's usual level and what the windows before and after a window show.

    Args:
        hits: days it happened, by stream, set of weekdays and window start.
        days: days it could have.
        bins: the window's width.
        bin_minutes: how long a bin is.
    """
    usual, weight = _usual(hits, days, bins, bin_minutes)
    chance = Chance(usual * weight, (1 - usual) * weight)
    for wanted in SIDE_WINDOWS:
        windows = max(1, min(wanted, int(SIDE_HOURS * 60 / (bins * bin_minutes))))
        side_hits, side_days = _run(hits, bins, windows), _run(days, bins, windows)
        for shift in (-bins, bins * windows):
            a = np.roll(side_hits, shift, axis=-1) + PRIOR_DAYS * usual
            b = np.roll(side_days - side_hits, shift, axis=-1) + PRIOR_DAYS * (1 - usual)
            chance = chance.or_greater(a, b)
    # The greatest of five estimates is an upper one already, so it is taken to be as well known as the usual level.
    total = np.maximum(chance.a + chance.b, weight)
    return Chance(chance.rate * total, (1 - chance.rate) * total)


def _run(values: Floats, bins: int, windows: int) -> Floats:
    """Return the sum over so many windows that follow each other, the first at each start."""
    total = values
    for step in range(1, windows):
        total = total + np.roll(values, -bins * step, axis=-1)
    return total


def _usual(hits: Floats, days: Floats, bins: int, bin_minutes: int) -> tuple[Floats, Floats]:
    """Return the entity's usual level as a share of days, and how many days' worth of evidence it rests on.

    The greater of two levels, never less than what one unlucky day would give:

    - the level reached in `USUAL_HOURS` and more of the day. A lamp used all day reaches its level nearly everywhere, so an hour
      at which the home wakes up must beat the rest of the day; a lamp with one or two habits does not reach any in six
      hours, so they don't hide each other;
    - the share of its possible windows outside this one in which it happens at all. A state that can rarely be left
      alone (a fan that runs is soon switched off) is no habit at the one time it was looked at.
    """
    rank = min(int(USUAL_HOURS * 60 / bin_minutes) + 2 * bins, int(MOST_USUAL_HOURS * 60 / bin_minutes))
    share = hits / np.maximum(days, 1)
    reached = -np.partition(-share, rank, axis=-1)[..., rank]
    weight = np.maximum(np.median(days, axis=-1), 1) * max(1.0, rank / bins)
    elsewhere_hits, elsewhere_days = _elsewhere(hits, bins), _elsewhere(days, bins)
    elsewhere = elsewhere_hits / np.maximum(elsewhere_days, bins)
    level = np.maximum(reached[..., None], elsewhere) + 0.5 / weight[..., None]
    return np.clip(level, 0, 0.99), weight[..., None] * np.ones_like(hits)


def _elsewhere(values: Floats, bins: int) -> Floats:
    """Return the sum over all windows that share no minute with each window."""
    around = np.concatenate([values[..., -bins:], values, values[..., : bins + 1]], axis=-1)
    total = np.concatenate([np.zeros((*values.shape[:-1], 1)), np.cumsum(around, axis=-1)], axis=-1)
    size = values.shape[-1]
    own = total[..., 2 * bins : 2 * bins + size] - total[..., 1 : size + 1]
    return np.asarray(values.sum(axis=-1, keepdims=True) - own)
