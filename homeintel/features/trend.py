"""How the home's utilisation moves from night to night."""

from datetime import datetime, timedelta

import pandas as pd

MONTH_DAYS = 30
MONTH_SLACK_DAYS = 3
"""A night within these days of a month ago stands for it."""

COLUMNS = ("window_end", "used", "usable", "utilisation", "weighted", "not_observable_share")


def trend(nights: pd.DataFrame, home: pd.DataFrame, end: datetime) -> pd.DataFrame:
    """Return all nights up to this one, the oldest first.

    Args:
        nights: see `homeintel.features.earlier.nights`.
        home: this night's utilisation, one row or none.
        end: this night's window end, UTC.

    Returns:
        Columns `COLUMNS`, the last row being this night's.
    """
    tonight = home.assign(window_end=pd.Timestamp(end))[list(COLUMNS)]
    parts = [part for part in (nights[list(COLUMNS)], tonight) if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else tonight


def compared(history: pd.DataFrame) -> pd.DataFrame:
    """Return tonight beside last night and a month ago: when, and the columns of `trend`; nights that exist only."""
    if history.empty:
        return history.assign(night=pd.Series(dtype=str))
    tonight = history.iloc[[-1]].assign(night="tonight")
    last = history.iloc[-2:-1].assign(night="last night")
    month_ago = tonight["window_end"].iloc[0] - timedelta(days=MONTH_DAYS)
    distance = (history["window_end"] - month_ago).abs()
    near = history.loc[distance <= timedelta(days=MONTH_SLACK_DAYS)]
    month = near.loc[[distance[near.index].idxmin()]].assign(night="a month ago") if len(near) else near
    shown: pd.DataFrame = pd.concat([part for part in (tonight, last, month) if len(part)], ignore_index=True)
    return shown[["night", *COLUMNS]]
