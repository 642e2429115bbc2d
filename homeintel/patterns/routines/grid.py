"""On which days entities entered a state inside each window of the day, and on which they could have."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from homeintel.patterns.arrays import Bools, Floats, Ints
from homeintel.patterns.calendar import DAY
from homeintel.patterns.history import History, Stream
from homeintel.patterns.presence import AwakeTime, Sightings, always_seen
from homeintel.patterns.weekdays import ANY_SET, COMMON_SETS

SEEN_STEPS = 288
"""Steps of a day in which people are seen or not."""

AROUND_HOURS = 1
"""Somebody is there who was awake within so many hours before or after: people sit still."""


@dataclass(frozen=True)
class Frame:
    """A clock to tell the time of day by.

    Args:
        name: `clock`, `sunrise` or `sunset`.
        shift: wall-clock seconds taken from the times of each day: shape (days,); NaN where there is none.
    """

    name: str
    shift: Floats

    @property
    def by_clock(self) -> bool:
        """Whether it is the wall clock."""
        return self.name == "clock"

    @property
    def sets(self) -> Ints:
        """The sets of weekdays a habit on this clock may keep to: the sun knows no weekdays, people at most the week's end."""
        return ANY_SET if self.by_clock else np.array([mask for _, mask in COMMON_SETS])

    def times(self, wall: Floats) -> Floats:
        """Return the times on this clock; NaN on days without it or outside the window."""
        day = np.floor(wall / DAY).astype(np.int64)
        inside = (day >= 0) & (day < len(self.shift))
        shift = np.where(inside, self.shift[np.clip(day, 0, len(self.shift) - 1)], np.nan)
        return np.asarray(wall - shift)


