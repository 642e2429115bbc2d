"""Charts of phase 1: what the devices can do."""

import pandas as pd
import plotly.graph_objects as go

from homeintel.report.charts.template import figure
from homeintel.report.palette import PALETTE

ACCESS_LOOK = {
    "read-only": (PALETTE[0], "", "circle-open"),
    "settable": (PALETTE[1], "/", "square"),
    "write-only": (PALETTE[3], "x", "x"),
}
"""Colour, bar pattern and marker of each access; pattern and marker alone tell them apart."""

MOST_DEVICES = 80
"""Rows of the matrix; a page holds no more that can be read."""

MOST_CAPABILITIES = 40
"""Columns of the matrix: those most devices have."""

_ROW_PIXELS = 18


def capabilities_by_kind_chart(table: pd.DataFrame) -> go.Figure:
    """Return stacked bars of capabilities by kind, one part an access.

    Args:
        table: from `homeintel.bridge.views.capabilities_by_kind`.
    """
    chart = figure("Capabilities by kind and access", x="capabilities (count)", y="kind", height=360)
    order = table.groupby("kind")["capabilities"].sum().sort_values().index.tolist()
    for access, (colour, pattern, _) in ACCESS_LOOK.items():
        part = table.loc[table["access"] == access].set_index("kind")["capabilities"].reindex(order, fill_value=0)
        chart.add_bar(
            x=part.to_list(), y=order, orientation="h", name=access,
            marker={"color": colour, "pattern": {"shape": pattern}},
            hovertemplate="%{y}, " + access + ": %{x}<extra></extra>",
        )  # fmt: skip
    chart.update_layout(barmode="stack")
    chart.update_yaxes(type="category")
    return chart


def capability_matrix_chart(matrix: pd.DataFrame) -> go.Figure:
    """Return the matrix of device by capability, one marker an access.

    Two devices of one name stand in one row; a device's address is shown when its marker is pointed at.

    Args:
        matrix: from `homeintel.bridge.views.capability_matrix`.
    """
    devices = matrix["friendly_name"].value_counts().index[:MOST_DEVICES].tolist()
    capabilities = matrix["capability"].value_counts().index[:MOST_CAPABILITIES].tolist()
    shown = matrix.loc[matrix["friendly_name"].isin(devices) & matrix["capability"].isin(capabilities)]
    chart = figure(
        "What each device can do",
        x="capability (those most devices have)",
        y="device",
        height=240 + _ROW_PIXELS * len(devices),
    )
    for access, (colour, _, symbol) in ACCESS_LOOK.items():
        part = shown.loc[shown["access"] == access]
        chart.add_scatter(
            x=part["capability"].to_list(), y=[_escaped(name) for name in part["friendly_name"]], mode="markers",
            name=access, customdata=part["ieee_address"].to_list(),
            marker={"color": colour, "symbol": symbol, "size": 9, "line": {"width": 1.5, "color": colour}},
            hovertemplate="%{y} (%{customdata}): %{x}<extra>" + access + "</extra>",
        )  # fmt: skip
    names = [_escaped(name) for name in sorted(devices, reverse=True)]
    chart.update_xaxes(categoryorder="array", categoryarray=capabilities, tickangle=-60, type="category")
    chart.update_yaxes(categoryorder="array", categoryarray=names, type="category")
    chart.update_layout(legend={"y": 1.02, "yanchor": "bottom"})
    return chart


def _escaped(name: str) -> str:
    """Return a name that plotly does not read as markup."""
    return name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
