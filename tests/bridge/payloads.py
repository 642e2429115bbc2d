"""Small payloads as Zigbee2MQTT writes them."""

import json
from typing import Any


def lamp(address: str, name: str, **more: Any) -> dict[str, Any]:
    """Return an element of `bridge/devices`: a lamp with state and brightness."""
    features = [
        {"type": "binary", "name": "state", "label": "State", "property": "state", "access": 7, "value_on": "ON",
         "value_off": "OFF", "value_toggle": "TOGGLE"},
        {"type": "numeric", "name": "brightness", "label": "Brightness", "property": "brightness", "access": 7,
         "value_min": 0, "value_max": 254},
    ]  # fmt: skip
    definition = {
        "model": "LED1", "vendor": "IKEA", "description": "Lamp", "source": "native", "supports_ota": True,
        "exposes": [{"type": "light", "features": features}], "options": [],
    }  # fmt: skip
    return {
        "ieee_address": address, "type": "Router", "friendly_name": name, "supported": True, "disabled": False,
        "interview_state": "SUCCESSFUL", "definition": definition, **more,
    }  # fmt: skip


def topics(*devices: dict[str, Any], base: str = "zigbee2mqtt", **more: Any) -> dict[str, str]:
    """Return a bridge's retained topics; `more` are other `bridge/<name>` topics."""
    bridge = {"state": {"state": "online"}, "groups": [], "info": {"version": "2.14.1", "config": {"devices": {}}}}
    named = {**bridge, "devices": list(devices), **more}
    return {f"{base}/bridge/{name}": json.dumps(value) for name, value in named.items()}
