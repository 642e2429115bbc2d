"""Charts of the nights so far."""

import pandas as pd
import plotly.graph_objects as go

from homeintel.phase import PHASES
from homeintel.report.charts.template import figure
from homeintel.report.palette import PALETTE

STATUS_SYMBOLS = {"succeeded": "circle", "partial": "diamond", "failed": "x", "running": "circle-open"}
"""A night's status by shape, so that it is told without colour."""

_PATTERNS = ("", "/", "\\", "x", "-", "|")


def night_durations(nights: pd.DataFrame) -> go.Figure:
    """Return the seconds of every night as bars, one part a phase, with the night's status above.

    Args:
        nights: rows of `publish.history.history`.
    """
    chart = figure("How long the nights took, and how they ended", x="night (local date)", y="duration in seconds")
    days = nights["night"].tolist()
    for number, phase in enumerate(PHASES):
        bar = {"color": PALETTE[number], "pattern": {"shape": _PATTERNS[number]}}
        chart.add_trace(go.Bar(x=days, y=nights[f"{phase}_seconds"].tolist(), name=phase, marker=bar))
    tops = nights[[f"{phase}_seconds" for phase in PHASES]].sum(axis=1)
    for status, symbol in STATUS_SYMBOLS.items():
        ended = (nights["status"] == status).to_numpy()
        if ended.any():
            chart.add_trace(
                go.Scatter(
                    x=[day for day, yes in zip(days, ended, strict=True) if yes],
                    y=(tops[ended] * 1.05).tolist(),
                    mode="markers",
                    name=status,
                    marker={"symbol": symbol, "size": 9, "color": "#222222"},
                )
            )
    chart.update_layout(barmode="stack", xaxis={"type": "category", "categoryorder": "category ascending"})
    return chart
