"""The whole feature analysis of one night, as a pure function over tables."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import pandas as pd

from homeintel.features.catalogue import Catalogue
from homeintel.features.context import find_context
from homeintel.features.features import describe
from homeintel.features.opportunities import Watched, rank_opportunities
from homeintel.features.spare import idle_entities, spare_devices, uninvolved_devices
from homeintel.features.tables import Tables
from homeintel.features.trend import trend, with_trend
from homeintel.features.utilisation import by_device, by_feature, utilisation
from homeintel.features.verdicts import judge

NOT_SINGLE = ("Group", "Coordinator")
"""Types of devices that have no features of their own: a group has its members'."""


@dataclass(frozen=True)
class FeatureAnalysis:
    """What one night found out about features.

    Args:
        devices: the devices it looked at: single ones, no groups.
        rows: one verdict per capability, described: see `verdicts.judge` and `features.describe`.
        features: one verdict per device and usable feature: see `utilisation.by_feature`.
        counts: what utilisation is made of, per device: see `utilisation.by_device`.
        home: the home's utilisation, one row: see `utilisation.utilisation` and `trend.with_trend`.
        opportunities: see `opportunities.rank_opportunities`.
        spare: devices of which nothing changed: see `spare.spare_devices`.
        idle: entities nothing happened to: see `spare.idle_entities`.
        uninvolved: devices in no habit and no automation: see `spare.uninvolved_devices`.
        trend: the home's utilisation, night by night: see `trend.trend`.
    """

    devices: pd.DataFrame
    rows: pd.DataFrame
    features: pd.DataFrame
    counts: pd.DataFrame
    home: pd.DataFrame
    opportunities: pd.DataFrame
    spare: pd.DataFrame
    idle: pd.DataFrame
    uninvolved: pd.DataFrame
    trend: pd.DataFrame


def analyse(tables: Tables, catalogue: Catalogue, *, start: datetime, end: datetime, zone: ZoneInfo) -> FeatureAnalysis:
    """Judge every capability, sum up, and rank what is worth telling.

    Args:
        tables: the night's input.
        catalogue: what features are good for.
        start: the window's first moment, UTC; inclusive.
        end: its last, UTC; exclusive.
        zone: the home's.
    """
    rows = describe(judge(tables, catalogue), catalogue)
    single = tables.devices.loc[~tables.devices["type"].isin(NOT_SINGLE)]
    of_devices = rows.loc[rows["ieee_address"].isin(single["ieee_address"])]
    features = by_feature(of_devices)
    counts = by_device(features)
    spare = spare_devices(of_devices, single, tables.last_used)
    working = single.loc[single["supported"].astype(bool) & ~single["disabled"].astype(bool), "ieee_address"]
    in_use = of_devices.loc[of_devices["ieee_address"].isin(set(working) - set(spare["ieee_address"]))]
    context = find_context(tables)
    return FeatureAnalysis(
        devices=single,
        rows=rows,
        features=features,
        counts=counts,
        home=with_trend(utilisation(counts, single), tables.nights, single, None, end),
        opportunities=rank_opportunities(
            in_use, single, catalogue, context, Watched(_watched_since(tables.observed, start), end, zone)
        ),
        spare=spare,
        idle=idle_entities(tables),
        uninvolved=uninvolved_devices(tables),
        trend=trend(tables.nights, counts, end),
    )


def _watched_since(observed: pd.DataFrame, start: datetime) -> datetime:
    """Return from when on there is any history: a young home has been watched for less than the window."""
    oldest = observed["first_seen"].min() if len(observed) else pd.NaT
    return start if pd.isna(oldest) else max(start, oldest.to_pydatetime())
