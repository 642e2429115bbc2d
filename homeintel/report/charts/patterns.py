"""Charts of the detectors: routines on a day clock and as a raster, pairs by lag, anomalies on their series, the funnel."""

import json
from collections.abc import Mapping
from html import escape
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from homeintel.report.charts.template import SYMBOLS, figure
from homeintel.report.charts.thinning import thin
from homeintel.report.charts.times import clock_times, local_wall_clock
from homeintel.report.palette import PALETTE

Row = Mapping[Any, Any]

_DAYS_LOOK = {"all": (PALETTE[0], SYMBOLS[0]), "weekday": (PALETTE[1], SYMBOLS[1]), "weekend": (PALETTE[2], SYMBOLS[2])}
_OTHER_LOOK = (PALETTE[3], SYMBOLS[3])

MOST_NAMED = 25
"""Names, bars or links in one chart; more are counted, not drawn."""


def day_clock(patterns: pd.DataFrame) -> go.Figure:
    """Return every routine on a clock of 24 hours: the angle is the local time, the distance the share of its days kept.

    Args:
        patterns: rows of the table `patterns`; only routines are drawn.
    """
    routines = patterns[patterns["kind"] != "co_occurrence"]
    chart = figure("When routines happen", x="", y="", height=520)
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
            marker={"color": colour, "symbol": symbol, "size": 11, "opacity": 0.8, "line": {"width": 1, "color": "#222"}},
            text=[_routine_text(row) for row in chosen.to_dict("records")], hovertemplate="%{text}<extra></extra>",
        )  # fmt: skip
    return chart


def routine_raster(raster: pd.DataFrame, pattern: Row, zone: str) -> go.Figure:
    """Return one routine as a raster: a row a day, a mark each time the entity entered the state, its cluster marked.

    Args:
        raster: day, minute, kept, due_from, due_to; see `homeintel.patterns.views.raster`.
        pattern: the routine's row of the table `patterns`.
        zone: the home's time zone.
    """
    days = [day.isoformat() for day in raster["day"].drop_duplicates()]
    chart = figure(_routine_text(pattern), x=f"local time, {zone}", y="day", height=180 + 14 * len(days))
    for name, kept, symbol, colour in (
        ("the routine", True, "circle", PALETTE[0]),
        ("other times", False, "x-thin-open", PALETTE[6]),
    ):
        chosen = raster[(raster["kept"] == kept) & raster["minute"].notna()]
        chart.add_scatter(
            x=clock_times(chosen["minute"]), y=[day.isoformat() for day in chosen["day"]], mode="markers", name=name,
            marker={"symbol": symbol, "color": colour, "size": 9},
        )  # fmt: skip
    due = raster.drop_duplicates("day").fillna({"due_from": 0, "due_to": 0})
    for column in ("due_from", "due_to"):
        chart.add_scatter(
            x=clock_times(due[column]), y=days, mode="lines", line={"dash": "dot", "color": PALETTE[5]},
            name="counts as kept between these lines", showlegend=column == "due_to",
        )  # fmt: skip
    chart.update_xaxes(range=clock_times(pd.Series([0.0, 1440.0])), tickformat="%H:%M", type="date")
    chart.update_yaxes(type="category", autorange="reversed", categoryorder="array", categoryarray=days)
    return chart


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
    chart = figure("Strongest pairs: trigger to action", x="", y="", height=160 + 26 * max(1, *map(len, places)))
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
    chart.update_layout(showlegend=False)
    chart.update_xaxes(visible=False, range=[-1.1, 2.1])
    chart.update_yaxes(visible=False)
    return chart


def anomaly_series(series: pd.DataFrame, anomaly: Row, label: str, zone: str) -> go.Figure:
    """Return a series around one anomaly, the anomaly shaded.

    Args:
        series: time (UTC) and value; see `homeintel.patterns.views.series`.
        anomaly: its row of the table `anomalies`.
        label: what the value is.
        zone: the home's time zone.
    """
    kind = str(anomaly["kind"]).replace("_", " ")
    title = f"{kind}: {anomaly['entity_id'] or 'the home'}, {anomaly['observed']}"
    start, end = anomaly["started_at"], anomaly["ended_at"]
    if _missing(end):
        end = max(series["time"].max(), start + pd.Timedelta(hours=1)) if len(series) else start
    shown = thin(series, value="value")
    chart = figure(title, x=f"local time, {zone}", y=label, height=300)
    chart.add_scatter(
        x=_wall(shown["time"], zone), y=shown["value"], mode="lines+markers", line={"shape": "hv", "color": PALETTE[0]},
        marker={"size": 4}, name=label,
    )  # fmt: skip
    if label == "state":
        chart.update_yaxes(type="category", categoryorder="category ascending")
    first, last = _wall(pd.Series([start, end]), zone)
    chart.add_vrect(x0=first, x1=last, fillcolor=PALETTE[5], opacity=0.2, line_width=1, annotation_text=kind)
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


def _wall(times: pd.Series, zone: str) -> list[str]:
    return [str(moment) for moment in local_wall_clock(pd.to_datetime(times, utc=True), zone)]


def _missing(value: object) -> bool:
    return value is None or value is pd.NaT or value != value  # noqa: PLR0124 - NaN is what differs from itself
