"""One Zigbee2MQTT bridge: its retained topics become its devices, its groups and how it is doing."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from homeintel.bridge.configuration import configured
from homeintel.bridge.devices import Definitions, Device, moment, read_device
from homeintel.bridge.groups import read_group
from homeintel.bridge.payload import as_object, load_json, says_online, text
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
        health_at: when Zigbee2MQTT last wrote `bridge/health`, in UTC; None for versions before 2.1.
        devices: devices, then groups; each address once.
        groups_read: whether `bridge/groups` could be read; if not, stored groups stay as they are.
        problems: what was odd.
    """

    base_topic: str
    online: bool | None = None
    version: str | None = None
    health_at: datetime | None = None
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
    state = retained.under(base_topic, "bridge/state")
    bridge = Bridge(base_topic, online=None if state is None else says_online(state))
    info = _optional(retained, bridge, "info")
    bridge.version = text(as_object(info).get("version"))
    bridge.health_at = _health_at(retained, base_topic)
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
            f"The payload of {topic} has {size:,} bytes; more than {LARGEST_PAYLOAD:,} are not read.",
            next_step="Look at what publishes to this topic: Zigbee2MQTT's own list of devices is far smaller.",
        )


def _optional(retained: Retained, bridge: Bridge, name: str) -> Any:  # noqa: ANN401 - anything JSON holds
    topic = f"{bridge.base_topic}/bridge/{name}"
    try:
        refuse_large(retained, topic)
        payload = retained.topics.get(topic)
        if payload is None:
            bridge.problems.append(Problem(topic, "", "is not retained"))
            return None
        return load_json(topic, payload)
    except PayloadError as error:
        bridge.problems.append(Problem(topic, "", error.happened, serious=True))
        return None


def _health_at(retained: Retained, base_topic: str) -> datetime | None:
    payload = retained.under(base_topic, "bridge/health")
    try:
        return None if payload is None else moment(as_object(json.loads(payload)).get("response_time"))
    except (ValueError, RecursionError):
        return None


def _devices(bridge: Bridge, elements: list[Any]) -> dict[str, Device]:
    topic = f"{bridge.base_topic}/bridge/devices"
    found: dict[str, Device] = {}
    known = Definitions()
    for position, element in enumerate(elements):
        if not isinstance(element, dict) or not text(element.get("ieee_address")):
            bridge.problems.append(
                Problem(topic, f"element {position + 1}", "has no ieee_address; left out", serious=True)
            )
            continue
        device = read_device(element, bridge.base_topic, known)
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
    """Add to the devices what other topics say of them."""
    bridge.devices = [
        replace(device, options=configured(device, info), available=_available(retained, device))
        for device in bridge.devices
    ]


def _available(retained: Retained, device: Device) -> bool | None:
    payload = retained.under(device.base_topic, device.friendly_name, "availability")
    return None if payload is None else says_online(payload)
