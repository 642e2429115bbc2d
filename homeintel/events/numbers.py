"""Numeric series, reduced on the way in: last, min, max and count of each entity and interval."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from homeintel.events.source import TS

Times = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Points:
    """Numbers of one source, column by column; raw points stand for themselves.

    Args:
        oldest: the time of the first point of a row, microseconds since 1970, UTC.
        newest: the time of the last.
        entity: the entity's number.
        last: the last value; `min`, `max` and `count` of all.
    """

    oldest: Times
    newest: Times
    entity: npt.NDArray[np.int32]
    last: Floats
    min: Floats
    max: Floats
    count: npt.NDArray[np.int64]

    @classmethod
    def raw(cls, ts: Times, entity: npt.NDArray[np.int32], value: Floats) -> "Points":
        """Return points that stand for themselves."""
        return cls(ts, ts, entity, value, value, value, np.ones(len(ts), np.int64))


class Numbers:
    """Gathers the numbers of one piece of days, already reduced: raw ones would not fit into memory.

    Args:
        interval: seconds.
    """

    def __init__(self, interval: int) -> None:
        self._interval = interval * 1_000_000
        self._parts: dict[int, list[Points]] = {}

    def add(self, points: Points, rank: int) -> None:
        """Add points of the source with this rank, in any order."""
        if len(points.newest):
            self._parts.setdefault(rank, []).append(_reduced(points, self._interval))

    def table(self) -> pa.Table:
        """Return ts (the interval's start), entity, last, min, max, count, oldest, newest, rank; ordered by ts."""
        tables = [self._of_source(rank, parts) for rank, parts in sorted(self._parts.items())]
        return pa.concat_tables(tables) if tables else _table(_NONE, 0, self._interval)

    def _of_source(self, rank: int, parts: list[Points]) -> pa.Table:
        whole = parts[0] if len(parts) == 1 else _reduced(_together(parts), self._interval)
        return _table(whole, rank, self._interval)


def _together(parts: list[Points]) -> Points:
    names = Points.__dataclass_fields__
    return Points(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


def _reduced(points: Points, interval: int) -> Points:
    """Return one row an entity and interval, the entities in order, and their intervals."""
    points = _ordered(points)
    entity, bucket = points.entity, points.oldest // interval
    starts = np.flatnonzero(np.append(True, (entity[1:] != entity[:-1]) | (bucket[1:] != bucket[:-1])))
    ends = np.append(starts[1:], len(entity)) - 1
    return Points(
        oldest=np.minimum.reduceat(points.oldest, starts),
        newest=points.newest[ends],
        entity=entity[starts],
        last=points.last[ends],
        min=np.minimum.reduceat(points.min, starts),
        max=np.maximum.reduceat(points.max, starts),
        count=np.add.reduceat(points.count, starts),
    )


def _ordered(points: Points) -> Points:
    """Return points by entity and time. Series mostly come in that order; one key is sorted in a third of the time of two."""
    first, last = points.newest.min(), points.newest.max()
    key = points.entity * (last - first + 1) + (points.newest - first)
    if (key[1:] >= key[:-1]).all():
        return points
    order = np.argsort(key, kind="stable")
    return Points(**{name: getattr(points, name)[order] for name in Points.__dataclass_fields__})


def _table(points: Points, rank: int, interval: int) -> pa.Table:
    begins = points.oldest // interval * interval
    order = np.argsort(begins, kind="stable")
    columns = {"ts": pa.array(begins[order]).cast(TS), "entity": points.entity[order]}
    columns |= {name: getattr(points, name)[order] for name in ("last", "min", "max", "count")}
    columns |= {name: pa.array(getattr(points, name)[order]).cast(TS) for name in ("oldest", "newest")}
    return pa.table({**columns, "rank": np.full(len(order), rank, np.uint8)})


_NONE = Points.raw(np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros(0))
