"""Thresholds and days as sliders: what the night would have reported with others."""

from datetime import date, timedelta
from typing import Any

from homeintel.explore.found import Found
from homeintel.explore.opening import Opened
from homeintel.explore.what_if import ORDER, difference, try_limits
from homeintel.explore.widgets import dropdown, live, options, slider
from homeintel.patterns import phase as patterns_phase
from homeintel.patterns.history import History
from homeintel.patterns.limits import IN_FORCE, Limits
from homeintel.phase import Window
from homeintel.report.charts import draw
from homeintel.report.charts import explore as charts
from homeintel.report.output import show, show_folded, show_text

__all__ = ["what_if_panel"]

P_VALUES = (1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.05, 0.2, 0.5)

FEWEST_DAYS = 7
"""In fewer days hardly anything can be told from an accident."""


def what_if_panel(opened: Opened, found: Found, history: History | None) -> Any:  # noqa: ANN401 - ipywidgets ships no types
    """Return sliders of thresholds and days, with what comes and goes against what the night reported."""
    if history is None or opened.first_day is None:
        return show_text("A snapshot holds no single events, so nothing can be tried on it. Leave `night` empty.")
    loaded = {opened.window: history}

    def tried(end: date, days: int, **limits: float) -> None:
        window = Window(max(opened.first_day or end, end - timedelta(days=days)), end, opened.window.zone)
        if window not in loaded:
            loaded.clear()  # one history is in memory at a time
            loaded[window] = patterns_phase.load(opened.phase("patterns", window))
        _show(found, loaded[window], Limits(**limits))

    return live(tried, {**_thresholds(), **_days(opened, opened.first_day)})


def _show(found: Found, history: History, limits: Limits) -> None:
    result = try_limits(history, found.patterns, limits)
    rows = difference(found.patterns, result.patterns)
    comes, goes, stays = (int((rows["change"] == change).sum()) for change in ORDER)
    show_text(f"Patterns against those of the night: {comes} more, {goes} fewer, {stays} the same.")
    draw(charts.two_funnels(found.funnel, result.funnel))
    show(rows[rows["change"] != "stays"], caption="What comes and what goes")
    show_folded(rows[rows["change"] == "stays"], caption="What stays")
    table = result.funnel[["detector", "step", "candidates", "example"]].rename(columns={"example": "nearest miss"})
    show_folded(table, caption="The gates, with the nearest miss")


def _thresholds() -> dict[str, Any]:
    force = IN_FORCE
    return {
        "false_discovery_rate": slider(
            "false-discovery rate", force.false_discovery_rate, least=0.01, most=0.5, step=0.01
        ),
        "routine_p_value": options("routine: p at most", P_VALUES, force.routine_p_value),
        "routine_confidence": slider(
            "routine: share of its days", force.routine_confidence, least=0.1, most=0.95, step=0.05
        ),
        "routine_lift": slider("routine: times chance", force.routine_lift, least=1.0, most=10.0, step=0.25),
        "routine_doubt": slider("routine: how likely none", force.routine_doubt, least=0.05, most=1.0, step=0.05),
        "pair_p_value": options("pair: p at most", P_VALUES, force.pair_p_value),
        "pair_confidence": slider("pair: share of occasions", force.pair_confidence, least=0.1, most=0.95, step=0.05),
        "pair_lift": slider("pair: times chance", force.pair_lift, least=1.0, most=10.0, step=0.25),
    }


def _days(opened: Opened, first_day: date) -> dict[str, Any]:
    """Return a list of last days, newest first, and a slider of how many days to look at."""
    window = opened.window
    ends = [
        window.end_day - timedelta(days=back) for back in range((window.end_day - first_day).days - FEWEST_DAYS + 1)
    ]
    end = dropdown("up to, exclusive", [(day.isoformat(), day) for day in ends or [window.end_day]])
    most = max(window.days, (window.end_day - first_day).days, FEWEST_DAYS)
    days = slider("days", window.days, least=min(FEWEST_DAYS, window.days), most=most, step=1, as_text="d")
    return {"end": end, "days": days}
