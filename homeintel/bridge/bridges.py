"""One Zigbee2MQTT bridge: its retained topics become its devices, its groups and how it is doing."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from homeintel.bridge.devices import Device, read_device, with_configuration
from homeintel.bridge.groups import read_group
from homeintel.bridge.payload import dump_json, load_json, text
from homeintel.bridge.problems import Problem
from homeintel.bridge.retained import LARGEST_PAYLOAD, Retained
from homeintel.errors import PayloadError


@dataclass
class Bridge:
    """What one base topic holds.

    Args:
        base_topic: the bridge's.
        online: from `bridge/state`; None where it is not retained.
        version: Zigbee2MQTT's.
        coordinator: the coordinator's address.
        devices: devices, then groups; each address once.
        groups_read: whether `bridge/groups` could be read; if not, stored groups stay as they are.
        problems: what was odd.
    """

    base_topic: str
    online: bool | None = None
    version: str | None = None
    coordinator: str | None = None
    devices: list[Device] = field(default_factory=list)
    groups_read: bool = False
    problems: list[Problem] = field(default_factory=list)


def read_bridge(retained: Retained, base_topic: str) -> Bridge | None:
    """Return the bridge of `base_topic`, None where its `bridge/devices` is not retained.

    Other topics that are missing or damaged are problems, no errors.

    Raises:
        PayloadError: `bridge/devices` is damaged, is no list, or is larger than is read.
    """
    topic = f"{base_topic}/bridge/devices"
    refuse_large(retained, topic)
    payload = retained.topics.get(topic)
    if payload is None:
        return None
    elements = load_json(topic, payload)
    if not isinstance(elements, list):
        raise PayloadError(f"The payload of {topic} is no list of devices.", next_step="Restart Zigbee2MQTT.")
    bridge = Bridge(base_topic, online=_online(retained, base_topic))
    info = _optional(retained, bridge, "info")
    _read_info(bridge, info)
    by_address = _devices(bridge, elements)
    _groups(bridge, retained, by_address)
    _complete(bridge, retained, info)
    return bridge


def refuse_large(retained: Retained, topic: str) -> None:
    """Raise where the topic's payload was too large to be kept.

    Raises:
        PayloadError: with the size.
    """
    size = retained.refused.get(topic)
    if size is not None:
        raise PayloadError(
            f"The payload of {topic} has {size / 1e6:.1f} MB; more than {LARGEST_PAYLOAD / 1e6:.1f} MB are not read.",
            next_step="Look at what publishes to this topic: Zigbee2MQTT's own list of devices is far smaller.",
        )


def _online(retained: Retained, base_topic: str) -> bool | None:
    """Return what `bridge/state` says: `{"state": "online"}`, in 1.x the bare word."""
    payload = retained.under(base_topic, "bridge/state")
    return None if payload is None else _says_online(payload)


def _says_online(payload: bytes) -> bool | None:
    try:
        value = json.loads(payload)
    except (ValueError, RecursionError):
        value = payload.decode("utf-8", "replace")
    state = value.get("state") if isinstance(value, dict) else value
    return {"online": True, "offline": False}.get(state.strip().lower()) if isinstance(state, str) else None


def _optional(retained: Retained, bridge: Bridge, name: str) -> Any:  # noqa: ANN401 - anything JSON holds
    topic = f"{bridge.base_topic}/bridge/{name}"
    try:
        refuse_large(retained, topic)
        payload = retained.topics.get(topic)
        if payload is None:
            bridge.problems.append(Problem(topic, "", "is not retained", serious=True))
            return None
        return load_json(topic, payload)
    except PayloadError as error:
        bridge.problems.append(Problem(topic, "", error.happened, serious=True))
        return None


def _read_info(bridge: Bridge, info: object) -> None:
    if isinstance(info, dict):
        coordinator = info.get("coordinator")
        bridge.version = text(info.get("version"))
        bridge.coordinator = text(coordinator.get("ieee_address")) if isinstance(coordinator, dict) else None


def _devices(bridge: Bridge, elements: list[Any]) -> dict[str, Device]:
    topic = f"{bridge.base_topic}/bridge/devices"
    found: dict[str, Device] = {}
    for position, element in enumerate(elements):
        if not isinstance(element, dict) or not text(element.get("ieee_address")):
            bridge.problems.append(
                Problem(topic, f"element {position + 1}", "has no ieee_address; left out", serious=True)
            )
            continue
        device = read_device(element, bridge.base_topic)
        if device.ieee_address in found:
            bridge.problems.append(Problem(topic, device.friendly_name, "is listed twice; the first counts"))
            continue
        found[device.ieee_address] = device
        bridge.problems += [
            Problem(topic, device.friendly_name, f"{path} {odd}; kept as it came")
            for path, odd in device.leaves.odd.items()
        ]
    bridge.devices = list(found.values())
    return found


def _groups(bridge: Bridge, retained: Retained, devices: Mapping[str, Device]) -> None:
    elements = _optional(retained, bridge, "groups")
    topic = f"{bridge.base_topic}/bridge/groups"
    if not isinstance(elements, list):
        return
    bridge.groups_read = True
    known = {device.ieee_address for device in bridge.devices}
    for position, element in enumerate(elements):
        if not isinstance(element, dict) or not isinstance(element.get("id"), int | str):
            bridge.problems.append(Problem(topic, f"element {position + 1}", "has no id; left out", serious=True))
            continue
        group = read_group(element, bridge.base_topic, devices)
        if group.ieee_address in known:
            bridge.problems.append(Problem(topic, group.friendly_name, "is listed twice; the first counts"))
            continue
        known.add(group.ieee_address)
        bridge.devices.append(group)


def _complete(bridge: Bridge, retained: Retained, info: object) -> None:
    configuration = _dict(_dict(info).get("config"))
    sections = {"Group": configuration.get("groups"), "": configuration.get("devices")}
    bridge.devices = [
        with_configuration(
            device,
            _options(device, sections["Group" if device.type == "Group" else ""]),
            available=_available(retained, device),
        )
        for device in bridge.devices
    ]


def _options(device: Device, section: object) -> str | None:
    if not isinstance(section, dict):
        return None
    key = device.ieee_address.rpartition(":")[2] if device.type == "Group" else device.ieee_address
    return dump_json(_dict(section.get(key)))


def _available(retained: Retained, device: Device) -> bool | None:
    payload = retained.under(device.base_topic, device.friendly_name, "availability")
    return None if payload is None else _says_online(payload)


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
