"""The choices of `explore_utilization.ipynb` as widgets."""

from typing import Any

import pandas as pd

from homeintel.explore.opening import Opened
from homeintel.explore.widgets import EVERY, dropdown, live
from homeintel.features.catalogue import load_catalogue
from homeintel.features.explore import CHOICES, chosen, days_of_use, stored_verdicts, verdict_rows
from homeintel.features.phase import analyse_tables, load
from homeintel.features.views import readable
from homeintel.features.ways import ways_table
from homeintel.report.charts import draw
from homeintel.report.charts.features import use_by_day
from homeintel.report.output import show, show_text

__all__ = ["device_panel", "setting_panel", "verdict_panel", "verdicts"]

COLUMNS = ["device", "area", "path", "verdict", "changes", "last_changed", "last_value", "entity_id"]
"""Of the verdicts, what fits the width of a notebook."""

MOST_ROWS = 100
"""A longer table is better narrowed by its lists."""


def verdicts(opened: Opened) -> pd.DataFrame:
    """Return every verdict on a usable feature: made anew over the opened days, or of a snapshot those of its night.

    Returns:
        as `homeintel.features.explore.verdict_rows`.
    """
    if opened.events:
        phase = opened.phase("features")
        return verdict_rows(analyse_tables(phase, load(phase)))
    with opened.store.connect() as connection:
        return stored_verdicts(connection, opened.run_id)


def verdict_panel(opened: Opened, rows: pd.DataFrame) -> Any:  # noqa: ANN401 - ipywidgets ships no types
    """Return lists of areas, makers, devices and verdicts, with the features they choose.

    Args:
        opened: the home.
        rows: see `verdicts`.
    """

    def table(**choice: str) -> None:
        found = chosen(rows, {name: None if value == EVERY else value for name, value in choice.items()})
        show(readable(found[COLUMNS], opened.window.zone.key), caption=f"{len(found)} features", most=MOST_ROWS)

    return live(table, {name: dropdown(name, [EVERY, *_values(rows, name)]) for name in CHOICES})


def device_panel(opened: Opened, rows: pd.DataFrame) -> Any:  # noqa: ANN401 - ipywidgets ships no types
    """Return a list of devices, with the chosen one's features day by day as chart and table.

    Args:
        opened: the home.
        rows: see `verdicts`.
    """
    if not opened.events:
        return show_text("A snapshot holds no single events. Leave `night` empty to see this for the newest night.")

    def days(device: str) -> None:
        with opened.store.connect() as connection:
            found = days_of_use(connection, chosen(rows, {"device": device}), opened.window)
        draw(use_by_day(found, device, opened.window.zone.key))
        totals = found.groupby("path", as_index=False).agg(changes=("changes", "sum"))
        show(totals, caption="Changes in the window (of numbers: reports)", most=MOST_ROWS)

    return live(days, {"device": dropdown("device", _values(rows, "device"))})


def setting_panel(opened: Opened, rows: pd.DataFrame) -> Any:  # noqa: ANN401 - ipywidgets ships no types
    """Return a list of devices, with how each settable feature of the chosen one is set.

    Args:
        opened: the home.
        rows: see `verdicts`.
    """

    def table(device: str) -> None:
        with opened.store.connect() as connection:
            found = ways_table(connection, device, load_catalogue())
        show(found, caption=f"How to set {device}", most=200)

    return live(table, {"device": dropdown("device", _values(rows, "device"))})


def _values(rows: pd.DataFrame, name: str) -> list[str]:
    return sorted({str(value) for value in rows[name]}, key=str.casefold)
