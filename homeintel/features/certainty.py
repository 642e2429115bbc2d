"""How sure it is that nobody uses a feature."""

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

USE_INTERVAL_DAYS = 14.0
"""How often a feature in use is thought to change, at the least: with such a rate (Poisson) the chance of no change in
d days is exp(-d / 14), so the certainty after d days is 1 - exp(-d / 14): 0.88 after 30 days, 0.19 after 3."""

SILENT = 0.8
"""Factor for silence: it may have a cause that is not seen from here."""

UNKNOWABLE = 0.4
"""Certainty where nothing can be known: more features are left alone than used, but that is a guess about homes, not about this one."""

READ = 1.0
"""An option is read from Zigbee2MQTT's configuration: it is set or not."""


def certainty(row: Mapping[str, Any], start: datetime, end: datetime) -> float:
    """Return the certainty (0 to 1) that the feature of a verdict's row is unused.

    Args:
        row: at least origin, verdict, first_seen (NaT when never seen).
        start: from when on the home was watched, UTC.
        end: the window's last moment, exclusive.
    """
    if row["origin"] == "option":
        return READ
    if row["verdict"] == "not_observable":
        return UNKNOWABLE
    if row["verdict"] == "never_seen":
        return max(UNKNOWABLE, SILENT * _after((end - start).total_seconds() / 86_400))
    since = max(start, row["first_seen"].to_pydatetime())
    return max(UNKNOWABLE, _after((end - since).total_seconds() / 86_400))


def _after(days: float) -> float:
    return 1 - math.exp(-days / USE_INTERVAL_DAYS)
