"""Charts of the feature analysis: utilisation by group and by night, and the map of device by feature."""

from html import escape

import pandas as pd
import plotly.graph_objects as go

from homeintel.report.charts.template import PALETTE, SYMBOLS, figure, local_wall_clock

VERDICT_LOOK = {
    "used": ("used", PALETTE[2], "square"),
    "constant": ("constant", PALETTE[1], "diamond-open"),
    "never_seen": ("never seen", PALETTE[5], "x-thin-open"),
    "not_observable": ("not observable", PALETTE[6], "circle-open"),
    "unsupported": ("unsupported", PALETTE[3], "triangle-down"),
}
"""Label, colour and marker of each verdict; the marker alone tells them apart."""

MOST_DEVICES = 80
"""Rows of the map; a page holds no more that can be read."""

MOST_FEATURES = 40
"""Columns of the map: the features most devices have."""

_ROW_PIXELS = 18


def utilisation_bars(table: pd.DataFrame, by: str, *, most: int = 20) -> go.Figure:
    """Return bars of the share of usable features in use, one a group, with the share nobody can know beside.

    Args:
        table: from `homeintel.features.utilisation.utilisation`.
        by: its group's column.
        most: groups shown, those with the most usable features.
    """
    shown = table.head(most).iloc[::-1]
    chart = figure(
        f"Features in use by {by.replace('_', ' ')}",
        x="share of features, %",
        y=by.replace("_", " "),
        height=140 + _ROW_PIXELS * 2 * len(shown),
    )
    names = [escape(str(name), quote=False) for name in shown[by]]
    chart.add_bar(
        x=100 * shown["utilisation"], y=names, orientation="h", name="in use (of those that can be observed)",
        marker={"color": PALETTE[0]}, customdata=shown[["used", "usable"]],
        hovertemplate="%{y}: %{x:.0f} % (%{customdata[0]} of %{customdata[1]})<extra></extra>",
    )  # fmt: skip
    chart.add_bar(
        x=100 * shown["not_observable_share"], y=names, orientation="h", name="can't be observed (of all)",
        marker={"color": PALETTE[6], "pattern": {"shape": "/"}}, hovertemplate="%{y}: %{x:.0f} %<extra></extra>",
    )  # fmt: skip
    chart.update_xaxes(range=[0, 100])
    chart.update_yaxes(type="category", dtick=1)
    return chart


def verdict_map(features: pd.DataFrame, devices: pd.DataFrame) -> go.Figure:
    """Return the map of device by feature, one marker a verdict.

    Args:
        features: from `homeintel.features.utilisation.by_feature`.
        devices: the store's `devices`.
    """
    named = features.merge(devices[["ieee_address", "friendly_name"]], on="ieee_address")
    # plotly reads a few HTML tags in labels, and names come from the house.
    named["friendly_name"] = [escape(name, quote=False) for name in named["friendly_name"]]
    named["short"] = named["feature"].str.split("/").str[-1]
    rows = named["friendly_name"].value_counts().index[:MOST_DEVICES].tolist()
    columns = named["short"].value_counts().index[:MOST_FEATURES].tolist()
    shown = named.loc[named["friendly_name"].isin(rows) & named["short"].isin(columns)]
    rows = [name for name in rows if name in set(shown["friendly_name"])]
    chart = figure(
        "Every device's features and what became of them",
        x="feature (those most devices have)",
        y="device",
        height=320 + _ROW_PIXELS * len(rows),
    )
    for verdict, (label, colour, symbol) in VERDICT_LOOK.items():
        part = shown.loc[shown["verdict"] == verdict]
        chart.add_scatter(
            x=part["short"], y=part["friendly_name"], mode="markers", name=label,
            marker={"color": colour, "symbol": symbol, "size": 10, "line": {"width": 2, "color": colour}},
            hovertemplate="%{y}: %{x}<extra>" + label + "</extra>",
        )  # fmt: skip
    # dtick 1: else plotly leaves out every second name.
    chart.update_xaxes(
        categoryorder="array", categoryarray=columns, tickangle=-60, range=[-0.5, len(columns) - 0.5], dtick=1
    )
    order = sorted(rows, key=str.casefold, reverse=True)
    chart.update_yaxes(
        categoryorder="array", categoryarray=order, type="category", range=[-0.5, len(rows) - 0.5], dtick=1
    )
    chart.update_layout(legend={"x": 0, "y": 1, "yanchor": "bottom"}, margin={"t": 100})
    return chart


def trend_lines(history: pd.DataFrame, zone: str) -> go.Figure:
    """Return the home's utilisation night by night, with the share nobody can know.

    Args:
        history: from `homeintel.features.trend.trend`.
        zone: the home's time zone; a night is named by the local day its window ends.
    """
    chart = figure("Features in use, night by night", x=f"night (local date, {zone})", y="share of features, %")
    nights = local_wall_clock(history["window_end"], zone)
    lines = (
        ("utilisation", "in use (of those that can be observed)"),
        ("weighted", "the same, weighted by usefulness"),
        ("not_observable_share", "can't be observed (of all)"),
    )
    for number, (column, label) in enumerate(lines):
        chart.add_scatter(
            x=nights, y=100 * history[column], name=label, mode="lines+markers",
            line={"color": PALETTE[number], "dash": ("solid", "dash", "dot")[number]},
            marker={"symbol": SYMBOLS[number], "size": 8}, hovertemplate="%{x|%d %b}: %{y:.0f} %<extra></extra>",
        )  # fmt: skip
    chart.update_yaxes(range=[0, 100])
    chart.update_xaxes(tickformat="%d %b")
    return chart


def use_by_day(days: pd.DataFrame, device: str, zone: str) -> go.Figure:
    """Return one device's features day by day, the number of changes written into each field.

    Args:
        days: from `homeintel.features.explore.days_of_use`.
        device: its name.
        zone: the home's time zone.
    """
    table = days.pivot_table(index="path", columns="day", values="changes", aggfunc="sum", fill_value=0)
    chart = figure(
        f"{device}: what changed, day by day",
        x=f"day (local date, {zone})",
        y="feature",
        height=160 + 2 * _ROW_PIXELS * len(table),
    )
    chart.add_heatmap(
        x=[str(day) for day in table.columns], y=[escape(path, quote=False) for path in table.index], z=table.to_numpy(),
        text=[["" if value == 0 else f"{value}" for value in row] for row in table.to_numpy()], texttemplate="%{text}",
        colorscale=[[0, "#ffffff"], [1, PALETTE[4]]], colorbar={"title": {"text": "changes"}}, xgap=1, ygap=1,
    )  # fmt: skip
    chart.update_yaxes(type="category", dtick=1)
    return chart
