"""Home Assistant's MQTT discovery: one message for the device, or one an entity for Home Assistant before 2024.12.

Format: https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery (device discovery since 2024.12;
`default_entity_id` since 2025.10, `object_id` before).
"""

from collections.abc import Sequence
from typing import Any

from homeintel import __version__
from homeintel.publish.entities import Component
from homeintel.publish.message import Message, to_json
from homeintel.publish.topics import Topics

ORIGIN = {"name": "homeintel", "sw_version": __version__}


def discovery_messages(
    topics: Topics, home: str, components: Sequence[Component], *, per_entity: bool, report_url: str | None = None
) -> list[Message]:
    """Return the retained messages that make Home Assistant know the device and its entities.

    Args:
        topics: the home's topics.
        home: its name, as people wrote it.
        components: the entities.
        per_entity: one message an entity, in the words of Home Assistant 2024.3; else one for the device.
        report_url: where a person reads the reports; None: the device has no link.
    """
    device: dict[str, Any] = {
        "identifiers": [topics.identifier],
        "name": f"Home Intel {home}",
        "manufacturer": "homeintel",
        "sw_version": __version__,
    }
    if report_url:
        device["configuration_url"] = report_url
    if per_entity:
        return [_entity_message(topics, device, component) for component in components]
    payload = {
        "device": device,
        "origin": ORIGIN,
        "components": {component.key: _device_component(topics, component) for component in components},
    }
    return [Message(topics.device, to_json(payload))]


def discovery_topics(topics: Topics, components: Sequence[Component]) -> list[str]:
    """Return every discovery topic the home may have used, in both forms."""
    return [topics.device, *(topics.entity(component.platform, component.key) for component in components)]


def _device_component(topics: Topics, component: Component) -> dict[str, Any]:
    return {
        "platform": component.platform,
        "unique_id": f"{topics.identifier}_{component.key}",
        "default_entity_id": f"{component.platform}.{_object_id(topics, component)}",
        **component.config,
    }


def _entity_message(topics: Topics, device: dict[str, Any], component: Component) -> Message:
    payload = {
        "unique_id": f"{topics.identifier}_{component.key}",
        "object_id": _object_id(topics, component),
        **component.config,
        "device": device,
        "origin": ORIGIN,
    }
    return Message(topics.entity(component.platform, component.key), to_json(payload))


def _object_id(topics: Topics, component: Component) -> str:
    return f"{topics.identifier}_{component.key}".replace("-", "_").lower()
