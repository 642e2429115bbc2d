"""What phase 6 reads from the database, in one go: opening a database costs more than reading it."""

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
import pandas as pd

from homeintel.store import Store, count, query


@dataclass(frozen=True)
class Inputs:
    """What there is to tell, and what was told.

    Args:
        suggestions: the run's, by rank, columns as in the table; if its phase 5 gave none, the last night's that did.
        fresh: whether they are this run's.
        answered: suggestions that were answered since that run began: phase 5 did not know of it.
        published: topic -> payload the broker last confirmed.
        waiting: topics of messages it has not confirmed yet.
    """

    suggestions: pd.DataFrame
    fresh: bool
    answered: frozenset[str]
    published: Mapping[str, str]
    waiting: frozenset[str]


def read_inputs(store: Store, run_id: str) -> Inputs:
    """Return what a run has to tell.

    Raises:
        StoreError: the database can't be read.
    """
    with store.connect() as connection:
        source = _source(connection, run_id)
        suggestions = query(
            connection, "SELECT * FROM suggestions WHERE run_id = ? ORDER BY rank, suggestion_id", [source]
        )
        answered = connection.execute(
            """SELECT DISTINCT suggestion_id FROM feedback
            WHERE given_at >= (SELECT started_at FROM job_runs WHERE run_id = ?)""",
            [source],
        ).fetchall()
        published = connection.execute("SELECT topic, payload FROM published").fetchall()
        waiting = connection.execute("SELECT topic FROM outbox").fetchall()
    return Inputs(
        suggestions=suggestions,
        fresh=source == run_id,
        answered=frozenset(suggestion_id for (suggestion_id,) in answered),
        published=dict(published),
        waiting=frozenset(topic for (topic,) in waiting),
    )


def _source(connection: duckdb.DuckDBPyConnection, run_id: str) -> str:
    """Return the run whose suggestions hold: this one, or the last that has any where its phase 5 failed."""
    failed = count(
        connection,
        "SELECT count(*) FROM job_phases WHERE run_id = ? AND phase = 'suggestions' AND status IN ('failed', 'skipped')",
        [run_id],
    )
    if not failed:
        return run_id
    earlier = connection.execute(
        """SELECT run_id FROM job_runs WHERE run_id IN (SELECT run_id FROM suggestions)
        AND window_end <= (SELECT window_end FROM job_runs WHERE run_id = ?)
        ORDER BY window_end DESC, started_at DESC LIMIT 1""",
        [run_id],
    ).fetchall()
    return str(earlier[0][0]) if earlier else run_id
