"""Joins days that were fetched later to stored days after them: what looked like a first state has a state before it."""

from datetime import datetime

import duckdb

from homeintel.store import transaction

_FIRST = """
    SELECT events.ts, events.entity_id, events.state, known_states.state AS before
    FROM events JOIN numbered USING (entity_id) JOIN known_states USING (entity) WHERE events.ts >= $border
    QUALIFY row_number() OVER (PARTITION BY entity_id ORDER BY events.ts) = 1 AND events.previous IS NULL"""


# What was unavailable at the border is so until it says something again. A change whose state before is known was
# fetched together with the day before: what repeats a state is not stored, so it may not be the first word.
_STILL_AWAY = """
    WITH heard AS (
        SELECT entity_id, ts, previous IS NULL AS is_first FROM events WHERE ts >= $border
        UNION ALL SELECT entity_id, ts, TRUE FROM measurements WHERE ts >= $border)
    INSERT INTO gaps SELECT entity_id, $border, min(ts), 'unavailable'
    FROM open_gaps JOIN numbered USING (entity) JOIN heard USING (entity_id)
    ANTI JOIN (SELECT entity_id FROM gaps WHERE started_at = $border AND reason = 'unavailable') USING (entity_id)
    GROUP BY entity_id HAVING min(ts) > $border AND arg_min(is_first, ts)"""


def join_border(connection: duckdb.DuckDBPyConnection, border: datetime) -> None:
    """Correct the first states after `border` (a UTC midnight) by `known_states` and `known_attributes`, in one transaction.

    A first state that only repeats the one before is no event; another one gets it as `previous`. What was unavailable
    before the border (`open_gaps`) is so until its first row after it.
    """
    at = {"border": border}
    with transaction(connection):
        connection.execute(_STILL_AWAY, at)
        connection.execute(f"CREATE OR REPLACE TEMP TABLE first_states AS {_FIRST}", at)
        connection.execute(
            """DELETE FROM events USING first_states AS first
            WHERE events.ts = first.ts AND events.entity_id = first.entity_id AND first.state = first.before"""
        )
        connection.execute(
            """UPDATE events SET previous = first.before FROM first_states AS first
            WHERE events.ts = first.ts AND events.entity_id = first.entity_id"""
        )
        connection.execute(
            """DELETE FROM attribute_changes AS change USING (
                SELECT ts, entity_id, names.attribute FROM attribute_changes JOIN numbered USING (entity_id)
                JOIN attribute_names AS names USING (attribute) JOIN known_attributes AS known
                ON known.entity = numbered.entity AND known.attribute = names.place WHERE ts >= $border
                QUALIFY row_number() OVER (PARTITION BY entity_id, names.attribute ORDER BY ts) = 1
                    AND attribute_changes.value = known.value) AS again
            WHERE change.ts = again.ts AND change.entity_id = again.entity_id AND change.attribute = again.attribute""",
            at,
        )
