"""Charts of the detectors: routines on a day clock and as a raster, pairs by lag and as a graph, the funnel."""

import json
from collections.abc import Mapping
from datetime import date
from html import escape
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from homeintel.report.charts.template import SYMBOLS, figure
from homeintel.report.charts.times import clock_times
from homeintel.report.palette import PALETTE

Row = Mapping[Any, Any]

_DAYS_LOOK = {"all": (PALETTE[0], SYMBOLS[0]), "weekday": (PALETTE[1], SYMBOLS[1]), "weekend": (PALETTE[2], SYMBOLS[2])}
_OTHER_LOOK = (PALETTE[3], SYMBOLS[3])

MOST_NAMED = 25
"""Names, bars or links in one chart; more are counted, not drawn."""

MANY = 60
"""Marks on the clock from which on they are drawn smaller."""


def day_clock(patterns: pd.DataFrame) -> go.Figure:
    """Return every routine on a clock of 24 hours: the angle is the local time, the distance the share of its days kept.

    Args:
        patterns: rows of the table `patterns`; only routines are drawn.
    """
    routines = patterns[patterns["kind"] != "co_occurrence"]
    chart = figure("When routines happen", x="", y="", height=520)
    size = 11 if len(routines) <= MANY else 6
    chart.update_layout(
        polar={
            "angularaxis": {
                "direction": "clockwise",
                "rotation": 90,
                "tickvals": list(range(0, 360, 45)),
                "ticktext": [f"{hour:02d}:00" for hour in range(0, 24, 3)],
            },
            "radialaxis": {"range": [0, 105], "ticksuffix": " %", "angle": 90, "tickangle": 90},
        }
    )
    if not len(routines):
        chart.add_annotation(text="No routine was found.", x=0.5, y=0.5, xref="paper", yref="paper", showarrow=False)
    kinds = [name for name in ("all", "weekday", "weekend") if (routines["days"] == name).any()]
    for name in [*kinds, "other days"]:
        chosen = (
            routines[~routines["days"].isin(_DAYS_LOOK)] if name == "other days" else routines[routines["days"] == name]
        )
        if not len(chosen):
            continue
        colour, symbol = _DAYS_LOOK.get(name, _OTHER_LOOK)
        chart.add_scatterpolar(
            theta=chosen["minute_of_day"] / 4, r=100 * chosen["confidence"], mode="markers", name=name,
            marker={"color": colour, "symbol": symbol, "size": size, "opacity": 0.75, "line": {"width": 1, "color": "#222"}},
            text=[_routine_text(row) for row in chosen.to_dict("records")], hovertemplate="%{text}<extra></extra>",
        )  # fmt: skip
    return chart


def routine_raster(raster: pd.DataFrame, pattern: Row, zone: str) -> go.Figure:
    """Return one routine as a raster: a row a day, a mark each time the entity entered the state, its cluster marked.

    Args:
        raster: day, minute, kept, due_from, due_to, counted, missed; see `homeintel.patterns.views.raster`.
        pattern: the routine's row of the table `patterns`.
        zone: the home's time zone.
    """
    days = [_day(day) for day in raster["day"].drop_duplicates()]
    chart = figure(_routine_text(pattern), x=f"local time, {zone}", y="day", height=150 + 15 * len(days))
    due = raster[raster["counted"]].drop_duplicates("day")
    _bands(chart, due)
    missed = due[due["missed"]]
    for name, chosen, minutes, look in (
        ("the routine", raster["kept"] & raster["minute"].notna(), raster["minute"], ("circle", PALETTE[0])),
        ("other times", ~raster["kept"] & raster["minute"].notna(), raster["minute"], ("x-thin-open", PALETTE[6])),
        ("missed", raster.index.isin(missed.index), (raster["due_from"] + raster["due_to"]) / 2,
         ("triangle-up-open", PALETTE[5])),
    ):  # fmt: skip
        chart.add_scatter(
            x=clock_times(minutes[chosen] % 1440), y=[_day(day) for day in raster.loc[chosen, "day"]], mode="markers",
            name=name, marker={"symbol": look[0], "color": look[1], "size": 9, "line": {"width": 1.5}},
        )  # fmt: skip
    chart.update_xaxes(range=clock_times(pd.Series([0.0, 1440.0])), tickformat="%H:%M", type="date")
    chart.update_yaxes(
        type="category", autorange="reversed", categoryorder="array", categoryarray=days, dtick=1,
        tickfont={"size": 10},
    )  # fmt: skip
    chart.update_layout(legend={"y": -60 / (150 + 15 * len(days)), "yanchor": "top"}, bargap=0, barmode="overlay")
    return chart


def _bands(chart: go.Figure, due: pd.DataFrame) -> None:
    """Draw, on each day that counts, the time within which the routine is kept; across midnight in two parts."""
    spans = [
        (day, low % 1440, low % 1440 + high - low)
        for day, low, high in zip(due["day"], due["due_from"], due["due_to"], strict=True)
    ]
    parts = [(day, low, min(high, 1440.0)) for day, low, high in spans]
    parts += [(day, 0.0, high - 1440.0) for day, _, high in spans if high > 1440.0]
    chart.add_bar(
        y=[_day(day) for day, _, _ in parts], base=clock_times(pd.Series([low for _, low, _ in parts], dtype=float)),
        x=[(high - low) * 60_000.0 for _, low, high in parts], orientation="h", name="counts as kept", hoverinfo="skip",
        marker={"color": PALETTE[4], "opacity": 0.35, "line": {"width": 0}},
    )  # fmt: skip


