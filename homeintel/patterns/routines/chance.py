"""How often an entity would enter a state in a window by chance: what its own activity elsewhere and around gives."""

from dataclasses import dataclass

import numpy as np

from homeintel.patterns.arrays import Floats

SIDE_MINUTES = 60.0
SIDE_WINDOWS = 2
MOST_SIDE_MINUTES = 320.0
"""Beside a window means two windows of its width, at least an hour and at most these minutes, on either side."""

PRIOR_DAYS = 6.0
"""Days of the usual level that stand beside what the sides show: they hold few days themselves."""

BUSIER_SHARE = 1 / 3
"""How much the busier side counts beside both together: activity that rises or falls is on average right between them, a busy
hour that ends with the window is not."""

UNSEEN = 0.5
"""Events added to those seen elsewhere: what never happened may still happen (Jeffreys' prior of a Poisson rate)."""

LEAST_FILLED = 0.45
"""Of a window, the share in which somebody is taken to be awake at least: mornings and evenings are busier than other hours."""

LEAST_EVIDENCE = 8.0
"""Windows of able time that chance is taken to rest on at least."""


@dataclass(frozen=True)
class Chance:
    """The share of days by chance as a beta distribution, one for each window looked at.

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


@dataclass(frozen=True)
class Around:
    """What is known about a stream outside each window; arrays of one shape.

    Args:
        events: times it happened elsewhere those that a routine explains left out.
        able: bins elsewhere in which it could have.
        inside: the same within the window, a day on which it could have.
        sides: (days it happened, days it could have) in the windows before and in those after.
    """

    events: Floats
    able: Floats
    inside: Floats
    sides: tuple[tuple[Floats, Floats], tuple[Floats, Floats]]


def chance_of(around: Around, bins: int) -> Chance:
    """Return the greater of the entity's usual rate and what the windows before and after a window show.

    The usual rate is events over the time in which the entity was able to enter the state and somebody was awake: a
    state that is soon left alone again, or that must come once a day, has little such time and a high rate.

    Args:
        around: what is known outside the windows.
        bins: the windows' width.
    """
    windows = np.maximum(around.able / bins, LEAST_EVIDENCE)
    filled = np.clip(around.inside / bins, LEAST_FILLED, 1.0)
    usual = -np.expm1(-(around.events + UNSEEN) / windows * filled)
    (hits, days), (more_hits, more_days) = around.sides
    beside = [(h + PRIOR_DAYS * usual) / (d + PRIOR_DAYS) for h, d in around.sides]
    together = (hits + more_hits + PRIOR_DAYS * usual) / (days + more_days + PRIOR_DAYS)
    rate = np.maximum(usual, (1 - BUSIER_SHARE) * together + BUSIER_SHARE * np.maximum(*beside))
    rate = np.minimum(rate, 0.99)
    return Chance(rate * windows, (1 - rate) * windows)


def side_windows(bins: int, bin_minutes: int) -> int:
    """Return how many windows of a width stand beside one."""
    width = bins * bin_minutes
    return max(1, int(min(max(SIDE_WINDOWS * width, SIDE_MINUTES), MOST_SIDE_MINUTES) / width))
