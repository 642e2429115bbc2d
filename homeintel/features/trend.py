"""How utilisation moves from night to night."""

from datetime import datetime, timedelta

import pandas as pd

from homeintel.features.utilisation import COUNTS, shares, utilisation

MONTH_DAYS = 30
MONTH_SLACK_DAYS = 3
"""A night within these days of a month ago stands for it."""

COLUMNS = ("window_end", "used", "usable", "utilisation", "weighted", "not_observable_share")


def trend(nights: pd.DataFrame, tonight: pd.DataFrame, end: datetime) -> pd.DataFrame:
    """Return the home's utilisation of all nights up to this one, the oldest first.

    Args:
        nights: see `homeintel.features.earlier.nights`.
        tonight: this night's counts, see `homeintel.features.utilisation.by_device`.
        end: this night's window end, UTC.

    Returns:
        Columns `COLUMNS`, the last row being this night's.
    """
    now = tonight.assign(window_end=pd.Timestamp(end))
    rows = pd.concat([nights[list(now.columns)], now], ignore_index=True) if len(nights) else now
    table = shares(rows.groupby("window_end", as_index=False)[list(COUNTS)].sum())
    return table[list(COLUMNS)]


BEFORE = ("last_night", "month_ago")
"""Earlier nights that stand beside tonight."""


def with_trend(
    table: pd.DataFrame, nights: pd.DataFrame, devices: pd.DataFrame, by: str | None, end: datetime
) -> pd.DataFrame:
    """Return a table of `utilisation` with what utilisation and weighted were last night and a month ago.

    The columns are last_night, month_ago (of utilisation), last_night_weighted and month_ago_weighted. NaN where the group
    had none, or the night never was. Devices are grouped as they are tonight.

    Args:
        table: from `homeintel.features.utilisation.utilisation` with the same `by`.
        nights: see `homeintel.features.earlier.nights`.
        devices: the store's `devices`.
        by: the column the table is grouped by; None for the home.
        end: this night's window end, UTC.
    """
    for name, moment in zip(BEFORE, (_last(nights), _month_ago(nights, end)), strict=True):
        columns = {"utilisation": name, "weighted": f"{name}_weighted"}
        then = None if moment is None else utilisation(nights.loc[nights["window_end"] == moment], devices, by)
        if then is None or then.empty:
            table = table.assign(**dict.fromkeys(columns.values(), float("nan")))
        elif by is None:
            table = table.assign(**{new: then[old].iloc[0] for old, new in columns.items()})
        else:
            table = table.merge(then[[by, *columns]].rename(columns=columns), on=by, how="left")
    return table


def _last(nights: pd.DataFrame) -> datetime | None:
    return max(nights["window_end"].unique(), default=None)


def _month_ago(nights: pd.DataFrame, end: datetime) -> datetime | None:
    wanted = end - timedelta(days=MONTH_DAYS)
    near = [night for night in nights["window_end"].unique() if abs(night - wanted) <= timedelta(days=MONTH_SLACK_DAYS)]
    return min(near, key=lambda night: abs(night - wanted), default=None)