def _day(day: date) -> str:
    return f"{day:%a %m-%d}"


def lag_histogram(pattern: Row) -> go.Figure:
    """Return how long after the trigger the action came, against what chance alone would give.

    Args:
        pattern: one row of the table `patterns`, a co-occurrence.
    """
    evidence = json.loads(pattern["evidence"])
    lags = np.array(evidence["lags_seconds"])
    window = float(evidence["window_seconds"])
    edges = np.linspace(0, window, 25)
    counts, _ = np.histogram(lags, edges)
    chart = figure(_pair_text(pattern), x="lag, seconds", y="occasions")
    chart.add_bar(
        x=(edges[:-1] + edges[1:]) / 2, y=counts, width=np.diff(edges), name="seen", marker={"color": PALETTE[0]}
    )
    by_chance = pattern["expected"] / (len(edges) - 1)
    chart.add_scatter(
        x=[0, window],
        y=[by_chance, by_chance],
        mode="lines",
        name="by chance",
        line={"dash": "dash", "color": PALETTE[5]},
    )
    return chart


def pair_graph(patterns: pd.DataFrame) -> go.Figure:
    """Return the strongest pairs as a graph: triggers left, actions right, a line as wide as its confidence.

    Args:
        patterns: rows of the table `patterns`; only co-occurrences are drawn.
    """
    pairs = patterns[patterns["kind"] == "co_occurrence"].sort_values("confidence", ascending=False).head(MOST_NAMED)
    left = [f"{row.trigger_entity_id} {row.trigger_state}" for row in pairs.itertuples()]
    right = [f"{row.entity_id} {row.state}" for row in pairs.itertuples()]
    places = [{name: index for index, name in enumerate(dict.fromkeys(side))} for side in (left, right)]
    count = int((patterns["kind"] == "co_occurrence").sum())
    some = f", {MOST_NAMED} of {count}" if count > MOST_NAMED else ""
    chart = figure(f"Strongest pairs: trigger to action{some}", x="", y="", height=160 + 26 * max(1, *map(len, places)))
    for source, target, row in zip(left, right, pairs.to_dict("records"), strict=True):
        chart.add_scatter(
            x=[0, 1], y=[-places[0][source], -places[1][target]], mode="lines", hoverinfo="text", text=_pair_text(row),
            line={"width": 1 + 5 * row["confidence"], "color": PALETTE[6] if row["already_automated"] else PALETTE[0],
                  "dash": "dot" if row["already_automated"] else "solid"},
        )  # fmt: skip
    for x, names, position in ((0, places[0], "middle left"), (1, places[1], "middle right")):
        chart.add_scatter(
            x=[x] * len(names), y=[-index for index in names.values()], mode="markers+text", textposition=position,
            text=[escape(name, quote=False) for name in names], marker={"size": 9, "color": "#222222"}, hoverinfo="skip",
        )  # fmt: skip
    if not len(pairs):
        chart.add_annotation(text="No pair was found.", x=0.5, y=0, showarrow=False)
    chart.update_layout(showlegend=False)
    chart.update_xaxes(visible=False, range=[-1.1, 2.1])
    chart.update_yaxes(visible=False)
    return chart


def funnel_bars(funnel: pd.DataFrame) -> go.Figure:
    """Return how many candidates each gate let through, one bar a gate, with the nearest miss when pointed at.

    Args:
        funnel: rows of the table `detection_funnel`.
    """
    rows = funnel.sort_values("position").iloc[::-1]
    chart = figure("What each gate let through", x="candidates (logarithmic)", y="", height=160 + 22 * len(rows))
    labels = [f"{row.detector}: {escape(str(row.step), quote=False)}" for row in rows.itertuples()]
    chart.add_bar(
        x=np.maximum(rows["candidates"], 0.5), y=labels, orientation="h", marker={"color": PALETTE[0]},
        text=rows["candidates"], hovertext=[escape(text or "none", quote=False) for text in rows["example"]],
        hovertemplate="nearest miss: %{hovertext}<extra></extra>",
    )  # fmt: skip
    chart.update_xaxes(type="log")
    return chart


def _routine_text(row: Row) -> str:
    minute = round(row["minute_of_day"]) % 1440
    when = f"{minute // 60:02d}:{minute % 60:02d}"
    if not _missing(row["sun_event"]):
        when = f"{row['offset_minutes']:+.0f} min from {row['sun_event']}"
    return (
        f"{row['entity_id']} {row['state']}, {row['days']}, {when} (spread {row['spread_minutes']:.0f} min): "
        f"{row['occurrences']} of {row['opportunities']} days"
    )


def _pair_text(row: Row) -> str:
    return (
        f"{row['trigger_entity_id']} {row['trigger_state']}, then {row['entity_id']} {row['state']} "
        f"after {row['lag_seconds']:.0f} s: {row['occurrences']} of {row['opportunities']}"
    )


def _missing(value: object) -> bool:
    return value is None or value is pd.NaT or value != value  # noqa: PLR0124 - NaN is what differs from itself
