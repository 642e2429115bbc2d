"""A suggestion's replay and its payload in words; for the notebook and for the report, so it imports no charts."""

from collections.abc import Mapping
from typing import Any

from homeintel.suggestions.automation import dump_yaml


def backtest_sentence(backtest: Mapping[str, Any]) -> str:
    """Return a replay in words."""
    window, held_out = backtest["window"], backtest["held_out"]
    kept = window["agreed"] + window["earlier"]
    occasions = window["fired"] + window["earlier"]
    if backtest["reminder"]:
        return f"Over {backtest['days']} days you did it by yourself {kept} of {occasions} times; it would have reminded you {occasions - kept} times."
    held = held_out["fired"] + held_out["earlier"]
    week = (
        f" In the {backtest['held_out_days']} days it was not fitted on: {held_out['agreed'] + held_out['earlier']} of {held}."
        if held
        else ""
    )
    return (
        f"Replayed over {backtest['days']} days: you wanted it {kept} of {occasions} times "
        f"({window['earlier']} times you had just done it), it would have been wrong {occasions - kept} times.{week} "
        f"Saves about {backtest['minutes_saved_per_week']:.1f} minutes a week."
    )


def payload_text(payload: Mapping[str, Any]) -> str:
    """Return what to send as YAML: the MQTT topics with their payload, or Home Assistant's action."""
    parts = [payload, *payload.get("more", [])]
    shown = [
        {
            "mqtt": {"topics": part["topics"], "payload": part["payload"]},
            **({"or_in_home_assistant": part["action"]} if part.get("action") else {}),
        }
        for part in parts
    ]
    return dump_yaml(shown)