@dataclass(frozen=True)
class Present:
    """When somebody is there to do something.

    Args:
        days: days with data on which somebody was at home: shape (days,).
        hours: whether people are awake at home within `AROUND_HOURS` of each wall-clock hour: shape (24 * days,).
        awake: whether they are in that hour itself: shape (24 * days,).
        seen: whether they are seen at home about each 5 minutes: shape (288 * days,).
        always_seen: of each entity, whether something else shows people about all it does: shape (entities,).
    """

    days: Bools
    hours: Bools
    awake: Bools
    seen: Bools
    always_seen: Bools

    @classmethod
    def of(cls, history: History, home_days: Bools, awake: AwakeTime) -> "Present":
        """Return presence by wall-clock hour."""
        walls = np.arange(24 * history.calendar.days) * 3600.0 + 1800.0
        now = awake.at(history.calendar.utc(walls))
        around = np.convolve(now, np.ones(2 * AROUND_HOURS + 1), mode="same") > 0
        sightings = Sightings(history)
        steps = (np.arange(SEEN_STEPS * history.calendar.days) + 0.5) * (DAY / SEEN_STEPS)
        seen = sightings.at(history.calendar.utc(steps))
        return cls(home_days, np.asarray(around[: len(now)]), now, seen, always_seen(history, sightings))

    def at(self, wall: Floats, entity: int) -> Bools:
        """Return whether somebody is there to act on an entity at each wall-clock time.

        What is only ever done where people are seen otherwise needs them to be seen; else being awake within the hour counts.
        """
        if not self.always_seen[entity]:
            return np.asarray(self.hours[self._hour(wall)])
        step = np.clip(wall // (DAY / SEEN_STEPS), 0, len(self.seen) - 1).astype(np.int64)
        return np.asarray(self.seen[step])

    def awake_at(self, wall: Floats, entity: int) -> Bools:
        """Return the same without the hours before and after: how long people have for what they do at any time."""
        return self.at(wall, entity) if self.always_seen[entity] else np.asarray(self.awake[self._hour(wall)])

    def _hour(self, wall: Floats) -> Ints:
        return np.clip(wall // 3600, 0, len(self.hours) - 1).astype(np.int64)


@dataclass(frozen=True)
class Grid:
    """Several streams on one clock, in bins.

    Args:
        events: cumulative number of events before each bin, a day longer than the window: (streams, bins + 1).
        held: whether the entity already was in the state at the start of each bin: (streams, bins).
        there: cumulative number of bins before each one in which somebody was there, a day longer: (streams, bins + 1).
        awake: whether somebody was awake in each bin: (streams, bins).
        days: days of the window.
        bin_minutes: how long a bin is.
    """

    events: Ints
    held: Bools
    there: Ints
    awake: Bools
    days: int
    bin_minutes: int

    @property
    def bins(self) -> int:
        """Bins of a day."""
        return 1440 // self.bin_minutes

    def hits(self, width: int) -> Bools:
        """Return for each stream, day and window start whether an event fell into the `width` bins from there.

        Windows run on over midnight, so that 23:58 and 00:03 share one. Shape (streams, days, bins).
        """
        size = self.days * self.bins
        found = self.events[:, width : width + size] > self.events[:, :size]
        return np.asarray(found).reshape(-1, self.days, self.bins)

    def possible(self, hits: Bools, width: int) -> Bools:
        """Return for each stream, day and window start whether it happened or could have.

        It could where the state was not held yet and somebody was there at some time in the window.
        """
        size = self.days * self.bins
        somebody = (self.there[:, width : width + size] > self.there[:, :size]).reshape(-1, self.days, self.bins)
        return np.asarray(hits | (~self.held.reshape(-1, self.days, self.bins) & somebody))

    def happened(self) -> Ints:
        """Return the events in each bin: shape (streams, days, bins)."""
        return np.diff(self.events[:, : self.days * self.bins + 1], axis=1).reshape(-1, self.days, self.bins)

    def able(self) -> Bools:
        """Return for each bin whether the state could be entered: not held, somebody awake. (streams, days, bins)."""
        return np.asarray((~self.held & self.awake).reshape(-1, self.days, self.bins))


def make_grid(
    history: History,
    streams: Sequence[Stream],
    times: Sequence[Floats],
    frame: Frame,
    present: Present,
    bin_minutes: int,
) -> Grid:
    """Return the grid of some streams.

    Args:
        history: the window.
        streams: the streams.
        times: of each stream, seconds on the frame's clock; NaN are left out.
        frame: the clock.
        present: when somebody is there.
        bin_minutes: how long a bin is.
    """
    days, bins = history.calendar.days, 1440 // bin_minutes
    size = days * bins
    events = np.zeros((len(streams), size + bins + 1), dtype=np.int32)
    held = np.zeros((len(streams), size), dtype=bool)
    awake = np.zeros((len(streams), size), dtype=bool)
    starts = np.arange(size) * bin_minutes * 60.0
    there = np.zeros((len(streams), size + bins + 1), dtype=np.int32)
    walls = starts + np.nan_to_num(np.repeat(frame.shift, bins))
    for row, (stream, own) in enumerate(zip(streams, times, strict=True)):
        position = np.floor(own[~np.isnan(own)] / (60 * bin_minutes)).astype(np.int64)
        counts = np.bincount(position[(position >= 0) & (position < size)], minlength=size)
        np.cumsum(counts, out=events[row, 1 : size + 1])
        events[row, size + 1 :] = events[row, size]
        np.cumsum(present.at(walls, stream.entity), out=there[row, 1 : size + 1])
        there[row, size + 1 :] = there[row, size]
        awake[row] = present.awake_at(walls, stream.entity)
        held[row] = _held(history, stream, frame, size, bin_minutes)
    return Grid(events, held, there, awake, days, bin_minutes)


def _held(history: History, stream: Stream, frame: Frame, size: int, bin_minutes: int) -> Bools:
    """Return whether the state held at the start of each bin."""
    rows = history.rows(stream.entity)
    times = frame.times(history.wall[rows])
    known = ~np.isnan(times)
    bins = np.clip(np.ceil(times[known] / (60 * bin_minutes)).astype(np.int64), 0, size)
    change = np.zeros(size + 1, dtype=np.int64)
    entered = history.changes.state[rows][known] == stream.state
    # Entering and leaving alternate, so their sum up to a bin is 1 while the state holds, however the bins round.
    np.add.at(change, bins[_first_of_run(entered)], np.where(entered, 1, -1)[_first_of_run(entered)])
    total = np.cumsum(change)[:size]
    return np.asarray(total + (0 if not len(entered) or entered[0] else 1) > 0)


def _first_of_run(entered: Bools) -> Bools:
    first = np.ones(len(entered), dtype=bool)
    first[1:] = entered[1:] != entered[:-1]
    return first
