"""Cleaning, in SQL: from what was written to what changed. Works on the temporary tables of `load`.

What a source does not hold (contexts, moments, attributes as JSON, a second source) is not computed with: every column
and every join costs, and most homes need few of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from homeintel.events.domains import MOMENT_STATES, WORDS_AS_NUMBERS

CLEANING_VERSION = 1
"""Raised when cleaning changes; days cleaned by another version are fetched again."""

MERGE_SECONDS = 2
"""The same change from two sources: Home Assistant stamps both with one clock, so they differ by rounding only."""

STALE_SECONDS = 60
"""A moment (an event, a button) written so long after its own time is written again, not new."""

BEFORE_ALL = "TIMESTAMPTZ '0001-01-01 00:00:00+00'"
"""The time of what is known from earlier days; DuckDB does not reckon with infinite ones."""

CONTEXTS = ("context_id", "context_user_id", "context_parent_id")

WORTH = f"""coalesce(value, TRY_CAST(state AS DOUBLE), CASE state {
    " ".join(f"WHEN '{word}' THEN {number}" for word, number in WORDS_AS_NUMBERS.items())
} END)"""
"""A state's number as Home Assistant reckons it (`state_as_number`), whether or not the source holds it."""


@dataclass(frozen=True)
class Held:
    """What the rows of one piece hold.

    Args:
        merged: two sources were read, so that a change may stand there twice.
        contexts: some row has a context.
        moments: some entity's states are times of occurrences.
        attributes: some row has its attributes as JSON.
        words: some entity of numbers has a state that is none.
    """

    merged: bool = False
    contexts: bool = False
    moments: bool = False
    attributes: bool = False
    words: bool = False


def clean(connection: duckdb.DuckDBPyConnection, attributes: Sequence[str], held: Held, *, repeats: bool) -> None:
    """Make `written`, `changed_attributes` and `reduced` from the raw tables of one piece.

    Args:
        connection: with the raw tables filled and the known ones set.
        attributes: names of the attributes that are kept; the raw tables hold their places.
        held: what the raw tables hold.
        repeats: whether `written` shall hold repeated states too.
    """
    _states(connection, attributes, held, repeats=repeats)
    _attributes(connection, attributes, held)
    _numbers(connection, held)


def _states(connection: duckdb.DuckDBPyConnection, attributes: Sequence[str], held: Held, *, repeats: bool) -> None:
    """Order the discrete states and judge each: unavailable, repeated or kept.

    `state` is what was written, `shown` what `events` will say: for moments what occurred, for others the same.
    """
    contexts = "".join(f", {name}" for name in CONTEXTS) if held.contexts else ""
    met = _MET + "".join(f", lead({name}) OVER in_order AS met_{name}" for name in CONTEXTS if contexts)
    columns = f"value, rank, known{contexts}{met if held.merged else ''}"
    order = "WINDOW in_order AS (PARTITION BY entity ORDER BY ts, rank)"
    known = f"SELECT {BEFORE_ALL} AS ts, entity, state, 0 AS rank, TRUE AS known FROM known_states"
    others = "ANTI JOIN (SELECT entity FROM numbered WHERE is_moment) USING (entity)" if held.moments else ""
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE written AS
        SELECT ts, entity, state, state AS shown, lag(state) OVER in_order AS previous,
            state IS NOT DISTINCT FROM previous AS repeated, {columns}
        FROM (SELECT ts, entity, state, value, rank, FALSE AS known{contexts}
            FROM raw_states {others} WHERE NOT missing UNION ALL BY NAME {known}) {order}
        {"" if repeats else "QUALIFY NOT repeated"}"""
    )
    if held.moments:
        connection.execute(
            f"""INSERT INTO written BY NAME
            SELECT ts, entity, state, shown, lag(shown) OVER in_order AS previous,
                state IS NOT DISTINCT FROM lag(state) OVER in_order
                OR coalesce(epoch(ts) - epoch(TRY_CAST(state AS TIMESTAMPTZ)) > {STALE_SECONDS}, FALSE) AS repeated,
                {columns}
            FROM ({_moments(attributes, contexts)} UNION ALL BY NAME
                SELECT *, state AS shown FROM ({known}) SEMI JOIN (SELECT entity FROM numbered WHERE is_moment)
                USING (entity)) {order}"""
        )
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE known_states AS
        SELECT entity, arg_max(shown, ts) AS state FROM written GROUP BY entity"""
    )


