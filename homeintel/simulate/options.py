"""Options people set in Zigbee2MQTT: they stand in its configuration, not in any entity."""

from typing import Any

from homeintel.simulate.layout import Layout
from homeintel.simulate.randomness import Stream, generator

__all__ = ["set_options"]

SET_SHARE = 0.15  # share of devices one option of which is set
KNOWN = ("transition", "occupancy_timeout", "temperature_calibration", "no_occupancy_since", "illuminance_raw")


def set_options(layout: Layout, seed: int) -> dict[str, dict[str, Any]]:
    """Return the options that are set, by address; a device has at most one."""
    rng = generator(seed, Stream.RETAINED, 1)
    found: dict[str, dict[str, Any]] = {}
    for device in layout.devices:
        drawn = rng.random()
        option = next((option for option in device.model["options"] if option["name"] in KNOWN), None)
        if option is not None and drawn < SET_SHARE:
            found[device.ieee_address] = {option["name"]: _value(option)}
    return found


def _value(option: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
    if option["type"] == "binary":
        return option["value_on"]
    if option["type"] == "list":
        return [60]
    return 0.5 if "calibration" in option["name"] else max(float(option.get("value_min", 0)), 2)
