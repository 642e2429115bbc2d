"""How often an action comes by itself, by hour of the day: what the screen and the judge of pairs hold against a trigger."""

from collections.abc import Sequence

import numpy as np

from homeintel.patterns.arrays import Floats, Ints
from homeintel.patterns.calendar import DAY
from homeintel.patterns.history import Stream

HOURS = 24
NEIGHBOURS = (-1, 0, 1)
"""An hour's rate is taken from itself and the hours beside it: one hour alone has too few changes, and what a trigger brings
about in its own hour would be held against it."""


def by_hour(stream: Stream) -> Ints:
    """Return how many of a stream's times lie in each hour of the local day: shape (24,)."""
    return np.bincount((stream.wall % DAY // 3600).astype(np.int64), minlength=HOURS)


def rates(stream: Stream, days: int) -> Floats:
    """Return a stream's changes a second in each hour of the local day: shape (24,).

    Args:
        stream: of days that count.
        days: how many days count, at least one.
    """
    counts = by_hour(stream)
    near = np.sum([np.roll(counts, shift) for shift in NEIGHBOURS], axis=0)
    return np.asarray(near / (len(NEIGHBOURS) * 3600.0 * days))


def of_each(streams: Sequence[Stream]) -> Floats:
    """Return `by_hour` of each stream: shape (streams, 24)."""
    return np.array([by_hour(stream) for stream in streams], dtype=np.float64)


def expected_a_second(triggers: Floats, actions: Sequence[Stream], days: int) -> Floats:
    """Return the matches of each trigger with each action that every second of lag brings by chance.

    Args:
        triggers: `of_each` of them: shape (triggers, 24).
        actions: at least one.
        days: how many days count, at least one.

    Returns:
        Shape (triggers, actions).
    """
    return np.asarray(triggers @ np.array([rates(stream, days) for stream in actions]).T)
