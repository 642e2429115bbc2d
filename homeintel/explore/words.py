"""A pattern in few words, for lists to choose from."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

__all__ = ["clock", "pattern_text"]


def pattern_text(row: Mapping[Any, Any]) -> str:
    """Return a pattern without its counts: what happens, when or after what, on which days.

    Args:
        row: a row of the table `patterns`.
    """
    what = f"{row['entity_id']} {row['state']}"
    if row["kind"] == "co_occurrence":
        when = f"after {row['trigger_entity_id']} {row['trigger_state']}"
    elif row["kind"] == "sun" and not pd.isna(row["offset_minutes"]):
        when = f"{row['offset_minutes']:+.0f} min from {row['sun_event']}"
    else:
        when = f"at {clock(row['minute_of_day'])}"
    return f"{what} {when}" + ("" if row["days"] == "all" else f" ({row['days']})")


def clock(minute: float) -> str:
    """Return a local minute of the day as `07:05`."""
    whole = round(minute) % 1440
    return f"{whole // 60:02d}:{whole % 60:02d}"
