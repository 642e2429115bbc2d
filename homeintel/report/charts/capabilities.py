"""Charts of phase 1: what the devices can do."""

import pandas as pd
import plotly.graph_objects as go

from homeintel.report.charts.template import PALETTE, figure

ACCESS_LOOK = {"read-only": (PALETTE[0], ""), "settable": (PALETTE[1], "/"), "write-only": (PALETTE[3], "x")}
"""Colour and pattern of each access; the pattern alone tells them apart."""


def capabilities_by_kind_chart(table: pd.DataFrame) -> go.Figure:
    """Return stacked bars of capabilities by kind, one part an access.

    Args:
        table: from `homeintel.bridge.views.capabilities_by_kind`.
    """
    chart = figure("Capabilities by kind and access", x="capabilities (count)", y="kind", height=360)
    order = table.groupby("kind")["capabilities"].sum().sort_values().index.tolist()
    for access, (colour, pattern) in ACCESS_LOOK.items():
        part = table.loc[table["access"] == access].set_index("kind")["capabilities"].reindex(order, fill_value=0)
        chart.add_bar(
            x=part.to_list(), y=order, orientation="h", name=access,
            marker={"color": colour, "pattern": {"shape": pattern}},
            hovertemplate="%{y}, " + access + ": %{x}<extra></extra>",
        )  # fmt: skip
    chart.update_layout(barmode="stack")
    chart.update_yaxes(type="category")
    return chart
