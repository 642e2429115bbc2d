"""How a feature is switched on: the value to send, and Home Assistant's own action for it."""

import json
from collections.abc import Sequence
from typing import Any

Value = bool | int | float | str
"""What a property can be set to."""

MOST_BRIGHT = 254
"""Zigbee2MQTT's brightness at 100 %."""


def choose_value(
    wanted: Sequence[Value],
    *,
    kind: str,
    possible: str | None,
    low: float | None,
    high: float | None,
    presets: str | None,
) -> Value | None:
    """Return the first of the catalogue's values that this device offers, as the device spells it; None if none does.

    Args:
        wanted: the catalogue's values in order of preference; True and False stand for on and off.
        kind: binary, enum, numeric or text; for all else there is none.
        possible: JSON: an enum's values, or a binary's on and off.
        low: the least number it takes.
        high: the greatest.
        presets: JSON: named values of a number.
    """
    offered = json.loads(possible) if isinstance(possible, str) else []
    if kind == "binary":
        return _binary(wanted, offered)
    if kind == "enum":
        spelling = {str(value).lower(): value for value in offered}
        return next((spelling[str(value).lower()] for value in wanted if str(value).lower() in spelling), None)
    if kind == "numeric":
        named = {preset["name"] for preset in json.loads(presets)} if isinstance(presets, str) else set()
        return next((found for value in wanted if (found := _number(value, named, low, high)) is not None), None)
    return next((value for value in wanted if isinstance(value, str)), None) if kind == "text" else None


def _binary(wanted: Sequence[Value], offered: list[Value]) -> Value | None:
    on, off = (offered[0], offered[1]) if len(offered) > 1 else ("ON", "OFF")
    return next(({True: on, False: off}[value] for value in wanted if isinstance(value, bool)), None)


def _number(value: Value, named: set[str], low: float | None, high: float | None) -> Value | None:
    if isinstance(value, str):
        return value if value in named else None
    if isinstance(value, bool) or (low is not None and value < low) or (high is not None and value > high):
        return None
    return value


def home_assistant_action(
    component: str, attribute: str | None, value: Value, on: Value, entities: list[str]
) -> dict[str, Any] | None:
    """Return the action that sets `value`, as it stands in an automation; None where Home Assistant has none.

    Args:
        component: the entity's domain.
        attribute: the attribute that carries the property; None for the state.
        value: what is sent to Zigbee2MQTT.
        on: the value that means on, for a switch.
        entities: whom it is for.
    """
    found = _by_attribute(component, attribute, value) if attribute else _by_state(component, value, on)
    if found is None:
        return None
    action, data = found
    return {"action": action, "target": {"entity_id": entities}, **({"data": data} if data else {})}


def _by_attribute(component: str, attribute: str, value: Value) -> tuple[str, dict[str, Any]] | None:
    if component == "light":
        return _light(attribute, value)
    table = {
        ("cover", "current_position"): ("cover.set_cover_position", "position"),
        ("cover", "current_tilt_position"): ("cover.set_cover_tilt_position", "tilt_position"),
        ("climate", "preset_mode"): ("climate.set_preset_mode", "preset_mode"),
        ("climate", "fan_mode"): ("climate.set_fan_mode", "fan_mode"),
        ("climate", "swing_mode"): ("climate.set_swing_mode", "swing_mode"),
        ("climate", "temperature"): ("climate.set_temperature", "temperature"),
        ("fan", "percentage"): ("fan.set_percentage", "percentage"),
        ("fan", "preset_mode"): ("fan.set_preset_mode", "preset_mode"),
    }
    found = table.get((component, attribute))
    return (found[0], {found[1]: value}) if found else None


def _light(attribute: str, value: Value) -> tuple[str, dict[str, Any]] | None:
    if attribute == "effect":
        return "light.turn_on", {"effect": value}
    if not isinstance(value, int | float):
        return None
    if attribute == "brightness":
        return "light.turn_on", {"brightness_pct": round(100 * value / MOST_BRIGHT)}
    if attribute in {"color_temp_kelvin", "color_temp"}:
        return "light.turn_on", {"color_temp_kelvin": round(1_000_000 / value)}
    return None


def _by_state(component: str, value: Value, on: Value) -> tuple[str, dict[str, Any]] | None:
    if component in {"switch", "light", "fan"}:
        return (f"{component}.turn_on" if value == on else f"{component}.turn_off"), {}
    table = {
        "select": ("select.select_option", "option"),
        "number": ("number.set_value", "value"),
        "text": ("text.set_value", "value"),
        "climate": ("climate.set_hvac_mode", "hvac_mode"),
    }
    if component == "button":
        return "button.press", {}
    if word := _WORDS.get((component, str(value).upper())):
        return word, {}
    found = table.get(component)
    return (found[0], {found[1]: value}) if found else None


_WORDS = {
    ("cover", "OPEN"): "cover.open_cover",
    ("cover", "CLOSE"): "cover.close_cover",
    ("cover", "STOP"): "cover.stop_cover",
    ("lock", "LOCK"): "lock.lock",
    ("lock", "UNLOCK"): "lock.unlock",
}
"""Zigbee2MQTT's words for which Home Assistant has an action each."""
