"""What `explore_utilization.ipynb` shows: verdicts by choice, and one device's features day by day."""

from collections.abc import Mapping
from datetime import timedelta

import duckdb
import pandas as pd

from homeintel.features.analysis import FeatureAnalysis
from homeintel.phase import Window
from homeintel.store import query

CHOICES = ("area", "manufacturer", "device", "verdict")
"""What verdicts can be chosen by."""


def verdict_rows(analysis: FeatureAnalysis) -> pd.DataFrame:
    """Return every verdict on a device's usable features with the names people know.

    Returns:
        ieee_address, device, area, manufacturer, model, path, verdict, changes, last_changed (UTC), last_value,
        entity_id, attribute; areas and makers that are not known are "unknown". In order of device and path.
    """
    devices = analysis.devices.rename(columns={"friendly_name": "device"})
    names = devices[["ieee_address", "device", "area", "manufacturer", "model"]].fillna("unknown")
    columns = ["ieee_address", "path", "verdict", "changes", "last_changed", "last_value", "entity_id", "attribute"]
    rows = analysis.rows.loc[analysis.rows["usable"], columns].merge(names, on="ieee_address")
    ordered = [*names.columns, *columns[1:]]
    return rows.sort_values(["device", "path"])[ordered].reset_index(drop=True)


def stored_verdicts(connection: duckdb.DuckDBPyConnection, run_id: str) -> pd.DataFrame:
    """Return the verdicts that a night stored, as `verdict_rows` gives them; the last value was not stored.

    Args:
        connection: an open store; a night's snapshot will do.
        run_id: the night.
    """
    return query(connection, _STORED, [run_id])


def verdict_overview(rows: pd.DataFrame) -> pd.DataFrame:
    """Return how many features have each verdict, and on how many devices, the most frequent first."""
    counted = rows.groupby("verdict", as_index=False).agg(features=("path", "size"), devices=("device", "nunique"))
    ordered = counted.sort_values(["features", "verdict"], ascending=[False, True], ignore_index=True)
    return ordered.assign(verdict=ordered["verdict"].str.replace("_", " "))


def chosen(rows: pd.DataFrame, choice: Mapping[str, str | None]) -> pd.DataFrame:
    """Return the verdicts of a choice; a key of `CHOICES` that is missing or None does not limit.

    Args:
        rows: from `verdict_rows`.
        choice: what to keep, such as `{"area": "kitchen", "verdict": "constant"}`.
    """
    for name in CHOICES:
        value = choice.get(name)
        if value is not None:
            rows = rows.loc[rows[name] == value]
    return rows.reset_index(drop=True)


def days_of_use(connection: duckdb.DuckDBPyConnection, rows: pd.DataFrame, window: Window) -> pd.DataFrame:
    """Return how often each feature was seen to change, day by day.

    Args:
        connection: an open store.
        rows: verdicts of one device, from `verdict_rows`; those without an entity are left out.
        window: which local days.

    Returns:
        path, day (local date), changes (of a series of numbers: its reports); days without any are 0.
    """
    linked = rows.loc[rows["entity_id"].notna(), ["path", "entity_id", "attribute"]]
    series = linked.assign(attribute=linked["attribute"].fillna(""))
    connection.register("series", series)
    found = query(connection, _DAYS, [window.zone.key, window.start, window.end])
    connection.unregister("series")
    counted = found.assign(day=pd.to_datetime(found["day"]).dt.date).set_index(["path", "day"])["changes"]
    every_day = [window.first_day + timedelta(days=number) for number in range(window.days)]
    paths = sorted(series["path"].unique())
    whole = pd.MultiIndex.from_product([paths, every_day], names=["path", "day"])
    return counted.reindex(whole, fill_value=0).astype("int64").reset_index()


_DAYS = """
WITH changed AS (
    SELECT entity_id, '' AS attribute, ts, 1 AS n FROM events WHERE previous IS NOT NULL AND previous <> state
    UNION ALL
    SELECT entity_id, attribute, ts, 1 FROM attribute_changes WHERE value IS NOT NULL
    UNION ALL
    SELECT entity_id, '', ts, count FROM measurements
)
SELECT path, CAST(timezone($1, ts) AS DATE) AS day, sum(n)::BIGINT AS changes
FROM series JOIN changed USING (entity_id, attribute)
WHERE ts >= $2 AND ts < $3 GROUP BY ALL
"""

_STORED = """
SELECT ieee_address, coalesce(friendly_name, 'unknown') AS device, coalesce(area, 'unknown') AS area,
       coalesce(manufacturer, 'unknown') AS manufacturer, coalesce(model, 'unknown') AS model, path, verdict, changes,
       last_changed, NULL AS last_value, entity_id, attribute
FROM device_feature_usage AS usage JOIN devices USING (ieee_address)
LEFT JOIN (SELECT ieee_address, path, min(entity_id) AS entity_id, min_by(attribute, entity_id) AS attribute
           FROM entities GROUP BY ALL) USING (ieee_address, path)
WHERE run_id = $1 AND usage.usable AND devices.type NOT IN ('Group', 'Coordinator') ORDER BY device, path
"""
