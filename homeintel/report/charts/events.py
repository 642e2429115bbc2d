"""Charts of the event history: when the home is active, what cleaning dropped, causes, gaps, what each day cost."""

import pandas as pd
import plotly.graph_objects as go

from homeintel.phase import Window
from homeintel.report.charts.template import SYMBOLS, figure
from homeintel.report.palette import PALETTE

MOST_BARS = 40
"""Entities one chart of gaps names."""

DARKEST_SHARE = 0.99
"""The share of an hour map's cells that its colours tell apart: one restart must not make all other hours look alike."""


def hour_map(hours: pd.DataFrame, window: Window) -> go.Figure:
    """Return events by local day and hour as a heat map.

    Args:
        hours: `views.by_hour`.
        window: its days without events stand there too.
    """
    zone = window.zone.key
    chart = figure("Events by day and hour", x=f"local date, {zone}", y="local hour of the day", height=420)
    table = hours.pivot_table(index="hour", columns="day", values="events", fill_value=0)
    table = table.reindex(index=range(24), columns=pd.to_datetime(window.dates), fill_value=0)
    active = hours["events"]
    chart.add_heatmap(
        zmin=0,
        zmax=float(active.quantile(DARKEST_SHARE)) if len(active) else 1,
        x=[str(day)[:10] for day in table.columns],
        y=list(table.index),
        z=table.to_numpy().tolist(),
        colorscale="Cividis",
        reversescale=True,
        colorbar={"title": {"text": "events"}},
        hovertemplate="%{x}, %{y}:00<br>%{z} events<extra></extra>",
    )
    chart.update_yaxes(dtick=3)
    return chart


def funnel_bars(funnel: pd.DataFrame) -> go.Figure:
    """Return what each step of cleaning counted, as bars with their numbers. `funnel` is `views.funnel`."""
    chart = figure("From points read to events kept", x="points", y="", height=120 + 30 * max(1, len(funnel)))
    chart.add_bar(
        x=funnel["points"].tolist(),
        y=funnel["step"].tolist(),
        orientation="h",
        marker={"color": PALETTE[0]},
        text=[f"{points:,}" for points in funnel["points"]],
        textposition="auto",
        hovertemplate="%{y}: %{x:,}<extra></extra>",
    )
    chart.update_yaxes(autorange="reversed")
    return chart


def cause_bars(causes: pd.DataFrame) -> go.Figure:
    """Return the share of each cause of change. `causes` is `views.causes`."""
    shares = causes.groupby("cause")["share"].sum().sort_values(ascending=False)
    chart = figure("What caused the changes", x="share of events, %", y="", height=120 + 36 * max(1, len(shares)))
    chart.add_bar(
        x=[round(100 * float(share), 1) for share in shares],
        y=list(shares.index),
        orientation="h",
        marker={"color": PALETTE[2]},
        texttemplate="%{x} %",
        hovertemplate="%{y}: %{x} %<extra></extra>",
    )
    chart.update_yaxes(autorange="reversed")
    return chart


def gap_spans(gaps: pd.DataFrame, window: Window, *, first: str) -> go.Figure:
    """Return gaps as lines from start to end, the entities with the longest at the top.

    Args:
        gaps: `views.gaps`.
        window: one without an end is drawn to the window's.
        first: what stands above all others: the name of the whole home.
    """
    until = pd.Timestamp(window.end).tz_convert(window.zone.key).tz_localize(None)
    longest = gaps.groupby("entity_id")["hours"].sum().sort_values(ascending=False).index
    named = sorted(longest, key=lambda name: name != first)[:MOST_BARS]
    shown = gaps[gaps["entity_id"].isin(named)]
    title = "Gaps and restarts" + (f", {len(named)} of {len(longest)}" if len(named) < len(longest) else "")
    chart = figure(title, x=f"local time, {window.zone.key}", y="", height=160 + 18 * max(1, len(named)))
    for place, (reason, rows) in enumerate(shown.groupby("reason")):
        xs: list[object] = []
        ys: list[object] = []
        ends = rows["ended_at"].fillna(until)
        for entity_id, start, end in zip(rows["entity_id"], rows["started_at"], ends, strict=True):
            xs += [start, end, None]
            ys += [entity_id, entity_id, None]
        chart.add_scatter(
            x=xs, y=ys, mode="lines+markers", name=str(reason).replace("_", " "),
            line={"color": PALETTE[place], "width": 4, "dash": ("solid", "dot", "dash")[place % 3]},
            marker={"symbol": SYMBOLS[place], "size": 6},
        )  # fmt: skip
    chart.update_yaxes(autorange="reversed", categoryorder="array", categoryarray=named)
    return chart


def coverage_bars(coverage: pd.DataFrame) -> go.Figure:
    """Return how many devices were heard of wholly, in part or not at all. `coverage` is `views.coverage`."""
    whole = int((coverage["heard"] >= coverage["entities"]).sum())
    none = int((coverage["heard"] == 0).sum())
    counts = {"all their entities": whole, "some of them": len(coverage) - whole - none, "none of them": none}
    chart = figure("Devices of phase 1 heard of in the window", x="devices", y="entities heard of", height=240)
    chart.add_bar(
        x=list(counts.values()), y=list(counts), orientation="h", marker={"color": PALETTE[4]}, texttemplate="%{x}",
        hovertemplate="%{y}: %{x} devices<extra></extra>",
    )  # fmt: skip
    chart.update_yaxes(autorange="reversed")
    return chart


def fetch_bars(fetches: pd.DataFrame) -> go.Figure:
    """Return how long reading and cleaning each UTC day took. `fetches` is `views.fetches`."""
    chart = figure("What each day's fetch took", x="day, UTC", y="seconds")
    chart.add_bar(
        x=[str(day)[:10] for day in fetches["day"]],
        y=fetches["seconds"].astype(float).tolist(),
        marker={"color": PALETTE[1]},
        customdata=fetches["points_read"].tolist(),
        hovertemplate="%{x}: %{y:.2f} s for %{customdata:,} points<extra></extra>",
    )
    return chart
