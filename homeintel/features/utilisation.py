"""How much of what the devices can do is used: used over usable, with the share nobody can know beside it."""

import pandas as pd

OBSERVABLE = ("used", "constant", "never_seen")
"""Verdicts that count as usable; what is not observable or not supported is left out, and shown beside."""

_ORDER = {
    verdict: rank for rank, verdict in enumerate(("used", "constant", "never_seen", "not_observable", "unsupported"))
}


def by_feature(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row per device and usable feature: its leaves' best verdict.

    Args:
        rows: verdicts described by `homeintel.features.features.describe`.

    Returns:
        ieee_address, feature, verdict (used if any part is; then constant, never_seen, not_observable, unsupported),
        usefulness (0 to 1, the greatest of its parts).
    """
    usable = rows.loc[rows["usable"], ["ieee_address", "feature", "verdict", "usefulness"]]
    ranked = usable.assign(rank=usable["verdict"].map(_ORDER).astype("int64"))
    grouped = ranked.groupby(["ieee_address", "feature"], as_index=False, sort=False).agg(
        rank=("rank", "min"), usefulness=("usefulness", "max")
    )
    names = {rank: verdict for verdict, rank in _ORDER.items()}
    return grouped.assign(verdict=grouped["rank"].map(names)).drop(columns="rank")


def utilisation(features: pd.DataFrame, devices: pd.DataFrame, by: str | None = None) -> pd.DataFrame:
    """Return the utilisation of the home (`by=None`) or of each group of devices.

    Args:
        features: from `by_feature`.
        devices: the store's `devices`.
        by: a column of `devices`: `ieee_address`, `friendly_name`, `model`, `manufacturer`, `area`.

    Returns:
        The group's column (for the home none), devices, usable, used, utilisation (used / usable, NaN when nothing is usable),
        weighted (the same by usefulness), not_observable and not_observable_share (of all features, 0 to 1).
        Groups in order of falling `usable`; devices without a value are grouped as "unknown".
    """
    groups = devices[["ieee_address"]].assign(group=devices[by].fillna("unknown") if by else "home")
    rows = features.merge(groups, on="ieee_address")
    rows["usable"] = rows["verdict"].isin(OBSERVABLE)
    rows["used"] = rows["verdict"] == "used"
    rows["not_observable"] = rows["verdict"] == "not_observable"
    rows["usable_weight"] = rows["usefulness"].where(rows["usable"], 0.0)
    rows["used_weight"] = rows["usefulness"].where(rows["used"], 0.0)
    table = rows.groupby("group", as_index=False, sort=True).agg(
        devices=("ieee_address", "nunique"),
        features=("feature", "size"),
        usable=("usable", "sum"),
        used=("used", "sum"),
        not_observable=("not_observable", "sum"),
        usable_weight=("usable_weight", "sum"),
        used_weight=("used_weight", "sum"),
    )
    table["utilisation"] = table["used"] / table["usable"].where(table["usable"] > 0)
    table["weighted"] = table["used_weight"] / table["usable_weight"].where(table["usable_weight"] > 0)
    table["not_observable_share"] = table["not_observable"] / table["features"]
    shown = table.sort_values(["usable", "group"], ascending=[False, True]).drop(
        columns=["usable_weight", "used_weight"]
    )
    shown = shown.reset_index(drop=True)
    return shown.rename(columns={"group": by}) if by else shown.drop(columns="group")
