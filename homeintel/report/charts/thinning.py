"""Leaves out of a chart what a screen can't show.

A line keeps each pixel column's first, last, least and greatest point, so that it looks the same and no spike is lost:
M4, Jugel, Jerzak, Hackenbroich and Markl, PVLDB 7 (2014), https://doi.org/10.14778/2732951.2732953
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import plotly.graph_objects as go

MOST_POINTS = 4_000
"""Points one trace may have; a screen shows no more."""


def thin(rows: pd.DataFrame, most: int = MOST_POINTS, *, value: str = "") -> pd.DataFrame:
    """Return at most `most` rows in their order; the first and the last stay.

    Args:
        rows: in the order of the x axis.
        most: how many.
        value: the column of a line's numbers: each part of the chart keeps its extremes. Without: evenly chosen.
    """
    if len(rows) <= most:
        return rows
    numeric = bool(value) and pd.api.types.is_numeric_dtype(rows[value])
    return rows.iloc[_m4(rows[value].to_numpy(float), most) if numeric else _evenly(len(rows), most)]


_PLACES = {"scatter": ("x", "y"), "scatterpolar": ("theta", "r")}
"""Where a trace of each kind keeps its points: along the chart, and upwards."""


def thin_traces(chart: go.Figure) -> go.Figure:
    """Return the figure with at most `MOST_POINTS` points a scatter trace; its title tells if marks are left out."""
    left_out = False
    for trace in chart.data:
        along, upwards = _PLACES.get(trace.type, ("", ""))
        values = trace[upwards] if upwards else None
        if values is not None and len(values) > MOST_POINTS:
            line = "lines" in (trace.mode or "lines")
            chosen = _chosen(np.asarray(values), line=line)
            for name in (along, upwards, "text", "hovertext", "customdata"):
                trace[name] = _kept(trace[name], chosen, len(values))
            left_out |= not line
    if left_out:
        chart.update_layout(title_text=f"{chart.layout.title.text} (at most {MOST_POINTS:,} marks of each kind)")
    return chart


def _chosen(values: npt.NDArray[Any], *, line: bool) -> npt.NDArray[np.int64]:
    if line and np.issubdtype(values.dtype, np.number):
        return _m4(values.astype(float), MOST_POINTS)
    return _evenly(len(values), MOST_POINTS)


def _kept(values: Any, chosen: npt.NDArray[np.int64], length: int) -> Any:  # noqa: ANN401 - a list, an array or a text
    """Return the chosen ones of values that stand one a point; anything else as it is."""
    if values is None or isinstance(values, str) or len(values) != length:
        return values
    return [values[index] for index in chosen] if isinstance(values, tuple | list) else np.asarray(values)[chosen]


def _evenly(count: int, most: int) -> npt.NDArray[np.int64]:
    return np.round(np.linspace(0, count - 1, most)).astype(np.int64)


def _m4(values: npt.NDArray[np.float64], most: int) -> npt.NDArray[np.int64]:
    """Return the places of the first, last, least and greatest value of each of `most` / 4 equal parts."""
    edges = np.linspace(0, len(values), most // 4 + 1).astype(np.int64)
    starts = edges[:-1]
    low = np.minimum.reduceat(np.where(np.isnan(values), np.inf, values), starts)
    high = np.maximum.reduceat(np.where(np.isnan(values), -np.inf, values), starts)
    part = np.repeat(np.arange(len(starts)), np.diff(edges))
    least, greatest = (
        _first_of(part[places], places)
        for places in (np.flatnonzero(values == low[part]), np.flatnonzero(values == high[part]))
    )
    return np.unique(np.concatenate([starts, edges[1:] - 1, least, greatest]))


def _first_of(parts: npt.NDArray[np.int64], places: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the first place of each part; both are in ascending order."""
    return places[np.unique(parts, return_index=True)[1]]
