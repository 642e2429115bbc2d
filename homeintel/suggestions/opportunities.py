"""Unused features worth telling: as phase 4 stored them, else ranked anew from the stored tables."""

import json

import duckdb
import pandas as pd

from homeintel.phase import Phase


def stored_opportunities(connection: duckdb.DuckDBPyConnection, run_id: str | None) -> pd.DataFrame:
    """Return what a run's phase 4 stored in `feature_opportunities`, the best first; empty where it stored nothing.

    Args:
        connection: the store, session in UTC.
        run_id: the run the features are taken from.
    """
    rows = connection.execute(
        "SELECT opportunity FROM feature_opportunities WHERE run_id IS NOT DISTINCT FROM ? ORDER BY position", [run_id]
    ).fetchall()
    return pd.DataFrame([json.loads(document) for (document,) in rows])


def rank_anew(phase: Phase) -> pd.DataFrame:
    """Return the opportunities of the stored devices and events; takes as long as phase 4 itself.

    Raises:
        StoreError: the database can't be read.
    """
    from homeintel.features.phase import analyse_tables, load

    return analyse_tables(phase, load(phase)).opportunities
