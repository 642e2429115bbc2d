"""Tables for people: what the notebook shows, in words."""

import json
import math

import pandas as pd

from homeintel.features.reasons import REASONS
from homeintel.features.telling import spelled
from homeintel.features.trend import BEFORE

MOST_NAMES = 6
"""Devices named in a row; the others are counted."""

NAMES = {"friendly_name": "device", "entity_id": "entity", "path": "feature"}
"""Columns by the names people use."""


def _several(names: list[str]) -> str:
    more = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


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
    columns = [named[name] for name in ("kind", "values", "value_min", "value_max", "unit")]
    named["takes"] = [takes(*limits) for limits in zip(*columns, strict=True)]
    named["now"] = [
        spelled(value, unit) if isinstance(value, str) else None
        for value, unit in zip(named["last_value"], named["unit"], strict=True)
    ]
    grouped = named.groupby(["name", "takes"], as_index=False, sort=True).agg(
        setting=("label", "first"),
        count=("friendly_name", "nunique"),
        devices=("friendly_name", lambda names: _several(sorted(set(names)))),
        says=("description", "first"),
        now=("now", "first"),
    )
    ordered = grouped.sort_values(["count", "name"], ascending=[False, True], ignore_index=True)
    return ordered[["setting", "devices", "says", "now", "takes"]].rename(columns={"says": "what Zigbee2MQTT says"})


def takes(kind: str, values: str | None, low: float | None, high: float | None, unit: str | None) -> str:
    """Return which values a property takes, in words; empty where it doesn't say."""
    if kind == "binary":
        return "on, off"
    if isinstance(values, str):
        return ", ".join(str(value) for value in json.loads(values))
    known = [f"{limit:g}" for limit in (low, high) if limit is not None and not pd.isna(limit)]
    one_sided = " or less" if low is None or pd.isna(low) else " or more"
    limits = " to ".join(known) + (f" {unit}" if isinstance(unit, str) and known else "")
    return limits + (one_sided if len(known) == 1 else "")


def unknown_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Return why properties can't be known, most first: why, properties, devices, and what would make them observable."""
    unknown = rows.loc[rows["verdict"] == "not_observable"]
    counted = unknown.groupby("reason", as_index=False).agg(
        properties=("path", "size"), devices=("ieee_address", "nunique")
    )
    counted = counted.sort_values(["properties", "reason"], ascending=[False, True])
    return pd.DataFrame(
        {
            "why": [REASONS[code].why.replace("`", "") for code in counted["reason"]],
            "properties": counted["properties"].to_numpy(),
            "devices": counted["devices"].to_numpy(),
            "to make it observable": [REASONS[code].remedy.replace("`", "") or "-" for code in counted["reason"]],
        }
    )


def verdict_counts(rows: pd.DataFrame) -> pd.DataFrame:
    """Return how many properties and devices each verdict has; settings of Zigbee2MQTT's own (options) apart."""
    counted = rows.groupby(["origin", "verdict"], as_index=False).agg(
        properties=("path", "size"), devices=("ieee_address", "nunique")
    )
    named = counted.replace({"origin": {"expose": "device", "option": "Zigbee2MQTT's options"}})
    named["verdict"] = named["verdict"].str.replace("_", " ")
    ordered = named.sort_values(["origin", "properties"], ascending=[False, False]).reset_index(drop=True)
    return ordered.rename(columns={"origin": "setting or value of"})


def home_table(home: pd.DataFrame) -> pd.DataFrame:
    """Return the home's utilisation (one row, with trend) as two: by count and by usefulness; shares in per cent."""
    return pd.DataFrame(
        {
            "counted": ["each feature alike", "by usefulness"],
            "features in use": [_of(home, "used", "usable"), ""] if len(home) else ["", ""],
            "in use, %": _percents(home, "utilisation", "weighted"),
            "last night, %": _percents(home, "last_night", "last_night_weighted"),
            "a month ago, %": _percents(home, "month_ago", "month_ago_weighted"),
            "can't be observed, %": _percents(home, "not_observable_share", "not_observable_share"),
        }
    )


def _percents(home: pd.DataFrame, *names: str) -> list[float]:
    return [round(100 * float(home[name].iloc[0]), 0) if len(home) else math.nan for name in names]


def _of(home: pd.DataFrame, part: str, whole: str) -> str:
    return f"{home[part].iloc[0]:.0f} of {home[whole].iloc[0]:.0f}"


def utilisation_table(table: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return the utilisation of groups (with trend) with each share and what it was in earlier nights in one cell.

    Args:
        table: from `homeintel.features.trend.with_trend`.
        by: the groups' column.
    """
    label = NAMES.get(by, by)
    counts = zip(table["used"], table["usable"], table["not_observable"], table["features"], strict=True)
    pairs = [(f"{used:.0f} of {usable:.0f}", f"{hidden:.0f} of {of:.0f}") for used, usable, hidden, of in counts]
    shown = pd.DataFrame(
        {
            label: table[by],
            "devices": table["devices"],
            "in use": [used for used, _ in pairs],
            "in use, %": _beside_earlier(table, "utilisation", ""),
            "by usefulness, %": _beside_earlier(table, "weighted", "_weighted"),
            "can't be observed": [hidden for _, hidden in pairs],
        }
    )
    return shown.drop(columns="devices") if label == "device" else shown


def _beside_earlier(table: pd.DataFrame, name: str, suffix: str) -> list[str | None]:
    """Return cells such as `54 (last night 53, a month ago 48)`; None where nothing can be observed."""
    columns = [table[name], *(table[f"{night}{suffix}"] for night in BEFORE)]
    return [_cell(*shares) for shares in zip(*columns, strict=True)]


def _cell(now: float, *before: float) -> str | None:
    if math.isnan(now):
        return None
    names = zip(("last night", "a month ago"), before, strict=True)
    earlier = ", ".join(f"{name} {100 * share:.0f}" for name, share in names if not pd.isna(share))
    return f"{100 * now:.0f}" + (f" ({earlier})" if earlier else "")


def readable(table: pd.DataFrame, zone: str) -> pd.DataFrame:
    """Return a table with times in the home's time zone, verdicts in words, and addresses left out."""
    shown = table.drop(columns="ieee_address", errors="ignore")
    for name in shown.columns:
        if isinstance(shown[name].dtype, pd.DatetimeTZDtype):
            shown[name] = shown[name].dt.tz_convert(zone)
    if "verdict" in shown.columns:
        shown["verdict"] = shown["verdict"].str.replace("_", " ")
    if "setting" in shown.columns:
        shown["setting"] = shown["setting"].map({True: "yes", False: "no"})
    return shown.rename(columns={name: NAMES.get(name, name.replace("_", " ")) for name in shown.columns})
