"""Tables the notebook shows."""

import json
from collections.abc import Mapping, Sequence

import pandas as pd

from homeintel.suggestions.memory import StoredRow

OPEN = ("new", "repeated")
"""Statuses of a suggestion that waits for an answer."""


def open_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `suggestions` that wait for an answer."""
    return rows[rows["status"].isin(OPEN)]


def suggestion_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the suggestions as a reader wants them beside the chart.

    Args:
        rows: rows of `suggestions`, by rank.
    """
    columns = [
        "rank",
        "title",
        "kind",
        "status",
        "confidence",
        "interval",
        "impact",
        "effort",
        "score",
        "suggestion_id",
    ]
    if rows.empty:
        return pd.DataFrame(columns=columns)
    interval = [_interval(low, high) for low, high in zip(rows["confidence_low"], rows["confidence_high"], strict=True)]
    return rows.assign(interval=interval)[columns]


def backtest_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row a suggestion with a backtest: counts over the window and over the days held back."""
    found = [
        {"rank": row.rank, "title": row.title, **_counts(json.loads(row.backtest))}
        for row in rows.itertuples()
        if isinstance(row.backtest, str)
    ]
    return pd.DataFrame(found)


def changes_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what changed since last night: what is new, what was answered and became of it, what is gone.

    Args:
        rows: rows of `suggestions`.
    """
    changed = rows[rows["status"] != "repeated"].sort_values(["status", "rank"], kind="stable")
    happened = changed["description"].where(changed["status"].isin(["accepted", "resolved"]), "")
    return changed.assign(happened=happened)[["status", "title", "happened", "suggestion_id"]]


def departed_table(rows: pd.DataFrame, last_night: Sequence[StoredRow], reasons: Mapping[str, str]) -> pd.DataFrame:
    """Return what was suggested last night, is not tonight, and is not resolved or answered either: with the reason.

    Args:
        rows: tonight's rows of `suggestions`.
        last_night: the open ones of the night before.
        reasons: why a candidate was not chosen, by suggestion id.
    """
    here = set(rows["suggestion_id"])
    left = [row for row in last_night if row["suggestion_id"] not in here]
    found = [
        {"title": row["title"], "why": reasons.get(str(row["suggestion_id"]), "what it came from is missing tonight"),
         "suggestion_id": row["suggestion_id"]} for row in left
    ]  # fmt: skip
    return pd.DataFrame(found, columns=["title", "why", "suggestion_id"])


def _interval(low: float | None, high: float | None) -> str:
    return "-" if low is None or high is None or pd.isna(low) or pd.isna(high) else f"{low:.2f} to {high:.2f}"


def _counts(backtest: dict[str, dict[str, float]]) -> dict[str, object]:
    window, held_out = backtest["window"], backtest["held_out"]
    return {
        "would have run": window["fired"],
        "you did the same": window["agreed"],
        "you had just done it": window["earlier"],
        "unwanted": window["wrong"] + window["undone"],
        "precision": window["precision"],
        "precision, days held back": held_out["precision"],
        "minutes saved a week": backtest["minutes_saved_per_week"],
    }
