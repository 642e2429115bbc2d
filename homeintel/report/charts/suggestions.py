"""Charts of phase 5: what decides the order, how automations would have done, how candidates were sifted."""

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from homeintel.report.charts.template import SYMBOLS, figure
from homeintel.report.charts.thinning import thin
from homeintel.report.palette import PALETTE

_VERDICTS = {
    "agreed": "you did the same soon after",
    "earlier": "you had just done it",
    "wrong": "you never did it",
    "undone": "you took it back at once",
}

MOST_BARS = 25
"""Suggestions in one chart; the table beside it has all."""

MOST_MINUTES_ZOOMED = 480
"""Up to so many minutes of the day a replay is shown closer."""

MOST_SHOWN = 1.06
"""End of an axis from 0 to 1: the number beside a full bar needs room."""

MOST_TITLE = 60
"""Letters of a title that fit beside a bar."""


def ranking_chart(rows: pd.DataFrame) -> go.Figure:
    """Return a bar a suggestion: its score, the best on top.

    Args:
        rows: rows of `suggestions`, by rank.
    """
    title = "What is suggested, by score"
    height = _height(min(len(rows), MOST_BARS))
    chart = figure(_of_many(title, rows), x="score (0 to 1)", y="", height=height)
    rows = rows.head(MOST_BARS)
    kinds = list(dict.fromkeys(rows["kind"])) if len(rows) else []
    for number, kind in enumerate(kinds):
        mine = rows[rows["kind"] == kind]
        pattern = ("", "/", "x", ".")[number % 4]
        chart.add_bar(
            x=mine["score"],
            y=[_label(rank, title) for rank, title in zip(mine["rank"], mine["title"], strict=True)],
            orientation="h",
            name=kind,
            marker={"color": PALETTE[number], "pattern": {"shape": pattern}},
            text=[f"{score:.2f}" for score in mine["score"]],
            textposition="outside",
            hoverinfo="text",
        )
    order = [_label(rank, title) for rank, title in zip(rows["rank"], rows["title"], strict=True)]
    chart.update_yaxes(categoryorder="array", categoryarray=order[::-1])
    chart.update_xaxes(range=[0, MOST_SHOWN])
    return chart


def backtest_chart(rows: pd.DataFrame, zone: str) -> go.Figure:
    """Return a timeline a suggestion over the held-out days: each time its automation would have run.

    Args:
        rows: rows of `suggestions`, by rank; those without a backtest are left out.
        zone: the home's time zone.
    """
    replayed = rows[rows["backtest"].notna()]
    moments = _moments(replayed.head(MOST_BARS), zone)
    title = _of_many("When the automations would have run in the days held back", replayed)
    height = _height(moments["label"].nunique())
    chart = figure(title, x=f"local time, {zone}", y="", height=height)
    for number, (verdict, words) in enumerate(_VERDICTS.items()):
        mine = moments[moments["verdict"] == verdict]
        marker = {"symbol": SYMBOLS[number], "color": PALETTE[number], "size": 9}
        chart.add_scatter(x=mine["at"], y=mine["label"], mode="markers", name=words, marker=marker)
    chart.update_yaxes(categoryorder="array", categoryarray=list(dict.fromkeys(moments["label"]))[::-1])
    return chart


def replay_chart(title: str, moments: pd.DataFrame, zone: str) -> go.Figure:
    """Return a day-by-time picture of one automation's replay: when the person did it, and when they never did.

    Args:
        title: the suggestion's.
        moments: at, done_at (Unix seconds; NaN where never done), verdict, held_out; at least one row.
        zone: the home's time zone.
    """
    chart = figure(title, x=f"day, {zone}", y="local time of day", height=360)
    local = pd.to_datetime(moments["done_at"].fillna(moments["at"]), unit="s", utc=True).dt.tz_convert(zone)
    drawn = moments.assign(day=local.dt.strftime("%Y-%m-%d"), clock=local.dt.strftime("1970-01-01 %H:%M:%S"))
    for number, (verdict, words) in enumerate(_VERDICTS.items()):
        mine = thin(drawn[drawn["verdict"] == verdict])
        marker = {"symbol": SYMBOLS[number], "color": PALETTE[number], "size": 9}
        if len(mine):
            chart.add_scatter(x=mine["day"], y=mine["clock"], mode="markers", name=words, marker=marker)
    held_out = moments.loc[moments["held_out"], "at"]
    if len(held_out):
        border = pd.Timestamp(held_out.min(), unit="s", tz="UTC").tz_convert(zone).strftime("%Y-%m-%d 00:00")
        chart.add_vline(x=border, line={"dash": "dot", "color": PALETTE[6]})
    chart.update_yaxes(type="date", tickformat="%H:%M", range=_hours_shown(local))
    return chart


