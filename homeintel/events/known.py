"""What stood before the first piece of a night, so that equal states are removed across the border of days too."""

from datetime import datetime

import duckdb

from homeintel.events.load import Loader

_STATES = "SELECT entity_id, arg_max(state, ts) AS state FROM events WHERE ts < $start GROUP BY entity_id"
_ATTRIBUTES = """SELECT entity_id, attribute, arg_max(value, ts) AS value FROM attribute_changes WHERE ts < $start
    GROUP BY entity_id, attribute"""
_OPEN = """SELECT DISTINCT entity_id FROM gaps
    WHERE reason = 'unavailable' AND started_at < $start AND (ended_at IS NULL OR ended_at >= $start)"""

_EMPTY = """
CREATE OR REPLACE TEMP TABLE known_states (entity INTEGER, state VARCHAR);
CREATE OR REPLACE TEMP TABLE known_attributes (entity INTEGER, attribute USMALLINT, value VARCHAR);
CREATE OR REPLACE TEMP TABLE open_gaps (entity INTEGER)"""


def make_known(connection: duckdb.DuckDBPyConnection, loader: Loader, start: datetime, *, stored: bool) -> None:
    """Make `known_states`, `known_attributes` and `open_gaps`.

    Args:
        connection: the night's connection.
        loader: numbers entities and attributes.
        start: the first piece's first moment, a UTC midnight.
        stored: whether the day before is stored, so that its rows lead up to `start`.
    """
    connection.execute(_EMPTY)
    queries = {"open_gaps": _OPEN}
    if stored:
        queries |= {"known_states": _STATES, "known_attributes": _ATTRIBUTES}
    for table, query in queries.items():
        found = loader.numbered(connection.sql(query, params={"start": start}).to_arrow_table())
        connection.register("found", found)
        connection.execute(f"INSERT INTO {table} BY NAME FROM found")
        connection.unregister("found")
