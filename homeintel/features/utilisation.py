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
    verdicts = pd.Series([names[rank] for rank in grouped["rank"]], index=grouped.index, dtype=object)
    return grouped.assign(verdict=verdicts).drop(columns="rank")


COUNTS = ("features", "used", "usable", "not_observable", "used_weight", "usable_weight")
"""What a utilisation is made of, a device; sums over devices give that of any group."""


def by_device(features: pd.DataFrame) -> pd.DataFrame:
    """Return ieee_address and `COUNTS` of each device that has features (from `by_feature`)."""
    usable = features["verdict"].isin(OBSERVABLE)
    used = features["verdict"] == "used"
    marked = features[["ieee_address"]].assign(
        features=1,
        used=used.astype("int64"),
        usable=usable.astype("int64"),
        not_observable=(features["verdict"] == "not_observable").astype("int64"),
        used_weight=features["usefulness"].where(used, 0.0),
        usable_weight=features["usefulness"].where(usable, 0.0),
    )
    return marked.groupby("ieee_address", as_index=False)[list(COUNTS)].sum()


def utilisation(counts: pd.DataFrame, devices: pd.DataFrame, by: str | None = None) -> pd.DataFrame:
    """Return the utilisation of the home (`by=None`) or of each group of devices.

    Args:
        counts: from `by_device`.
        devices: the store's `devices`.
        by: a column of `devices`: `friendly_name`, `model`, `manufacturer`, `area`.

    Returns:
        The group's column (for the home none), devices, features, usable, used, not_observable (counts),
        utilisation (used / usable, NaN when nothing is usable), weighted (the same by usefulness) and
        not_observable_share (of all features, 0 to 1).
        Groups in order of falling `usable`; devices without a value are grouped as "unknown".
    """
    groups = devices[["ieee_address"]].assign(group=devices[by].fillna("unknown") if by else "home")
    sums = {name: (name, "sum") for name in COUNTS}
    rows = counts.merge(groups, on="ieee_address")
    table = shares(rows.groupby("group", as_index=False).agg(devices=("ieee_address", "nunique"), **sums))
    shown = table.sort_values(["usable", "group"], ascending=[False, True]).reset_index(drop=True)
    return shown.rename(columns={"group": by}) if by else shown.drop(columns="group")


def shares(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of `COUNTS` with utilisation, weighted and not_observable_share in place of the weights."""
    return table.assign(
        utilisation=table["used"] / table["usable"].where(table["usable"] > 0),
        weighted=table["used_weight"] / table["usable_weight"].where(table["usable_weight"] > 0),
        not_observable_share=table["not_observable"] / table["features"],
    ).drop(columns=["used_weight", "usable_weight"])