def _hours_shown(local: pd.Series) -> list[str]:
    """Return the part of the day a chart shows: an hour around the marks, or the whole day if they are all over it."""
    minutes = local.dt.hour * 60 + local.dt.minute
    first, last = max(0, int(minutes.min()) - 60), min(1439, int(minutes.max()) + 60)
    if last - first > MOST_MINUTES_ZOOMED:
        first, last = 0, 1439
    return [f"1970-01-01 {minute // 60:02d}:{minute % 60:02d}" for minute in (first, last)]


def factors_chart(row: Mapping[Any, Any]) -> go.Figure:
    """Return what a suggestion's score is made of: confidence, impact, what its effort leaves, and their product.

    Args:
        row: a row of `suggestions`.
    """
    chart = figure(str(row["title"]), x="0 to 1", y="", height=240)
    left = row["score"] / (row["confidence"] * row["impact"]) if row["confidence"] * row["impact"] else 0.0
    factors = {"confidence": row["confidence"], "impact": row["impact"], "left by effort": left, "score": row["score"]}
    chart.add_bar(
        x=list(factors.values()),
        y=list(factors),
        orientation="h",
        text=[f"{value:.2f}" for value in factors.values()],
        textposition="outside",
        marker={"color": [PALETTE[0]] * 3 + [PALETTE[1]], "pattern": {"shape": ["", "", "", "/"]}},
        showlegend=False,
    )
    chart.update_yaxes(categoryorder="array", categoryarray=list(factors)[::-1])
    chart.update_xaxes(range=[0, MOST_SHOWN])
    return chart


def funnel_chart(steps: pd.DataFrame) -> go.Figure:
    """Return how many candidates each step let through, as bars from the first to the last.

    Args:
        steps: this phase's rows of `detection_funnel`, by position.
    """
    chart = figure("From candidates to suggestions", x="candidates", y="", height=_height(len(steps)))
    chart.add_bar(
        x=steps["candidates"],
        y=steps["step"],
        orientation="h",
        text=steps["candidates"],
        marker={"color": PALETTE[0]},
        showlegend=False,
    )
    chart.update_yaxes(categoryorder="array", categoryarray=list(steps["step"])[::-1])
    return chart


def _moments(rows: pd.DataFrame, zone: str) -> pd.DataFrame:
    found = [
        {"label": _label(rank, title), "at": moment["at"], "verdict": moment["verdict"]}
        for rank, title, backtest in zip(rows["rank"], rows["title"], rows["backtest"], strict=True)
        if isinstance(backtest, str)
        for moment in json.loads(backtest)["timeline"]
    ]
    table = pd.DataFrame(found, columns=["label", "at", "verdict"])
    at = pd.to_datetime(table["at"], unit="s", utc=True).dt.tz_convert(zone).dt.tz_localize(None)
    return table.assign(at=at.dt.strftime("%Y-%m-%d %H:%M:%S"))


def _of_many(title: str, rows: pd.DataFrame) -> str:
    return f"{title} (the first {MOST_BARS} of {len(rows)})" if len(rows) > MOST_BARS else title


def _label(rank: int, title: str) -> str:
    short = title if len(title) <= MOST_TITLE else title[: MOST_TITLE - 1] + "…"
    escaped = short.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"{rank}. {escaped}"


def _height(bars: int) -> int:
    return max(240, 140 + 32 * bars)
