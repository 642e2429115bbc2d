"""Entities by number while a night cleans: numbers are sorted, grouped and joined several times faster than texts."""

from collections.abc import Iterable, Sequence

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from homeintel.events.domains import ATTRIBUTE_DOMAINS, MOMENTS, NEVER_READ, NUMERIC_DOMAINS

REFUSALS = ("", "not an entity", "excluded")
"""Why rows of an entity are dropped, as the record names it; the first: they are not."""

NAMELESS = 0
"""The number of a missing entity id."""


def sql_list(names: Iterable[str]) -> str:
    """Return a SQL list of our own constants."""
    return "[" + ", ".join(f"'{name}'" for name in sorted(names)) + "]"


_TABLE = """CREATE OR REPLACE TEMP TABLE numbered (
    entity INTEGER, entity_id VARCHAR, is_numeric BOOLEAN, is_moment BOOLEAN, is_rich BOOLEAN, refusal UTINYINT)"""


class Entities:
    """The temporary table `numbered` of one connection, and the same in memory; it only grows.

    Its columns: `entity` (the number), `entity_id`, whether the domain is one of numbers (`is_numeric`), of moments
    (`is_moment`), of attributes that matter (`is_rich`), and `refusal` (a place in `REFUSALS`).

    Args:
        connection: the night's connection.
        exclude: globs of entity ids that are dropped.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, exclude: Sequence[str]) -> None:
        self._connection = connection
        self._exclude = list(exclude)
        self._numbers: dict[str | None, int] = {None: NAMELESS}
        self.is_numeric: npt.NDArray[np.bool_] = np.zeros(1, np.bool_)
        self.refusal: npt.NDArray[np.uint8] = np.ones(1, np.uint8)
        self.has_moments = False
        connection.execute(_TABLE)

    def of(self, names: pa.ChunkedArray | pa.Array) -> npt.NDArray[np.int32]:
        """Return the number of each entity id; new ones get one, a missing one is `NAMELESS`."""
        whole = names.combine_chunks() if isinstance(names, pa.ChunkedArray) else names
        encoded = whole.dictionary_encode()
        distinct: list[str | None] = [*encoded.dictionary.to_pylist(), None]
        self._add([name for name in distinct if name not in self._numbers])
        numbers = np.array([self._numbers[name] for name in distinct], np.int32)
        places = encoded.indices.fill_null(len(distinct) - 1).to_numpy(zero_copy_only=False)
        of: npt.NDArray[np.int32] = numbers[places]
        return of

    def _add(self, names: Sequence[str | None]) -> None:
        if not names:
            return
        first = len(self._numbers)
        self._numbers.update((name, first + place) for place, name in enumerate(names))
        fresh = pa.table({"entity": pa.array(range(first, first + len(names)), pa.int32()), "entity_id": names})
        self._connection.register("fresh", fresh)
        globs = " OR ".join(["entity_id GLOB ?"] * len(self._exclude)) or "FALSE"
        self._connection.execute(
            f"""INSERT INTO numbered SELECT entity, entity_id, {_domain_in(NUMERIC_DOMAINS)}, {_domain_in(MOMENTS)},
            {_domain_in(ATTRIBUTE_DOMAINS)}, CASE WHEN NOT contains(entity_id, '.') THEN 1
                WHEN {_domain_in(NEVER_READ)} OR {globs} THEN 2 ELSE 0 END FROM fresh""",
            self._exclude,
        )
        self._connection.unregister("fresh")
        rows = self._connection.execute(
            "SELECT is_numeric, refusal, is_moment FROM numbered WHERE entity >= ? ORDER BY entity", [first]
        ).fetchall()
        self.has_moments = self.has_moments or any(row[2] for row in rows)
        self.is_numeric = np.concatenate([self.is_numeric, np.array([row[0] for row in rows], np.bool_)])
        self.refusal = np.concatenate([self.refusal, np.array([row[1] for row in rows], np.uint8)])


def _domain_in(domains: Iterable[str]) -> str:
    return f"list_contains({sql_list(domains)}, split_part(entity_id, '.', 1))"
