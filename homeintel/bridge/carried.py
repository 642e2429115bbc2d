"""Which properties one Home Assistant entity carries: in its state, or in an attribute.

Source: the templates of Zigbee2MQTT's discovery payloads, and the attributes in
https://developers.home-assistant.io/docs/core/entity.
"""

import re
from collections.abc import Mapping
from typing import Any

_PROPERTY = re.compile(r"""value_json(?:\[\s*["'](?P<quoted>[^"']+)["']\s*\]|\.(?P<plain>\w+))""")

_TEMPLATES: dict[str, str | None] = {
    "position_template": "current_position",
    "tilt_status_template": "current_tilt_position",
    "temperature_state_template": "temperature",
    "temperature_high_state_template": "target_temp_high",
    "temperature_low_state_template": "target_temp_low",
    "current_temperature_template": "current_temperature",
    "action_template": "hvac_action",
    "fan_mode_state_template": "fan_mode",
    "preset_mode_value_template": "preset_mode",
    "swing_mode_state_template": "swing_mode",
    "percentage_value_template": "percentage",
    "oscillation_value_template": "oscillating",
    "mode_state_template": None,
    "state_value_template": None,
    "value_template": None,
}
"""Key of a payload -> attribute. Attributes stand first: a property that has one is not read from the state."""

LIGHT_ATTRIBUTES: dict[str, str | None] = {
    "state": None,
    "brightness": "brightness",
    "color_temp": "color_temp",
    "color_xy": "xy_color",
    "color_hs": "hs_color",
}
"""A light's features; the `json` schema has no templates."""

_COMMAND = re.compile(r"/set/(?P<property>[^/]+)$")


def carried(component: str, payload: Mapping[str, Any]) -> dict[str, str | None]:
    """Return property -> attribute (None: the state) of everything the templates of an announcement read.

    What is only ever told (a button, a write-only select) is known by its command topic. A light of the `json` schema
    carries its features by their names, which the templates don't tell; an effect is all that is returned for it.
    """
    found: dict[str, str | None] = {}
    for key, attribute in _TEMPLATES.items():
        template = payload.get(key)
        for match in _PROPERTY.finditer(template) if isinstance(template, str) else ():
            found.setdefault(match["quoted"] or match["plain"], attribute)
    command = _COMMAND.search(str(payload.get("command_topic") or ""))
    if not found and command:
        found[command["property"]] = None
    if component == "light" and payload.get("effect") is True:
        found["effect"] = "effect"
    if component == "siren":
        found["warning"] = None
    return found
