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

SPECIFIC_ATTRIBUTES: dict[str, dict[str, str | None]] = {
    "light": {
        "state": None,
        "brightness": "brightness",
        "color_temp": "color_temp",
        "color_xy": "xy_color",
        "color_hs": "hs_color",
    },
    "switch": {"state": None},
    "lock": {"state": None},
    "cover": {"state": None, "position": "current_position", "tilt": "current_tilt_position"},
    "fan": {"state": None, "mode": "preset_mode", "speed": "percentage"},
    "climate": {
        "system_mode": None,
        "occupied_heating_setpoint": "temperature",
        "current_heating_setpoint": "temperature",
        "local_temperature": "current_temperature",
        "running_state": "hvac_action",
        "fan_mode": "fan_mode",
        "preset": "preset_mode",
        "swing_mode": "swing_mode",
    },
}
"""Specific type -> its feature -> attribute, for announcements without templates: a light's `json` schema has none."""

_COMMAND = re.compile(r"/set/(?P<property>[^/]+)$")


def carried(component: str, object_id: str, payload: Mapping[str, Any]) -> dict[str, str | None]:
    """Return property -> attribute (None: the state) of everything the templates of an announcement read.

    What is only ever told (a button, a write-only select) is known by its command topic. Of a light no more than its
    effect is returned: its features have no templates, see `SPECIFIC_ATTRIBUTES`. The effect of `light_l1` is `effect_l1`.
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
        found["effect" + object_id.removeprefix("light")] = "effect"
    if component == "siren":
        found["warning"] = None
    if component == "event":  # its state is the time, what happened is an attribute
        found = dict.fromkeys(found, "event_type")
    return found
