"""The one look of all charts: fonts, colours, axis titles, and how a figure reaches the notebook."""

import json
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from IPython.display import display

from homeintel.mime import PLOTLY_MIME

PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#7A7A7A")
"""Eight-colour set of Okabe and Ito (2008, https://jfly.uni-koeln.de/color/) without black and yellow, which fade on paper."""

SYMBOLS = ("circle", "square", "diamond", "cross", "x", "triangle-up", "star")
"""Marker shapes in the palette's order: a series is never told apart by colour alone."""

MOST_POINTS = 4_000
"""Points one trace may have; a screen shows no more."""


def figure(title: str, *, x: str, y: str, height: int = 380) -> go.Figure:
    """Return an empty figure in the house's look.

    Args:
        title: what the chart shows, as a reader would ask for it.
        x: the axis title with its unit, and the time zone where it is a time (`local time, Europe/Berlin`).
        y: the same for the other axis.
        height: pixels.
    """
    axis: dict[str, Any] = {
        "showline": True,
        "linecolor": "#8a8a8a",
        "gridcolor": "#dddddd",
        "zeroline": False,
        "automargin": True,
    }
    layout: dict[str, Any] = {
        "template": None,
        "title": {"text": _plain(title), "x": 0, "xanchor": "left", "font": {"size": 16}},
        "font": {"family": "system-ui, sans-serif", "size": 13, "color": "#222222"},
        "colorway": list(PALETTE),
        "paper_bgcolor": "#ffffff",
        "plot_bgcolor": "#ffffff",
        "height": height,
        "margin": {"l": 60, "r": 20, "t": 60, "b": 60},
        "legend": {"orientation": "h", "y": -0.25},
        "xaxis": {**axis, "title": {"text": _plain(x)}},
        "yaxis": {**axis, "title": {"text": _plain(y)}},
    }
    return go.Figure(layout=layout)


def draw(chart: go.Figure) -> None:
    """Put a figure into the notebook's output.

    The mime bundle is emitted here: plotly's own renderers import for seconds, and the default one leaves
    nothing that an HTML page could show.
    """
    display({PLOTLY_MIME: json.loads(chart.to_json()), "text/plain": _summary(chart)}, raw=True)


def local_wall_clock(times: pd.Series, zone: str) -> pd.Series:
    """Return timestamps as naive wall-clock time of `zone`; plotly draws the text and ignores offsets."""
    wall_clock: pd.Series = times.dt.tz_convert(zone).dt.tz_localize(None)
    return wall_clock


def clock_times(minutes: pd.Series) -> list[str]:
    """Return minutes of the day as moments of one nominal day: plotly has no axis of times alone."""
    moments = np.datetime64("2000-01-01T00:00") + (minutes.to_numpy(float) * 60).astype("timedelta64[s]")
    return [str(moment) for moment in moments]


def thin(rows: pd.DataFrame, most: int = MOST_POINTS) -> pd.DataFrame:
    """Return at most `most` rows, evenly chosen in order; the first and the last stay."""
    if len(rows) <= most:
        return rows
    step = (len(rows) - 1) / (most - 1)
    return rows.iloc[[round(i * step) for i in range(most)]]


def _plain(text: str) -> str:
    """Return text that plotly does not read as markup: it understands a few HTML tags in titles."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _summary(chart: go.Figure) -> str:
    return f"Chart: {chart.layout.title.text}"
