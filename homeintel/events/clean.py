"""Cleaning, in SQL: from what was written to what changed. Works on the temporary tables of `load`."""

from collections.abc import Iterable, Mapping

import duckdb

from homeintel.events.domains import (
    ATTRIBUTE_DOMAINS,
    MOMENT_STATES,
    MOMENTS,
    NOT_AVAILABLE,
    NUMERIC_DOMAINS,
    WORDS_AS_NUMBERS,
)
from homeintel.events.load import sql_list

CLEANING_VERSION = 1
"""Raised when cleaning changes; days cleaned by another version are fetched again."""

MERGE_SECONDS = 2
"""The same change from two sources: Home Assistant stamps both with one clock, so they differ by rounding only."""

STALE_SECONDS = 60
"""A moment (an event, a button) written so long after its own time is written again, not new."""

BEFORE_ALL = "TIMESTAMPTZ '0001-01-01 00:00:00+00'"
"""The time of what is known from earlier days; DuckDB does not reckon with infinite ones."""

_DOMAIN = "split_part(entity_id, '.', 1)"
_AVAILABLE = f"state IS NOT NULL AND NOT list_contains({sql_list(NOT_AVAILABLE)}, state)"


# The same change from the other source, which may know its context.
_MET = f"""coalesce(lead(rank) OVER in_order <> rank AND lead(state) OVER in_order = state
    AND lead(ts) OVER in_order - ts <= INTERVAL '{MERGE_SECONDS} seconds', FALSE) AS met,
    lead(context_id) OVER in_order AS met_id, lead(context_user_id) OVER in_order AS met_user_id,
    lead(context_parent_id) OVER in_order AS met_parent_id, lead(knows_context) OVER in_order AS met_knows"""
_NOT_MET = """FALSE AS met, NULL::VARCHAR AS met_id, NULL::VARCHAR AS met_user_id, NULL::VARCHAR AS met_parent_id,
    FALSE AS met_knows"""


WORTH = f"""coalesce(value, TRY_CAST(state AS DOUBLE), CASE state {
    " ".join(f"WHEN '{word}' THEN {number}" for word, number in WORDS_AS_NUMBERS.items())
} END)"""
"""A state's number as Home Assistant reckons it (`state_as_number`), whether or not the source holds it."""


