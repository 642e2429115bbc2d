"""What the owner set for a device in Zigbee2MQTT's configuration, as `bridge/info` shows it.

Source: https://www.zigbee2mqtt.io/guide/configuration/devices-groups.html; `device_options` are every device's defaults.
"""

from homeintel.bridge.devices import Device
from homeintel.bridge.payload import as_object, dump_json


def configured(device: Device, info: object) -> str | None:
    """Return JSON of the device's settings, the home's defaults under them; None where `info` holds no configuration."""
    configuration = as_object(info).get("config")
    if not isinstance(configuration, dict):
        return None
    if device.type == "Group":
        number = device.ieee_address.rpartition(":")[2]
        return dump_json(as_object(as_object(configuration.get("groups")).get(number)))
    entry = as_object(as_object(configuration.get("devices")).get(device.ieee_address))
    return dump_json({**as_object(configuration.get("device_options")), **entry})
