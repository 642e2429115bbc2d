"""Charts of the notebooks to explore: one entity's times, one thing after another, two funnels side by side."""

import numpy as np
import numpy.typing as npt
import pandas as pd
import plotly.graph_objects as go

from homeintel.report.charts.template import SYMBOLS, figure
from homeintel.report.charts.times import clock_times
from homeintel.report.palette import PALETTE

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LAG_BARS = 24
_TRIED = ("routines", "co_occurrence")
"""The detectors whose thresholds can be tried."""


def times_by_day(rows: pd.DataFrame, routines: list[str], title: str, zone: str) -> go.Figure:
    """Return a raster: a row a day, a mark each time, the times of each routine with a mark of its own.

    Args:
        rows: day, weekday, minute, routine; see `homeintel.explore.times.raster_rows`.
        routines: what each routine is called; number 1 first.
        title: what enters which state.
        zone: the home's time zone.
    """
    labels = [
        f"{day.isoformat()} {WEEKDAYS[weekday]}" for day, weekday in zip(rows["day"], rows["weekday"], strict=True)
    ]
    rows = rows.assign(label=labels)
    every_day = list(dict.fromkeys(labels))
    chart = figure(title, x=f"local time, {zone}", y="day", height=190 + 18 * len(every_day))
    for number, name in enumerate(["other times", *routines]):
        own = rows[(rows["routine"] == number) & rows["minute"].notna()]
        look = number - 1
        marker = (
            {"symbol": SYMBOLS[look % len(SYMBOLS)], "color": PALETTE[look % len(PALETTE)], "size": 9}
            if number
            else {"symbol": "x-thin-open", "color": PALETTE[6], "size": 8}
        )
        chart.add_scatter(
            x=clock_times(own["minute"]), y=own["label"], mode="markers", name=name, marker=marker,
            hovertemplate="%{y}, %{x|%H:%M:%S}<extra></extra>",
        )  # fmt: skip
    chart.update_xaxes(range=clock_times(pd.Series([0.0, 1440.0])), tickformat="%H:%M", type="date")
    chart.update_yaxes(type="category", dtick=1, autorange="reversed", categoryorder="array", categoryarray=every_day)
    return chart


def lags(seconds: npt.NDArray[np.floating], window: float, chance: float, occasions: int, title: str) -> go.Figure:
    """Return how many seconds after the trigger the action came, with what chance alone would give in each bar.

    Args:
        seconds: of each occasion on which it followed.
        window: seconds looked at.
        chance: share of occasions that chance explains.
        occasions: how many there were.
        title: what follows what.
    """
    edges = np.linspace(0, window, LAG_BARS + 1)
    counts, _ = np.histogram(seconds, edges)
    chart = figure(title, x="lag, seconds", y="occasions")
    chart.add_bar(
        x=(edges[:-1] + edges[1:]) / 2, y=counts, width=np.diff(edges), name="seen", marker={"color": PALETTE[0]},
        hovertemplate="about %{x:.1f} s: %{y} occasions<extra></extra>",
    )  # fmt: skip
    level = chance * occasions / LAG_BARS
    chart.add_scatter(
        x=[0, window],
        y=[level, level],
        mode="lines",
        name="by chance alone",
        line={"dash": "dash", "color": PALETTE[5]},
    )
    chart.update_xaxes(range=[0, window])
    return chart


def two_funnels(night: pd.DataFrame, tried: pd.DataFrame) -> go.Figure:
    """Return how many candidates each gate let through, the night's and a try's bar one beside the other.

    Args:
        night: the night's rows of the table `detection_funnel`, in order.
        tried: those of a try, of the same gates.
    """
    night, tried = (funnel[funnel["detector"].isin(_TRIED)] for funnel in (night, tried))
    height = 200 + 40 * len(tried)
    chart = figure("What each gate lets through", x="candidates (logarithmic)", y="", height=height)
    labels = [f"{row.detector}: {row.step!s}" for row in tried.itertuples()][::-1]
    sides = (("the night", night, PALETTE[6], "/"), ("now", tried, PALETTE[0], ""))
    for name, funnel, colour, shape in sides:
        passed = funnel["candidates"].to_numpy()[::-1]
        if len(passed) == len(labels):
            chart.add_bar(
                x=np.maximum(passed, 0.5), y=labels, orientation="h", name=name, text=passed,
                textposition="outside", textangle=0, cliponaxis=False, constraintext="none",
                marker={"color": colour, "pattern": {"shape": shape}}, hovertemplate="%{y}: %{text}<extra></extra>",
            )  # fmt: skip
    chart.update_xaxes(type="log")
    chart.update_yaxes(dtick=1)
    chart.update_layout(barmode="group", legend={"traceorder": "reversed"})
    return chart