def make_known(connection: duckdb.DuckDBPyConnection, *, before: str | None) -> None:
    """Set what stood before the first piece, so that equal states are removed across the border of days too.

    Args:
        connection: the night's connection.
        before: a UTC time as text, whose stored rows lead up to it; None: nothing is known.
    """
    nothing = "WHERE FALSE" if before is None else f"WHERE ts < TIMESTAMPTZ '{before}'"
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE known_states AS
        SELECT entity_id, arg_max(state, ts) AS state FROM events {nothing} GROUP BY entity_id;
        CREATE OR REPLACE TEMP TABLE known_attributes AS
        SELECT entity_id, attribute, arg_max(value, ts) AS value FROM attribute_changes {nothing} GROUP BY ALL"""
    )


def clean(connection: duckdb.DuckDBPyConnection, attributes: Iterable[str], *, merged: bool = False) -> None:
    """Make `written`, `changed_attributes` and `reduced` from the raw tables of one piece.

    Args:
        connection: with the raw tables filled and the known ones set.
        attributes: names of the attributes that are kept.
        merged: whether two sources were read, so that a change may stand there twice.
    """
    _states(connection, merged=merged)
    _attributes(connection, sorted(attributes))
    _numbers(connection, merged=merged)


def _states(connection: duckdb.DuckDBPyConnection, *, merged: bool) -> None:
    """Order the discrete states and judge each: unavailable, repeated or kept.

    `state` is what was written, `shown` what `events` will say: for moments what occurred, for others the same.
    Partitions are by the 64-bit hash of the entity id: numbers sort several times faster than texts, and a home's
    thousand entities meet with a chance of 1 in 10^13.
    """
    is_moment = " OR ".join(f"starts_with(entity_id, '{domain}.')" for domain in MOMENTS)
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE written AS
        WITH available AS (SELECT *, {is_moment} AS is_moment FROM raw_states WHERE {_AVAILABLE}),
        occurred AS (
            SELECT ts, entity_id, any_value(value) AS occurrence FROM raw_attributes WHERE attribute = 'event_type'
            GROUP BY ALL),
        moments AS (
            SELECT available.*, coalesce(occurrence,
                CASE WHEN json_valid(attributes) THEN json_extract_string(attributes, '$.event_type') END,
                {_case(_DOMAIN, MOMENT_STATES)}) AS shown
            FROM available LEFT JOIN occurred USING (ts, entity_id) WHERE is_moment),
        with_known AS (
            SELECT *, state AS shown, FALSE AS known FROM available WHERE NOT is_moment
            UNION ALL BY NAME SELECT *, FALSE AS known FROM moments
            UNION ALL BY NAME
            SELECT {BEFORE_ALL} AS ts, entity_id, state, state AS shown, 0 AS rank, TRUE AS known FROM known_states)
        SELECT * EXCLUDE (attributes), lag(state) OVER in_order AS before, lag(shown) OVER in_order AS previous,
            {_MET if merged else _NOT_MET},
            state IS NOT DISTINCT FROM before OR coalesce(is_moment
                AND epoch(ts) - epoch(TRY_CAST(state AS TIMESTAMPTZ)) > {STALE_SECONDS}, FALSE) AS repeated
        FROM with_known WINDOW in_order AS (PARTITION BY hash(entity_id) ORDER BY ts, rank)"""
    )
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE known_states AS
        SELECT entity_id, arg_max(shown, ts) AS state FROM written GROUP BY entity_id"""
    )


def _case(what: str, values: Mapping[str, object]) -> str:
    """Return a SQL expression for our own small mapping; several times faster than a map literal."""
    return f"CASE {what} " + " ".join(f"WHEN '{key}' THEN {value!r}" for key, value in values.items()) + " END"


def _attributes(connection: duckdb.DuckDBPyConnection, names: list[str]) -> None:
    """Keep attribute values that differ from the one before; a missing value is no change."""
    paths = [f"$.{name}" for name in names]
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE changed_attributes AS
        WITH texts AS (
            SELECT DISTINCT attributes FROM raw_states
            WHERE list_contains({sql_list(ATTRIBUTE_DOMAINS)}, {_DOMAIN}) AND json_valid(attributes)),
        exploded AS (
            SELECT attributes, unnest($names) AS attribute, unnest(json_extract_string(attributes, $paths)) AS value
            FROM texts),
        observed AS (
            SELECT ts, entity_id, attribute, value FROM raw_attributes
            UNION ALL
            SELECT ts, entity_id, attribute, regexp_replace(exploded.value, '^(-?[0-9]+)[.]0+$', '\\1') FROM raw_states JOIN exploded USING (attributes)
            WHERE exploded.value IS NOT NULL AND {_AVAILABLE}
            UNION ALL
            SELECT {BEFORE_ALL}, entity_id, attribute, value FROM known_attributes)
        SELECT ts, entity_id, attribute, value FROM observed
        QUALIFY value IS DISTINCT FROM lag(value) OVER (
            PARTITION BY hash(entity_id, attribute) ORDER BY ts)
        ORDER BY ts""",
        {"names": names, "paths": paths},
    )
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE known_attributes AS
        SELECT entity_id, attribute, arg_max(value, ts) AS value FROM changed_attributes GROUP BY ALL"""
    )


def _numbers(connection: duckdb.DuckDBPyConnection, *, merged: bool) -> None:
    """One row an entity and interval. Where two sources hold the series, the fuller one counts; twins of words go."""
    fuller = 'QUALIFY row_number() OVER (PARTITION BY ts, entity_id ORDER BY sum("count") DESC, rank) = 1'
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE reduced AS
        SELECT ts, entity_id, arg_max("last", newest) AS "last", min("min") AS "min", max("max") AS "max",
            sum("count")::BIGINT AS "count"
        FROM raw_numbers WHERE entity_id NOT IN (
            SELECT entity_id FROM raw_states
            WHERE list_contains({sql_list(NUMERIC_DOMAINS)}, {_DOMAIN})
            AND list_contains({sql_list(WORDS_AS_NUMBERS)}, state))
        GROUP BY ts, entity_id, rank {fuller if merged else ""} ORDER BY ts"""
    )
