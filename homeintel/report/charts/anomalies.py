"""One anomaly against what it stands out from: the series around it, the reports an hour, or the times of day."""

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from homeintel.report.charts.template import figure
from homeintel.report.charts.thinning import thin
from homeintel.report.charts.times import local_wall_clock
from homeintel.report.palette import PALETTE

Row = Mapping[Any, Any]


def anomaly_series(series: pd.DataFrame, anomaly: Row, label: str, zone: str) -> go.Figure:
    """Return a series around one anomaly, the anomaly shaded; of one about times of day, all its times, it marked.

    Args:
        series: time (UTC) and value; see `homeintel.patterns.anomaly_views.series`.
        anomaly: its row of the table `anomalies`.
        label: what the value is, with its unit.
        zone: the home's time zone.
    """
    kind = str(anomaly["kind"]).replace("_", " ")
    whose = anomaly["entity_id"] if isinstance(anomaly["entity_id"], str) else "the home"
    chart = figure(f"{kind}: {whose}, {anomaly['observed']}", x=f"local time, {zone}", y=label, height=320)
    shown = thin(series, value="value")
    times = _wall(shown["time"], zone)
    if label.startswith("local time of day"):
        chart.add_scatter(
            x=times, y=shown["value"], mode="markers", name="each time",
            marker={"size": 6, "color": PALETTE[0], "symbol": "circle"},
        )  # fmt: skip
        _mark_time(chart, anomaly, zone)
    elif label.endswith(("an hour", "a day")):
        chart.add_bar(x=times, y=shown["value"], name=label, marker={"color": PALETTE[0], "line": {"width": 0}})
    else:
        chart.add_scatter(
            x=times, y=shown["value"], mode="lines+markers", name=label, marker={"size": 4},
            line={"shape": "hv", "color": PALETTE[0]},
        )  # fmt: skip
    if label == "state":
        chart.update_yaxes(type="category", categoryorder="category ascending")
    _shade(chart, series, anomaly, zone)
    chart.update_layout(showlegend=False)
    return chart


def _mark_time(chart: go.Figure, anomaly: Row, zone: str) -> None:
    """Mark when it happened, or the time at which it should have."""
    chart.update_yaxes(range=[0, 24], dtick=3)
    detail = json.loads(anomaly["detail"]) if isinstance(anomaly["detail"], str) else {}
    if "minute_of_day" in detail:
        chart.add_hline(y=detail["minute_of_day"] / 60, line_dash="dash", line_color=PALETTE[5])
        return
    start = pd.Timestamp(anomaly["started_at"]).tz_convert(zone)
    chart.add_scatter(
        x=[str(start.tz_localize(None))], y=[start.hour + start.minute / 60], mode="markers+text", text=["this one"],
        textposition="middle left", marker={"size": 15, "symbol": "star-open", "color": PALETTE[5], "line": {"width": 2}},
    )  # fmt: skip


def _shade(chart: go.Figure, series: pd.DataFrame, anomaly: Row, zone: str) -> None:
    start, end = anomaly["started_at"], anomaly["ended_at"]
    if end is None or pd.isna(end):
        end = max(series["time"].max(), start + pd.Timedelta(hours=1)) if len(series) else start
    first, last = _wall(pd.Series([start, end]), zone)
    chart.add_vrect(x0=first, x1=last, fillcolor=PALETTE[5], opacity=0.2, line_width=1)


def _wall(times: pd.Series, zone: str) -> list[str]:
    return [str(moment) for moment in local_wall_clock(pd.to_datetime(times, utc=True), zone)]
