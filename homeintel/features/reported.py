"""What devices last told, as phase 1 read it from retained states: a second witness beside the history.

It is looked at once a night. So it knows a setting that stays as it was set, and sees that something changed from one night
to another; of a control that goes to and fro within a day (a light's brightness) one value says nothing.
"""

from datetime import datetime, timedelta

import duckdb
import numpy as np
import pandas as pd

from homeintel.features.catalogue import Catalogue
from homeintel.features.features import split
from homeintel.store import query

NIGHT = timedelta(days=1)
"""A night reads the broker some hours after its window has ended; what is read much later says nothing of an old window."""

STATE, SET = 1, 2


def reported(connection: duckdb.DuckDBPyConnection, start: datetime, end: datetime) -> pd.DataFrame:
    """Return what was told within the window or in the night that follows it.

    Args:
        connection: an open store.
        start: the window's first moment, aware.
        end: its last moment, aware; exclusive.

    Returns:
        ieee_address, path, told_value (text; None: null, at every reading), told_since, told_at (UTC: the first and the
        last reading that gave it), told_changed (UTC: the reading before which it changed within the window; NaT: it did
        not).
    """
    sql = """
    SELECT ieee_address, path, value AS told_value, since AS told_since, read_at AS told_at,
           CASE WHEN changed_at >= $1 THEN changed_at END AS told_changed
    FROM reported_values WHERE read_at >= $1 AND since < $2
    """
    return query(connection, sql, [start, end + NIGHT])


def with_reported(rows: pd.DataFrame, told: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Return linked rows with what devices last told of them.

    Args:
        rows: from `homeintel.features.links.recall`, with settable.
        told: from `reported`.
        catalogue: knows which settable things are controls of daily life.

    Returns:
        The rows plus told_value, told_since, told_at, told_changed, told (whether anything was) and lasting (whether one
        look a night tells all of it: a setting, no control). Of a row the history is silent about, last_value is what was
        told; of a lasting one first_seen, last_seen and seen, too; of one that changed from one night to another changes
        (1, the least there was), unknown (nobody knows who) and last_changed.
    """
    joined = rows.merge(told, on=["ieee_address", "path"], how="left")
    joined["told"] = joined["told_at"].notna()
    valued = joined["told"] & joined["told_value"].notna()
    joined["lasting"] = valued & _lasting(joined, valued, catalogue)
    silent = valued & (joined["points"] == 0)
    moved = joined["told_changed"].notna() & (joined["changes"] == 0)
    stays = silent & (joined["lasting"] | moved)
    joined["last_value"] = joined["last_value"].mask(silent, joined["told_value"])
    joined["seen"] = joined["seen"].mask(stays, joined["told_value"].map(lambda value: [value]))
    joined["first_seen"] = joined["first_seen"].where(~stays | joined["first_seen"].notna(), joined["told_since"])
    joined["last_seen"] = joined["last_seen"].mask(stays, joined["told_at"])
    joined["last_changed"] = joined["last_changed"].mask(moved, joined["told_changed"])
    joined.loc[moved, ["changes", "unknown"]] = 1
    return joined


def _lasting(
    rows: pd.DataFrame, asked: "pd.Series[bool]", catalogue: Catalogue
) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Return which of the rows asked for are settings: what Zigbee2MQTT calls one, and what the catalogue knows as none of daily life."""
    settable = asked & rows["settable"] & ((rows["access"].astype("int64") & STATE) > 0)
    found = np.zeros(len(rows), dtype=np.bool_)
    columns = rows[["name", "path", "endpoint", "category"]]
    for position in np.flatnonzero(settable):
        name, path, endpoint, category = columns.iloc[position]
        composite = split(path, endpoint if isinstance(endpoint, str) else None).composite
        entry = catalogue.find(name=name, composite=composite)
        found[position] = not entry.control if entry else category == "config"
    return found
