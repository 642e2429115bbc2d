"""The whole feature analysis of one night, as a pure function over tables."""

from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from homeintel.features.catalogue import Catalogue
from homeintel.features.context import find_context
from homeintel.features.features import describe
from homeintel.features.opportunities import rank_opportunities
from homeintel.features.spare import spare_devices
from homeintel.features.tables import Tables
from homeintel.features.utilisation import by_feature, utilisation
from homeintel.features.verdicts import judge


@dataclass(frozen=True)
class FeatureAnalysis:
    """What one night found out about features.

    Args:
        devices: the devices it looked at.
        rows: one verdict per capability, described: see `verdicts.judge` and `features.describe`.
        features: one verdict per device and usable feature: see `utilisation.by_feature`.
        home: the home's utilisation, one row: see `utilisation.utilisation`.
        opportunities: see `opportunities.rank_opportunities`.
        spare: devices of which nothing changed: see `spare.spare_devices`.
    """

    devices: pd.DataFrame
    rows: pd.DataFrame
    features: pd.DataFrame
    home: pd.DataFrame
    opportunities: pd.DataFrame
    spare: pd.DataFrame


def analyse(tables: Tables, catalogue: Catalogue, *, start: datetime, end: datetime) -> FeatureAnalysis:
    """Judge every capability, sum up, and rank what is worth telling.

    Args:
        tables: the night's input.
        catalogue: what features are good for.
        start: the window's first moment, UTC; inclusive.
        end: its last, UTC; exclusive.
    """
    judged = judge(tables.devices, tables.capabilities, tables.entities, tables.observed)
    rows = describe(judged, catalogue)
    features = by_feature(rows)
    context = find_context(tables)
    return FeatureAnalysis(
        devices=tables.devices,
        rows=rows,
        features=features,
        home=utilisation(features, tables.devices),
        opportunities=rank_opportunities(rows, tables.devices, catalogue, context, start=start, end=end),
        spare=spare_devices(rows, tables.devices),
    )
