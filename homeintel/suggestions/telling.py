"""A suggestion's replay and its payload in words; for the notebook and for the report, so it imports no charts."""

from collections.abc import Mapping
from typing import Any

from homeintel.suggestions.automation import dump_yaml


def backtest_sentence(backtest: Mapping[str, Any]) -> str:
    """Return a replay in words.

    Args:
        backtest: a `backtest` of the table `suggestions`; see `homeintel.suggestions.backtest.result.Backtest.record`.
    """
    window, held_out, days = backtest["window"], backtest["held_out"], backtest["days"]
    kept, occasions = window["agreed"] + window["earlier"], window["fired"] + window["earlier"]
    unwanted = occasions - kept
    if not occasions:
        return f"Replayed over {days} days, it would never have run: there was no occasion."
    if backtest["reminder"]:
        return (
            f"Over {days} days you did it by yourself {kept} of {times(occasions)}; "
            f"it would have reminded you {times(unwanted)}."
        )
    just = f", {window['earlier']} of them just before it would have run" if window["earlier"] else ""
    wrong = f"it would have been unwanted {times(unwanted)}" if unwanted else "it would never have been unwanted"
    held = held_out["fired"] + held_out["earlier"]
    week = (
        f" In the last {backtest['held_out_days']} days, which it was not fitted on, you did so "
        f"{held_out['agreed'] + held_out['earlier']} of {times(held)}."
        if held
        else ""
    )
    return (
        f"Replayed over {days} days: you did the same by hand {kept} of {times(occasions)}{just}; {wrong}.{week} "
        f"It would save about {_minutes(backtest['minutes_saved_per_week'])} a week, at 20 seconds each time."
    )


def times(count: int) -> str:
    """Return a count in words: `once`, `3 times`."""
    return "once" if count == 1 else f"{count} times"


def _minutes(count: float) -> str:
    if count < 1:
        return "less than a minute"
    return "1 minute" if round(count) == 1 else f"{count:.0f} minutes"


def payload_text(payload: Mapping[str, Any]) -> str:
    """Return what to send as YAML: MQTT topics with their payload, or Home Assistant's action.

    Args:
        payload: an `action_payload`; see `homeintel.suggestions.switching_on.payload`.
    """
    return dump_yaml(
        [
            {"mqtt": step["messages"], **({"or_in_home_assistant": step["action"]} if step["action"] else {})}
            for step in payload["steps"]
        ]
    )
