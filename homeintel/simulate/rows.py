"""The rows of a home's history while they are made: columns of numbers, texts by their number."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from homeintel.simulate.arrow import numeric_array, string_array
from homeintel.simulate.clock import Ints

__all__ = ["NONE", "Rows", "Texts", "concatenate"]

NONE = -1


@dataclass
class Texts:
    """Every state and attribute text once, by number."""

    _numbers: dict[str, int] = field(default_factory=dict)
    _bulk: list[pa.StringArray] = field(default_factory=list)
    _bulk_length: int = 0
    _in_order: list[str] = field(default_factory=list)

    def number(self, text: str) -> int:
        """Return the number of a text that may come again."""
        return self._numbers.setdefault(text, len(self._numbers))

    def numbers(self, texts: Sequence[str]) -> Ints:
        """Return the numbers of texts that may come again."""
        return np.array([self.number(text) for text in texts], dtype=np.int64)

    def extend(self, texts: pa.StringArray) -> Ints:
        """Return the numbers of many texts that are not looked for again; they count down from -2."""
        first = -2 - self._bulk_length
        self._bulk.append(texts)
        self._bulk_length += len(texts)
        return first - np.arange(len(texts), dtype=np.int64)

    def text(self, number: int) -> str:
        """Return a text that may come again."""
        if len(self._in_order) != len(self._numbers):
            self._in_order = list(self._numbers)
        return self._in_order[number]

    def bulk_position(self, numbers: Ints) -> Ints:
        """Return where the numbers of `extend` stand in `array`."""
        return len(self._numbers) - numbers - 2

    def array(self) -> pa.StringArray:
        """Return all texts: those that come again first, then the many."""
        return pa.concat_arrays([string_array(list(self._numbers)), *self._bulk])

    def positions(self, numbers: Ints) -> pa.Int64Array:
        """Return where numbers stand in `array`; `NONE` becomes null."""
        return numeric_array(
            np.where(numbers < NONE, self.bulk_position(numbers), numbers), pa.int64(), numbers != NONE
        )


@dataclass
class Rows:
    """Rows of history: columns of equal length.

    entity, state and attributes are numbers (of an entity and of texts); user and parent the text numbers of the
    context's user and parent, `NONE` for neither; tag the number of the planted thing a row belongs to.
    """

    ts: Ints
    entity: Ints
    state: Ints
    attributes: Ints
    user: Ints
    parent: Ints
    tag: Ints

    @classmethod
    def make(
        cls,
        ts: Ints,
        entity: Ints | int,
        state: Ints | int,
        *,
        attributes: Ints | int = NONE,
        user: Ints | int = NONE,
        parent: Ints | int = NONE,
        tag: Ints | int = NONE,
    ) -> "Rows":
        """Return rows at `ts`; a single number stands for a column of it."""

        def column(value: Ints | int) -> Ints:
            return np.broadcast_to(np.asarray(value, dtype=np.int64), ts.shape)

        columns = (column(value) for value in (entity, state, attributes, user, parent, tag))
        return cls(ts.astype(np.int64, copy=False), *columns)

    def take(self, which: npt.NDArray[np.bool_] | Ints) -> "Rows":
        """Return the rows at a mask or at positions."""
        return Rows(*(getattr(self, column.name)[which] for column in fields(self)))

    def by_entity(self) -> "Rows":
        """Return the rows sorted by entity, then time; equal ones keep their order."""
        return self.take(np.lexsort((self.ts, self.entity)))

    def __len__(self) -> int:
        return len(self.ts)


def concatenate(parts: Sequence[Rows]) -> Rows:
    """Return all parts' rows one after the other."""
    if not parts:
        return Rows.make(np.empty(0, dtype=np.int64), 0, 0)
    return Rows(*(np.concatenate([getattr(part, column.name) for part in parts]) for column in fields(Rows)))
