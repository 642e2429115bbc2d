"""Devices that look spare or seasonal, entities nothing ever happens to, and devices no habit involves."""

import pandas as pd


def spare_devices(rows: pd.DataFrame, devices: pd.DataFrame) -> pd.DataFrame:
    """Return devices of which nothing that could be observed changed in the window.

    Args:
        rows: verdicts of the night, described.
        devices: the store's `devices`.

    Returns:
        ieee_address, friendly_name, model, last_seen (of anything, before the window's end; UTC; NaT: never), features
        (observable ones). A device without any observable feature (a remote control) is not in it: nothing is known
        of its use.
    """
    exposed = rows.loc[rows["origin"] == "expose"]
    seen = exposed.groupby("ieee_address", as_index=False).agg(
        changes=("changes", "sum"),
        last_seen=("last_seen", "max"),
        features=("verdict", lambda verdicts: int(verdicts.isin(["used", "constant", "never_seen"]).sum())),
    )
    idle = seen.loc[(seen["changes"] == 0) & (seen["features"] > 0)].drop(columns="changes")
    named = idle.merge(devices[["ieee_address", "friendly_name", "model"]], on="ieee_address")
    ordered = named.sort_values("friendly_name")[["ieee_address", "friendly_name", "model", "last_seen", "features"]]
    return ordered.reset_index(drop=True)
