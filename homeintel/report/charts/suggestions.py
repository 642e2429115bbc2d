"""Charts of phase 5: what decides the order, how automations would have done, how candidates were sifted."""

import json

import pandas as pd
import plotly.graph_objects as go

from homeintel.report.charts.template import PALETTE, SYMBOLS, figure

_VERDICTS = {
    "agreed": "you did the same soon after",
    "earlier": "you had just done it",
    "wrong": "you never did it",
    "undone": "you took it back at once",
}
MOST_TITLE = 60
"""Letters of a title that fit beside a bar."""


def ranking_chart(rows: pd.DataFrame) -> go.Figure:
    """Return a bar a suggestion: its score, the best on top.

    Args:
        rows: rows of `suggestions`, by rank.
    """
    chart = figure("What is suggested, by score", x="score (0 to 1)", y="", height=_height(len(rows)))
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
            hoverinfo="text",
        )
    order = [_label(rank, title) for rank, title in zip(rows["rank"], rows["title"], strict=True)]
    chart.update_yaxes(categoryorder="array", categoryarray=order[::-1])
    chart.update_xaxes(range=[0, 1])
    return chart


def backtest_chart(rows: pd.DataFrame, zone: str) -> go.Figure:
    """Return a timeline a suggestion over the held-out days: each time its automation would have run.

    Args:
        rows: rows of `suggestions`, by rank; those without a backtest are left out.
        zone: the home's time zone.
    """
    moments = _moments(rows, zone)
    chart = figure(
        "When the automations would have run in the days held back",
        x=f"local time, {zone}",
        y="",
        height=_height(moments["label"].nunique()),
    )
    for number, (verdict, words) in enumerate(_VERDICTS.items()):
        mine = moments[moments["verdict"] == verdict]
        marker = {"symbol": SYMBOLS[number], "color": PALETTE[number], "size": 9}
        chart.add_scatter(x=mine["at"], y=mine["label"], mode="markers", name=words, marker=marker)
    chart.update_yaxes(categoryorder="array", categoryarray=list(dict.fromkeys(moments["label"]))[::-1])
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


def _label(rank: int, title: str) -> str:
    short = title if len(title) <= MOST_TITLE else title[: MOST_TITLE - 1] + "…"
    escaped = short.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"{rank}. {escaped}"


def _height(bars: int) -> int:
    return max(240, 140 + 32 * bars)
