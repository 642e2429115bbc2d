"""How a feature is switched on: the MQTT messages, and Home Assistant's action where it has one."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from homeintel.suggestions.names import Names

Opportunity = Mapping[str, Any]


def payload(opportunities: Sequence[Opportunity], names: Names) -> dict[str, Any]:
    """Return a suggestion's `action_payload`: one step for each value of a feature, for all devices that take it.

    Args:
        opportunities: of one feature; see `homeintel.features.opportunities.rank_opportunities`.
        names: tells what devices are called, and their base topics.

    Returns:
        `{"steps": [{"messages": [{"topics": [...], "payload": {...}}], "action": {...} or None}]}`; the action is an
        alternative to the messages.
    """
    return {"steps": [_step(one, names) for one in opportunities]}


def payload_for(opportunity: Opportunity, names: Names, addresses: Collection[str]) -> dict[str, Any]:
    """Return the same for some of the feature's devices only; without an action, which would be for all of them.

    Args:
        opportunity: one feature with one value.
        names: see `payload`.
        addresses: the devices.
    """
    return {"steps": [{"messages": _messages(opportunity, names, addresses), "action": None}]}


def _step(opportunity: Opportunity, names: Names) -> dict[str, Any]:
    action = opportunity["action"]
    return {
        "messages": _messages(opportunity, names, opportunity["ieee_addresses"]),
        "action": action if isinstance(action, dict) else None,
    }


def _messages(opportunity: Opportunity, names: Names, addresses: Collection[str]) -> list[dict[str, Any]]:
    """Return topics with their payload.

    Options of Zigbee2MQTT go to the bridge, which wants the device's name beside them.
    Source: https://www.zigbee2mqtt.io/guide/usage/mqtt_topics_and_messages.html, bridge/request/device/options.
    """
    wanted = [address for address in opportunity["ieee_addresses"] if address in set(addresses)]
    topics, called = list(opportunity["topics"]), list(opportunity["friendly_names"])
    by_address = dict(zip(opportunity["ieee_addresses"], called, strict=True))
    if opportunity["origin"] != "option":
        own = dict(zip(opportunity["ieee_addresses"], topics, strict=True))
        return [{"topics": [own[address] for address in wanted], "payload": dict(opportunity["payload"])}]
    return [
        {
            "topics": [_options_topic(topics, names.base.get(address, ""))],
            "payload": {"id": by_address[address], "options": dict(opportunity["payload"])},
        }
        for address in wanted
    ]


def _options_topic(topics: Sequence[str], base: str) -> str:
    return next((topic for topic in topics if topic.startswith(f"{base}/")), topics[0])
