"""Charts of the feature analysis: utilisation by group and by night, and the map of device by feature."""

from html import escape

import pandas as pd
import plotly.graph_objects as go

from homeintel.report.charts.template import SYMBOLS, figure
from homeintel.report.charts.times import local_wall_clock
from homeintel.report.palette import PALETTE

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

SHORT_HISTORY_DAYS = 14
"""Up to here every night has its own date under the trend."""

LEAST_HEIGHT = 300
"""Pixels below which title, legend and axis would stand in each other's way."""

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
        f"Features in use by {by}",
        x="share of features, %",
        y=by,
        height=max(LEAST_HEIGHT, 190 + _ROW_PIXELS * 2 * len(shown)),
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
    _legend_on_top(chart)
    return chart


def _legend_on_top(chart: go.Figure) -> None:
    chart.update_layout(legend={"x": 0, "y": 1, "yanchor": "bottom"}, margin={"t": 100})


def verdict_map(features: pd.DataFrame, devices: pd.DataFrame) -> go.Figure:
    """Return the map of device by feature, one marker a verdict.

    Of more devices than a page can show, equal ones share a row: those of one model whose features all have the same
    verdicts. If there are still too many, the rows with the most features nobody uses are shown, and the title says so.

    Args:
        features: from `homeintel.features.utilisation.by_feature`.
        devices: the store's `devices`.
    """
    named = features.merge(devices[["ieee_address", "friendly_name", "model"]], on="ieee_address")
    named["short"] = [str(feature).rsplit("/", 1)[-1] for feature in named["feature"]]
    count = named["ieee_address"].nunique()
    if count > MOST_DEVICES:
        named = _equal_together(named)
    # plotly reads a few HTML tags in labels, and names come from the house.
    named["row"] = [escape(name, quote=False) for name in named["friendly_name"]]
    columns = named["short"].value_counts().index[:MOST_FEATURES].tolist()
    shown = named.loc[named["short"].isin(columns)]
    rows = _rows_to_show(shown)
    of = shown["row"].nunique()
    part = f" ({len(rows)} of {of} rows: those with most that nobody uses)" if len(rows) < of else ""
    chart = figure(
        f"Every device's features and what became of them{part}",
        x="feature (those most devices have)",
        y="device" if count <= MOST_DEVICES else "device (equal ones together)",
        height=320 + _ROW_PIXELS * len(rows),
    )
    on_map = shown.loc[shown["row"].isin(rows)]
    for verdict, (label, colour, symbol) in VERDICT_LOOK.items():
        marks = on_map.loc[on_map["verdict"] == verdict]
        chart.add_scatter(
            x=marks["short"], y=marks["row"], mode="markers", name=label,
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
    _legend_on_top(chart)
    return chart


def _equal_together(named: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of one device for all of its model whose verdicts are the same; the name says how many they are."""
    ordered = named.sort_values(["ieee_address", "feature"])
    verdicts = ordered["feature"] + "=" + ordered["verdict"]
    alike = verdicts.groupby(ordered["ieee_address"]).agg("|".join).rename("alike")
    each = ordered.drop_duplicates("ieee_address").merge(alike, left_on="ieee_address", right_index=True)
    sizes = each.groupby(["model", "alike"], dropna=False)["ieee_address"].transform("size")
    first = each.assign(size=sizes).sort_values("friendly_name").drop_duplicates(["model", "alike"])
    names = {
        address: name if size == 1 else f"{name} and {size - 1} more ({model})"
        for address, name, size, model in zip(
            first["ieee_address"], first["friendly_name"], first["size"], first["model"], strict=True
        )
    }
    kept = named.loc[named["ieee_address"].isin(names)]
    return kept.assign(friendly_name=kept["ieee_address"].map(names))


def _rows_to_show(shown: pd.DataFrame) -> list[str]:
    """Return the labels of the rows: all, or those with the most features that nobody uses."""
    idle = shown["verdict"].isin(["constant", "never_seen"]).groupby(shown["row"]).sum()
    return idle.sort_values(ascending=False, kind="stable").index[:MOST_DEVICES].tolist()


def trend_lines(history: pd.DataFrame, zone: str) -> go.Figure:
    """Return the home's utilisation night by night, with the share nobody can know.

    Args:
        history: from `homeintel.features.trend.trend`.
        zone: the home's time zone; a night is named by the local day its window ends.
    """
    chart = figure(
        "Features in use, night by night", x=f"night (local date, {zone})", y="share of features, %", height=420
    )
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
    if len(nights) and nights.max() - nights.min() <= pd.Timedelta(days=SHORT_HISTORY_DAYS):
        # Else plotly puts hours between the nights and repeats the dates.
        edge = pd.Timedelta(hours=12)
        chart.update_xaxes(dtick=86_400_000, tick0=nights.min(), range=[nights.min() - edge, nights.max() + edge])
    _legend_on_top(chart)
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
