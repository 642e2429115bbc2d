"""What the detectors would have reported with other thresholds or over other days, against what the night reported."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from homeintel.explore.words import pattern_text
from homeintel.patterns.detect import detect_all
from homeintel.patterns.history import History
from homeintel.patterns.identity import PATTERN_COLUMNS, pattern_ids
from homeintel.patterns.limits import IN_FORCE, Limits
from homeintel.patterns.tables import funnel_rows, pattern_rows

__all__ = ["ORDER", "Tried", "difference", "try_limits"]

ORDER = ("comes", "goes", "stays")
"""What can happen to a pattern, the most telling first."""


@dataclass(frozen=True)
class Tried:
    """What a try gave; nothing of it is stored.

    Args:
        patterns: rows as of the table `patterns`, the night's habits under their ids of that night.
        funnel: rows as of the table `detection_funnel`.
    """

    patterns: pd.DataFrame
    funnel: pd.DataFrame


def try_limits(history: History, night: pd.DataFrame, limits: Limits = IN_FORCE) -> Tried:
    """Run all detectors with other thresholds.

    Args:
        history: the days to look at, the night's or others.
        night: the night's rows of the table `patterns`.
        limits: the thresholds to try.
    """
    findings = detect_all(history, limits)
    ids = pattern_ids(findings.patterns, night[list(PATTERN_COLUMNS)])
    return Tried(pattern_rows(findings.patterns, ids), funnel_rows(findings.funnel))


def difference(night: pd.DataFrame, tried: pd.DataFrame) -> pd.DataFrame:
    """Return what comes, goes and stays when the thresholds or days change.

    Args:
        night: the night's rows of the table `patterns`.
        tried: those of a try.

    Returns:
        change (of `ORDER`), pattern (in words), share of its days or occasions then and now (NaN where it is not reported),
        q (now, or then), in order of change and share.
    """
    both = night.merge(tried, how="outer", on="pattern_id", suffixes=("_then", "_now"), indicator=True)
    change = both["_merge"].map({"left_only": "goes", "right_only": "comes", "both": "stays"})
    rows = pd.DataFrame(
        {
            "change": pd.Categorical(change, ORDER),
            "pattern": [
                pattern_text(_side(row, "_then" if row["_merge"] == "left_only" else "_now"))
                for row in both.to_dict("records")
            ],
            "share, the night": _share(both, "_then"),
            "share, now": _share(both, "_now"),
            "q": both["q_value_now"].fillna(both["q_value_then"]),
        }
    )
    rows["most"] = rows[["share, now", "share, the night"]].max(axis=1)
    ordered = rows.sort_values(["change", "most", "pattern"], ascending=[True, False, True], ignore_index=True)
    return ordered.drop(columns="most").astype({"change": str})


def _share(both: pd.DataFrame, side: str) -> pd.Series:
    share: pd.Series = (both[f"occurrences{side}"] / both[f"opportunities{side}"]).astype(float).round(3)
    return share


def _side(row: Mapping[Any, Any], side: str) -> dict[str, Any]:
    return {name.removesuffix(side): value for name, value in row.items() if name.endswith(side)}
