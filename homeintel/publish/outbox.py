"""Messages on their way: kept before they are sent, removed when the broker confirmed them.

`outbox` holds at most one message a topic, the newest: every message tells a whole state, never a step.
`published` remembers the last payload the broker confirmed for each topic.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime

import duckdb
import pandas as pd

from homeintel.publish.message import Message
from homeintel.store import Store, insert


def keep(store: Store, run_id: str, messages: Sequence[Message], *, now: datetime) -> list[Message]:
    """Put messages behind what is already waiting, and return all that waits; an older one of the same topic gives way.

    Raises:
        StoreError: the database refused; nothing was kept.
    """
    topics = [message.topic for message in messages]
    with store.transaction() as connection:
        connection.execute("DELETE FROM outbox WHERE list_contains(?, topic)", [topics])
        [(last,)] = connection.execute("SELECT coalesce(max(position), 0) FROM outbox").fetchall()
        rows = [_row(run_id, message, last + number, now) for number, message in enumerate(messages, start=1)]
        if rows:
            insert(connection, "outbox", pd.DataFrame(rows).astype({"expires_at": "datetime64[us, UTC]"}))
        return _waiting(connection, now)


def waiting(store: Store, *, now: datetime) -> list[Message]:
    """Return what waits, in order; messages that expired meanwhile are removed."""
    with store.transaction() as connection:
        return _waiting(connection, now)


def confirmed(store: Store, messages: Sequence[Message], *, now: datetime) -> None:
    """Remove messages that the broker confirmed, and remember the retained ones as published."""
    if not messages:
        return
    topics = [message.topic for message in messages]
    with store.transaction() as connection:
        connection.execute("DELETE FROM published WHERE list_contains(?, topic)", [topics])
        connection.execute(
            """INSERT INTO published (topic, payload, run_id, delivered_at) SELECT topic, payload, run_id, ?
            FROM outbox WHERE list_contains(?, topic) AND retain AND payload <> ''""",
            [now, topics],
        )
        connection.execute("DELETE FROM outbox WHERE list_contains(?, topic)", [topics])


def forget(store: Store, topics: Sequence[str]) -> None:
    """Remove every trace of these topics: what waits and what was published."""
    with store.transaction() as connection:
        connection.execute("DELETE FROM outbox WHERE list_contains(?, topic)", [list(topics)])
        connection.execute("DELETE FROM published WHERE list_contains(?, topic)", [list(topics)])


def clear(store: Store) -> None:
    """Forget everything: nothing waits, nothing was published."""
    with store.transaction() as connection:
        connection.execute("DELETE FROM outbox")
        connection.execute("DELETE FROM published")


def _waiting(connection: duckdb.DuckDBPyConnection, now: datetime) -> list[Message]:
    connection.execute("DELETE FROM outbox WHERE expires_at <= ?", [now])
    rows = connection.execute("SELECT topic, payload, qos, retain, expires_at FROM outbox ORDER BY position").fetchall()
    return [Message(*row) for row in rows]


def _row(run_id: str, message: Message, position: int, now: datetime) -> dict[str, object]:
    return {
        "message_id": uuid.uuid4().hex,
        "run_id": run_id,
        "topic": message.topic,
        "payload": message.payload,
        "qos": message.qos,
        "retain": message.retain,
        "position": position,
        "created_at": now,
        "expires_at": message.expires_at,
    }
