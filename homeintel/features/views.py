"""Tables for people: what the notebook shows, in words."""

import json

import pandas as pd

from homeintel.features.reasons import REASONS

MOST_NAMES = 6
"""Devices named in a row; the others are counted."""


def opportunity_table(opportunities: pd.DataFrame) -> pd.DataFrame:
    """Return opportunities as a reader wants them: feature, what for, devices, how, why, how sure (0 to 1)."""
    return pd.DataFrame(
        {
            "feature": opportunities["label"],
            "what for": opportunities["sentence"],
            "devices": [_several(names) for names in opportunities["friendly_names"]],
            "send": [_json(payload) for payload in opportunities["payload"]],
            "to": [_several(topics) for topics in opportunities["topics"]],
            "in Home Assistant": [_json(action) if action else "no control" for action in opportunities["action"]],
            "mind": opportunities["caveats"],
            "why": opportunities["reason"],
            "sure": opportunities["certainty"].astype(float).round(2),
            "score": opportunities["score"].astype(float).round(2),
        }
    )


def _several(names: list[str]) -> str:
    more = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def untouched_table(rows: pd.DataFrame, devices: pd.DataFrame) -> pd.DataFrame:
    """Return the settings nobody touched that the catalogue doesn't know, in Zigbee2MQTT's own words.

    Args:
        rows: described verdicts.
        devices: the store's `devices`.

    Returns:
        setting, devices (names), what Zigbee2MQTT says of it, now (the last value seen) and takes (its values, or its range
        with the unit); those of most devices first.
    """
    quiet = rows["verdict"].isin(["constant", "never_seen"]) & rows["settable"] & rows["usable"] & ~rows["catalogued"]
    named = rows.loc[quiet].merge(devices[["ieee_address", "friendly_name"]], on="ieee_address")
    named["takes"] = [
        _takes(*limits)
        for limits in zip(named["values"], named["value_min"], named["value_max"], named["unit"], strict=True)
    ]
    grouped = named.groupby(["name", "takes"], as_index=False, sort=True).agg(
        setting=("label", "first"),
        count=("friendly_name", "nunique"),
        devices=("friendly_name", lambda names: _several(sorted(set(names)))),
        says=("description", "first"),
        now=("last_value", "first"),
    )
    ordered = grouped.sort_values(["count", "name"], ascending=[False, True], ignore_index=True)
    return ordered[["setting", "devices", "says", "now", "takes"]].rename(columns={"says": "what Zigbee2MQTT says"})


def _takes(values: str | None, low: float | None, high: float | None, unit: str | None) -> str:
    if isinstance(values, str):
        return ", ".join(str(value) for value in json.loads(values))
    limits = [f"{limit:g}" for limit in (low, high) if limit is not None and not pd.isna(limit)]
    return " to ".join(limits) + (f" {unit}" if isinstance(unit, str) and limits else "")


def unknown_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Return why properties can't be known, most first: why, properties, devices, and what would make them observable."""
    unknown = rows.loc[rows["verdict"] == "not_observable"]
    counted = unknown.groupby("reason", as_index=False).agg(
        properties=("path", "size"), devices=("ieee_address", "nunique")
    )
    counted = counted.sort_values(["properties", "reason"], ascending=[False, True])
    return pd.DataFrame(
        {
            "why": [REASONS[code].why for code in counted["reason"]],
            "properties": counted["properties"].to_numpy(),
            "devices": counted["devices"].to_numpy(),
            "to make it observable": [REASONS[code].remedy for code in counted["reason"]],
        }
    )


def verdict_counts(rows: pd.DataFrame) -> pd.DataFrame:
    """Return how many properties and devices each verdict has; settings of Zigbee2MQTT's own (options) apart."""
    counted = rows.groupby(["origin", "verdict"], as_index=False).agg(
        properties=("path", "size"), devices=("ieee_address", "nunique")
    )
    named = counted.replace({"origin": {"expose": "device", "option": "Zigbee2MQTT's options"}})
    return named.sort_values(["origin", "properties"], ascending=[True, False]).reset_index(drop=True)


_SHARES = {
    "utilisation": "in use, %",
    "weighted": "in use by usefulness, %",
    "not_observable_share": "can't be observed, %",
    "last_night": "last night, %",
    "month_ago": "a month ago, %",
}


def readable(table: pd.DataFrame, zone: str) -> pd.DataFrame:
    """Return a table with shares in per cent, times in the home's time zone, and addresses left out."""
    shown = table.drop(columns="ieee_address", errors="ignore")
    for name in shown.columns:
        if isinstance(shown[name].dtype, pd.DatetimeTZDtype):
            shown[name] = shown[name].dt.tz_convert(zone)
        elif name in _SHARES:
            shown[name] = (100 * shown[name].astype(float)).round(0)
    names = {name: name.replace("_", " ") for name in shown.columns} | _SHARES
    return shown.rename(columns=names)
