"""Devices that look spare or seasonal, entities nothing ever happens to, and devices no habit involves."""

import pandas as pd

from homeintel.features.catalogue import HOUSEKEEPING
from homeintel.features.tables import Tables

QUIET = frozenset({"button", "event", "scene", "update"})
"""Components without a lasting state, and updates: nothing is wrong when nothing happens to them."""


def spare_devices(rows: pd.DataFrame, devices: pd.DataFrame) -> pd.DataFrame:
    """Return devices of which nothing that could be observed changed in the window.

    Args:
        rows: verdicts of the night, described.
        devices: the store's `devices`.

    Returns:
        ieee_address, friendly_name, model, last_seen (of anything, before the window's end; UTC; NaT: never), features
        (observable ones). A device without any observable feature (a remote control) is not in it: nothing is known
        of its use; nor are devices that Zigbee2MQTT doesn't support or that are disabled.
    """
    exposed = rows.loc[rows["origin"] == "expose"]
    seen = exposed.assign(observable=exposed["verdict"].isin(["used", "constant", "never_seen"]))
    table = seen.groupby("ieee_address", as_index=False).agg(
        changes=("changes", "sum"), last_seen=("last_seen", "max"), features=("observable", "sum")
    )
    idle = table.loc[(table["changes"] == 0) & (table["features"] > 0)].drop(columns="changes")
    supported = devices.loc[devices["supported"].astype(bool) & ~devices["disabled"].astype(bool)]
    named = idle.merge(supported[["ieee_address", "friendly_name", "model"]], on="ieee_address")
    ordered = named.sort_values("friendly_name")[["ieee_address", "friendly_name", "model", "last_seen", "features"]]
    return ordered.reset_index(drop=True)


def idle_entities(tables: Tables) -> pd.DataFrame:
    """Return the enabled entities nothing ever happened to in the window, without those that are meant to be quiet.

    Returns:
        entity_id, friendly_name, last_seen (UTC; NaT: never recorded), in order of the names. An entity of which any
        attribute changed (a climate's set point) is not idle.
    """
    recorded = tables.observed.groupby("entity_id", as_index=False).agg(
        changes=("changes", "sum"), last_seen=("last_seen", "max")
    )
    quiet = tables.entities["component"].isin(QUIET) | tables.entities["property"].isin(HOUSEKEEPING)
    expected = tables.entities.loc[tables.entities["enabled"] & ~tables.entities["excluded"] & ~quiet]
    known = expected.drop_duplicates("entity_id").merge(recorded, on="entity_id", how="left")
    idle = known.loc[known["changes"].fillna(0) == 0]
    named = idle.merge(tables.devices[["ieee_address", "friendly_name"]], on="ieee_address")
    ordered = named.sort_values(["friendly_name", "entity_id"])[["entity_id", "friendly_name", "last_seen"]]
    return ordered.reset_index(drop=True)


def uninvolved_devices(tables: Tables) -> pd.DataFrame:
    """Return devices that are in use but take part in no habit that was found and no automation that is known.

    Known automations are those that changed something in the window, and those of the automations file. Where none is
    known at all, nothing can be said of automations and only habits count.

    Returns:
        ieee_address, friendly_name, model, changes (of all its entities in the window), the busiest first.
    """
    series = tables.observed.groupby("entity_id", as_index=False).agg(
        changes=("changes", "sum"), automation=("automation", "sum")
    )
    habits = {*tables.patterns["entity_id"], *tables.patterns["trigger_entity_id"].dropna()}
    joined = tables.entities.drop_duplicates("entity_id").merge(series, on="entity_id")
    joined["involved"] = joined["entity_id"].isin(habits) | joined["automated"] | (joined["automation"] > 0)
    table = joined.groupby("ieee_address", as_index=False).agg(changes=("changes", "sum"), involved=("involved", "any"))
    alone = table.loc[(table["changes"] > 0) & ~table["involved"]]
    named = alone.merge(tables.devices[["ieee_address", "friendly_name", "model"]], on="ieee_address")
    ordered = named.sort_values(["changes", "friendly_name"], ascending=[False, True])
    return ordered[["ieee_address", "friendly_name", "model", "changes"]].reset_index(drop=True)