# The same change from the other source, which may know its context.
_MET = f""", coalesce(lead(rank) OVER in_order <> rank AND lead(state) OVER in_order = state
    AND lead(ts) OVER in_order - ts <= INTERVAL '{MERGE_SECONDS} seconds', FALSE) AS met"""


def _moments(attributes: Sequence[str], contexts: str) -> str:
    """Return the query for all occurrences, `shown` by what occurred."""
    of_json = "CASE WHEN json_valid(attributes) THEN json_extract_string(attributes, '$.event_type') END"
    return f"""
        SELECT ts, entity, state, value, rank, FALSE AS known{contexts}, coalesce(occurrence, {of_json},
            {_case("split_part(entity_id, '.', 1)", MOMENT_STATES)}) AS shown
        FROM raw_states JOIN (SELECT entity, entity_id FROM numbered WHERE is_moment) USING (entity)
        LEFT JOIN (SELECT ts, entity, any_value(value) AS occurrence FROM raw_attributes
            WHERE attribute = {attributes.index("event_type")} GROUP BY ALL) USING (ts, entity)
        WHERE NOT missing"""


def _case(what: str, values: Mapping[str, object]) -> str:
    """Return a SQL expression for our own small mapping; several times faster than a map literal."""
    return f"CASE {what} " + " ".join(f"WHEN '{key}' THEN {value!r}" for key, value in values.items()) + " END"


def _attributes(connection: duckdb.DuckDBPyConnection, names: Sequence[str], held: Held) -> None:
    """Keep attribute values that differ from the one before; a missing value is no change."""
    paths = {"paths": [f'$."{name}"' for name in names]} if held.attributes else {}
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE changed_attributes AS
        WITH observed AS (
            SELECT ts, entity, attribute, value FROM raw_attributes
            {_OF_JSON if held.attributes else ""}
            UNION ALL SELECT {BEFORE_ALL}, entity, attribute, value FROM known_attributes)
        SELECT ts, entity, attribute, value FROM observed
        QUALIFY value IS DISTINCT FROM lag(value) OVER (PARTITION BY entity, attribute ORDER BY ts)
        ORDER BY ts""",
        paths,
    )
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE known_attributes AS
        SELECT entity, attribute, arg_max(value, ts) AS value FROM changed_attributes GROUP BY ALL"""
    )


# Many states share one text of attributes; each is taken apart once.
_OF_JSON = """UNION ALL
    SELECT ts, entity, attribute, regexp_replace(apart.value, '^(-?[0-9]+)[.]0+$', '\\1') AS value
    FROM raw_states JOIN (
        SELECT attributes, unnest(range(len($paths))) AS attribute,
            unnest(json_extract_string(attributes, $paths)) AS value
        FROM (SELECT DISTINCT attributes FROM raw_states SEMI JOIN (SELECT entity FROM numbered WHERE is_rich)
            USING (entity) WHERE json_valid(attributes))) AS apart USING (attributes)
    SEMI JOIN (SELECT entity FROM numbered WHERE is_rich) USING (entity)
    WHERE apart.value IS NOT NULL AND NOT missing"""


def _numbers(connection: duckdb.DuckDBPyConnection, held: Held) -> None:
    """Make `reduced`: one row an entity and interval.

    Where two sources hold a series, the fuller one counts; numeric twins of words go.
    """
    fuller = 'QUALIFY row_number() OVER (PARTITION BY ts, entity ORDER BY "count" DESC, rank) = 1'
    if held.words:
        connection.execute(
            f"""CREATE OR REPLACE TEMP TABLE twins AS SELECT DISTINCT entity FROM raw_states
            SEMI JOIN (SELECT entity FROM numbered WHERE is_numeric) USING (entity)
            WHERE state IN {tuple(WORDS_AS_NUMBERS)}"""
        )
    connection.execute(
        f"""CREATE OR REPLACE TEMP VIEW reduced AS
        SELECT ts, entity, "last", "min", "max", "count" FROM raw_numbers
        {"WHERE entity NOT IN (SELECT entity FROM twins)" if held.words else ""} {fuller if held.merged else ""}"""
    )
