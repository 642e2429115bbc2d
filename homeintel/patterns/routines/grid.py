"""On which days an entity entered a state inside each window of the day, and on which it could have."""

from dataclasses import dataclass

import numpy as np

from homeintel.patterns.arrays import Bools, Floats, Ints
from homeintel.patterns.calendar import DAY
from homeintel.patterns.history import History, Stream

BIN_MINUTES = 2
BINS = 1440 // BIN_MINUTES
"""Bins of a day: the start of a window is found to two minutes, its centre is fitted afterwards."""


@dataclass(frozen=True)
class Frame:
    """A clock to tell the time of day by.

    Args:
        name: `clock`, `sunrise` or `sunset`.
        shift: wall-clock seconds taken from the times of each day: shape (days,); NaN where there is none.
    """

    name: str
    shift: Floats

    def times(self, wall: Floats) -> Floats:
        """Return the times on this clock; NaN on days without it or outside the window."""
        day = np.floor(wall / DAY).astype(np.int64)
        inside = (day >= 0) & (day < len(self.shift))
        shift = np.where(inside, self.shift[np.clip(day, 0, len(self.shift) - 1)], np.nan)
        return np.asarray(wall - shift)


@dataclass(frozen=True)
class Grid:
    """One stream on one clock.

    Args:
        events: cumulative number of events before each bin of the window, two days longer than it.
        held: whether the entity already was in the state at the start of each bin: shape (days * BINS,).
        days: days of the window.
    """

    events: Ints
    held: Bools
    days: int

    def hits(self, bins: int) -> Bools:
        """Return for each day and window start whether an event fell into the `bins` bins from there.

        Windows run on over midnight, so that 23:58 and 00:03 share one. Shape (days, BINS).
        """
        size = self.days * BINS
        return np.asarray(self.events[bins : bins + size] > self.events[:size]).reshape(self.days, BINS)

    def possible(self, hits: Bools) -> Bools:
        """Return for each day and window start whether it happened or could have: the state was not held yet."""
        return np.asarray(hits | ~self.held.reshape(self.days, BINS))


def make_grid(history: History, stream: Stream, times: Floats, frame: Frame) -> Grid:
    """Return the grid of a stream's `times` (wall-clock seconds on the frame's clock; NaN are left out)."""
    days = history.calendar.days
    size = days * BINS
    known = times[~np.isnan(times)]
    bins = np.floor(known / (60 * BIN_MINUTES)).astype(np.int64)
    counts = np.bincount(bins[(bins >= 0) & (bins < size)], minlength=size)
    events = np.zeros(size + 2 * BINS + 1, dtype=np.int32)
    np.cumsum(counts, out=events[1 : size + 1])
    events[size + 1 :] = events[size]
    return Grid(events, _held(history, stream, frame, size), days)


def _held(history: History, stream: Stream, frame: Frame, size: int) -> Bools:
    rows = history.rows(stream.entity)
    times = frame.times(history.wall[rows])
    known = ~np.isnan(times)
    bins = np.clip(np.ceil(times[known] / (60 * BIN_MINUTES)).astype(np.int64), 0, size)
    entered = (history.changes.state[rows][known] == stream.state).astype(np.int8)
    if not len(bins):
        return np.zeros(size, dtype=bool)
    order = np.argsort(bins, kind="stable")
    last = np.searchsorted(bins[order], np.arange(size), side="right") - 1
    return np.asarray((last >= 0) & (entered[order][np.maximum(last, 0)] == 1))
