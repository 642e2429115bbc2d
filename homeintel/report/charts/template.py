"""The one look of all charts: fonts, colours, axis titles, and how a figure reaches the notebook."""

import json
from typing import Any

import plotly.graph_objects as go
from IPython.display import display

from homeintel.mime import PLOTLY_MIME
from homeintel.report.charts.plain import plain_texts
from homeintel.report.charts.thinning import thin_traces
from homeintel.report.palette import PALETTE

SYMBOLS = ("circle", "square", "diamond", "cross", "x", "triangle-up", "star")
"""Marker shapes in the palette's order: a series is never told apart by colour alone."""

INK, GRID, EDGE, PAPER = "#222222", "#dddddd", "#8a8a8a", "#ffffff"
"""The greys of paper; `templates/draw.js` puts those of the night in their place."""

_AXIS: dict[str, Any] = {
    "showline": True,
    "linecolor": EDGE,
    "gridcolor": GRID,
    "zeroline": False,
    "automargin": True,
    "title": {"standoff": 12},
}
_TEMPLATE: dict[str, Any] = {
    "layout": {
        "font": {"family": "system-ui, sans-serif", "size": 13, "color": INK},
        "colorway": list(PALETTE),
        "paper_bgcolor": PAPER,
        "plot_bgcolor": PAPER,
        "margin": {"l": 60, "r": 24, "t": 84, "b": 56},
        # Between title and plot: below the plot its distance would grow with the chart's height.
        "legend": {"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "xanchor": "left"},
        "title": {"x": 0, "xref": "container", "xanchor": "left", "y": 1, "yanchor": "top", "pad": {"t": 16, "l": 16}, "font": {"size": 16}},
        "xaxis": _AXIS,
        "yaxis": _AXIS,
        "polar": {"bgcolor": PAPER, "angularaxis": {"gridcolor": GRID, "linecolor": EDGE}, "radialaxis": {"gridcolor": GRID, "linecolor": EDGE}},
        "hoverlabel": {"bgcolor": PAPER, "bordercolor": EDGE, "font": {"color": INK}},
    }
}  # fmt: skip
"""Our own: plotly's default one would stand in every figure with 6.5 KB."""


def figure(title: str, *, x: str, y: str, height: int = 380) -> go.Figure:
    """Return an empty figure in the house's look.

    Args:
        title: what the chart shows, as a reader would ask for it.
        x: the axis title with its unit, and the time zone where it is a time (`local time, Europe/Berlin`).
        y: the same for the other axis.
        height: pixels.
    """
    titles = {"title": {"text": title}, "xaxis": {"title": {"text": x}}, "yaxis": {"title": {"text": y}}}
    return go.Figure(layout={"template": _TEMPLATE, "height": height, **titles})


def draw(chart: go.Figure) -> None:
    """Put a figure into the notebook's output: no text in it is markup, no trace has more points than a screen shows.

    The mime bundle is emitted here: plotly's own renderers import for seconds, and the default one leaves
    nothing that an HTML page could show.
    """
    drawn = json.loads(thin_traces(chart).to_json())
    display({PLOTLY_MIME: plain_texts(drawn), "text/plain": f"Chart: {chart.layout.title.text}"}, raw=True)
