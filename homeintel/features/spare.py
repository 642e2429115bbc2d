"""Devices that look spare or seasonal, entities nothing ever happens to, and devices no habit involves."""

import numpy as np
import pandas as pd

from homeintel.features.catalogue import HOUSEKEEPING
from homeintel.features.tables import Tables

QUIET = frozenset({"button", "event", "scene", "update"})
"""Components without a lasting state, and updates: nothing is wrong when nothing happens to them."""


SETTINGS = frozenset({"number", "select", "text"})
"""Components of settings, beside what Zigbee2MQTT calls one (category `config`): most are set once and left."""


def spare_devices(rows: pd.DataFrame, devices: pd.DataFrame, last_used: pd.DataFrame) -> pd.DataFrame:
    """Return devices of which nothing that could be observed changed in the window.

    Args:
        rows: verdicts of the night, described.
        devices: the store's `devices`.
        last_used: see `homeintel.features.earlier.last_used`.

    Returns:
        ieee_address, friendly_name, model, looks (offline: Zigbee2MQTT can't reach it; seasonal: an earlier night saw it in
        use; spare: none did), used_until (UTC; NaT: no night saw it in use), last_seen (of anything, before the window's end; UTC; NaT: never), features
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
    named = idle.merge(supported[["ieee_address", "friendly_name", "model", "available"]], on="ieee_address")
    known = named.merge(last_used, on="ieee_address", how="left")
    offline = known["available"].eq(other=False).fillna(value=False).astype(bool)
    known["looks"] = np.select([offline, known["used_until"].notna()], ["offline", "seasonal"], default="spare")
    columns = ["ieee_address", "friendly_name", "model", "looks", "used_until", "last_seen", "features"]
    return known.sort_values("friendly_name")[columns].reset_index(drop=True)


def idle_entities(tables: Tables) -> pd.DataFrame:
    """Return the enabled entities nothing ever happened to in the window, without those that are meant to be quiet.

    Returns:
        entity_id, friendly_name, setting (whether it is one), last_seen (UTC; NaT: never recorded); settings last, in order
        of the names. An entity of which any attribute changed (a climate's set point) is not idle. Devices that are
        disabled in Zigbee2MQTT are left out.
    """
    recorded = tables.observed.groupby("entity_id", as_index=False).agg(
        changes=("changes", "sum"), last_seen=("last_seen", "max")
    )
    entities = tables.entities
    quiet = entities["component"].isin(QUIET) | entities["property"].isin(HOUSEKEEPING)
    expected = entities.loc[entities["enabled"] & ~entities["excluded"] & ~quiet]
    known = expected.drop_duplicates("entity_id").merge(recorded, on="entity_id", how="left")
    idle = known.loc[known["changes"].fillna(0) == 0]
    working = tables.devices.loc[~tables.devices["disabled"].astype(bool), ["ieee_address", "friendly_name"]]
    named = idle.merge(working, on="ieee_address")
    named["setting"] = named["component"].isin(SETTINGS) | _called_settings(named, tables.capabilities)
    ordered = named.sort_values(["setting", "friendly_name", "entity_id"])
    return ordered[["entity_id", "friendly_name", "setting", "last_seen"]].reset_index(drop=True)


def _called_settings(entities: pd.DataFrame, capabilities: pd.DataFrame) -> "pd.Series[bool]":
    config = capabilities.loc[capabilities["category"] == "config", ["ieee_address", "property"]]
    called = set(config.itertuples(index=False, name=None))
    pairs = zip(entities["ieee_address"], entities["property"], strict=True)
    return pd.Series([pair in called for pair in pairs], index=entities.index, dtype=bool)


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
