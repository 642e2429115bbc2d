"""The night's reading, piece after piece, from one source or two: what the reader's thread does."""

import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from homeintel.errors import EventSourceError
from homeintel.events.commit import day_bounds
from homeintel.events.load import Origin
from homeintel.events.source import ROWS_A_PIECE, Batch, EventSource


@dataclass(frozen=True)
class Piece:
    """Days that are read and cleaned together, all UTC.

    Args:
        days: in order.
        start: the first day's first moment.
        end: the end of the last, or now where that is earlier.
    """

    days: Sequence[date]
    start: datetime
    end: datetime

    @classmethod
    def of(cls, days: Sequence[date], until: datetime) -> "Piece":
        """Return the piece of some days, up to `until`."""
        return cls(days, day_bounds(days[0])[0], min(day_bounds(days[-1])[1], until))

    def cut(self, moment: datetime | None) -> tuple["Piece", "Piece | None"]:
        """Return the days before a UTC midnight and those after it; itself and None where it lies not between two of them."""
        before = [day for day in self.days if moment is not None and day_bounds(day)[1] <= moment]
        if moment is None or not before or len(before) == len(self.days) or day_bounds(before[-1])[1] != moment:
            return self, None
        return Piece(before, self.start, moment), Piece(self.days[len(before) :], moment, self.end)


@dataclass(frozen=True)
class Begun:
    """A piece's reading begins; what was read of it before is void."""

    piece: Piece


@dataclass(frozen=True)
class Arrived:
    """Rows of the piece that begun last."""

    batch: Batch
    origin: Origin


@dataclass(frozen=True)
class Ended:
    """A piece was read whole.

    Args:
        piece: the piece.
        identity: the sources it came from.
        seconds: how long reading took.
        held: how much the sources held of the days that late points may still reach, as `EventSource.count` says.
    """

    piece: Piece
    identity: str
    seconds: float
    held: Mapping[date, int | None]


@dataclass
class Reading:
    """Reads pieces; a second source that fails is left out from there on, and why is kept.

    Args:
        sources: already discovered; the first is the history, a second only adds to it.
        late: the days that late points may still reach.
        missing: why the second source was left out.
    """

    sources: Sequence[EventSource]
    late: Callable[[date], bool] = field(default=lambda _: False)
    missing: EventSourceError | None = field(default=None)

    @property
    def identity(self) -> str:
        """Which stores the days come from."""
        return "+".join(source.identity for source in self.sources)

    def count(self, day: date) -> int | None:
        """Return how much the sources hold of a UTC day; None where one of them can't say, or fails."""
        try:
            counts = [source.count(*day_bounds(day)) for source in self.sources]
        except EventSourceError:
            return None  # the day is read then, and reading says what is wrong
        return None if None in counts else sum(count or 0 for count in counts)

    def of(self, pieces: Iterable[Piece]) -> Iterator[Begun | Arrived | Ended]:
        """Yield what is read, piece by piece; one that holds more than it should is cut between two days.

        Raises:
            EventSourceError: the first source failed.
        """
        for piece in pieces:
            rest: Piece | None = piece
            while rest is not None:
                rest = yield from self._read(rest)

    def _read(self, piece: Piece) -> Generator[Begun | Arrived | Ended, None, Piece | None]:
        """Read a piece and return what is left of it."""
        began = time.monotonic()
        # Counted before: what comes meanwhile is found by the next night.
        held = {day: self.count(day) for day in piece.days if self.late(day)}
        try:
            done, rest = yield from self._piece(piece)
        except EventSourceError as error:
            if error is not self.missing:
                raise
            # The piece is read without the second source, and again with it another night.
            self.sources, held = self.sources[:1], {}
            done, rest = yield from self._piece(piece)
        yield Ended(done, self.identity, time.monotonic() - began, held)
        return rest

    def _piece(self, piece: Piece) -> Generator[Begun | Arrived, None, tuple[Piece, Piece | None]]:
        """Read a piece, or its first days where they fill it; a second source is read for the same days."""
        yield Begun(piece)
        done, rest = piece, None
        for rank, source in enumerate(self.sources):
            origin, points = Origin(source.name, source.knows_context, rank), 0
            try:
                for batch in source.read(done.start, done.end):
                    yield Arrived(batch, origin)
                    points += batch.points
                    if rank == 0 and points >= ROWS_A_PIECE:
                        done, rest = piece.cut(batch.until)
                    if rest is not None and rank == 0:
                        break
            except EventSourceError as error:
                if rank > 0:
                    self.missing = error
                raise
        return done, rest
