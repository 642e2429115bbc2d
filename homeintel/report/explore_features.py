"""The choices of `explore_utilization.ipynb` as widgets."""

from collections.abc import Callable
from typing import Any

import pandas as pd

from homeintel.features.analysis import FeatureAnalysis
from homeintel.features.explore import CHOICES, chosen, days_of_use, verdict_rows
from homeintel.features.views import readable
from homeintel.phase import Phase
from homeintel.report.charts import draw
from homeintel.report.charts.features import use_by_day
from homeintel.report.output import show

EVERY = "(all)"


def verdict_panel(phase: Phase, analysis: FeatureAnalysis) -> Any:  # noqa: ANN401 - ipywidgets ships no types
    """Return dropdowns for area, maker, device and verdict, and the table they choose."""
    rows = verdict_rows(analysis)
    zone = phase.window.zone.key

    def table(**choice: str) -> None:
        wanted = {name: None if value == EVERY else value for name, value in choice.items()}
        found = chosen(rows, wanted)
        show(readable(found, zone), caption=f"{len(found)} features", most=200)

    return _interactive(table, {name: [EVERY, *_values(rows, name)] for name in CHOICES})


def device_panel(phase: Phase, analysis: FeatureAnalysis) -> Any:  # noqa: ANN401 - ipywidgets ships no types
    """Return a dropdown of devices, and the chosen one's features day by day as chart and table."""
    rows = verdict_rows(analysis)

    def days(device: str) -> None:
        with phase.store.connect(read_only=True) as connection:
            found = days_of_use(connection, chosen(rows, {"device": device}), phase.window)
        draw(use_by_day(found, device, phase.window.zone.key))
        totals = found.groupby("path", as_index=False).agg(changes=("changes", "sum"))
        show(totals, caption="Changes in the window (of numbers: reports)")

    return _interactive(days, {"device": _values(rows, "device")})


def _values(rows: pd.DataFrame, name: str) -> list[str]:
    return sorted({str(value) for value in rows[name]}, key=str.casefold)


def _interactive(shows: Callable[..., None], choices: dict[str, list[str]]) -> Any:  # noqa: ANN401 - ipywidgets ships no types
    import ipywidgets

    boxes = {name: ipywidgets.Dropdown(options=values, description=name) for name, values in choices.items()}
    output = ipywidgets.interactive_output(shows, boxes)
    return ipywidgets.VBox([ipywidgets.HBox(list(boxes.values())), output])
