"""Everything a Zigbee2MQTT broker keeps for a simulated house: topic -> payload."""

import json
from typing import Any

from homeintel.simulate.discovery_specific import light_payload
from homeintel.simulate.layout import BASE_TOPIC, COORDINATOR, Layout, SimulatedDevice, SimulatedEntity
from homeintel.simulate.naming import default_entity_id
from homeintel.simulate.options import set_options
from homeintel.simulate.randomness import Stream, generator

__all__ = ["bridge_topics", "retained_topics"]

VERSION = "2.14.1"
GROUP_ID = 1
GROUP_NODE = f"1221051039810110150109113116116_{GROUP_ID}"  # Zigbee2MQTT encodes its base topic in the node id
ORIGIN = {"name": "Zigbee2MQTT", "sw": VERSION, "url": "https://www.zigbee2mqtt.io"}
BOUND = {"genPowerCfg", "genOnOff", "msTemperatureMeasurement", "msRelativeHumidity", "haElectricalMeasurement"}


def retained_topics(layout: Layout, seed: int, offline: frozenset[str] = frozenset()) -> dict[str, str]:
    """Return every retained topic; devices whose address is in `offline` are said to be offline."""
    topics = bridge_topics(layout, seed)
    for device in layout.devices:
        if not device.disabled:
            state = "offline" if device.ieee_address in offline else "online"
            topics[f"{device.topic}/availability"] = _json({"state": state})
    topics[f"{BASE_TOPIC}/{layout.group_name}/availability"] = _json({"state": "online"})
    for entity in layout.entities:
        topics[_config_topic(entity)] = _json(_config(entity))
    if layout.group_members:
        topics[f"homeassistant/light/{GROUP_NODE}/light/config"] = _json(_group_config(layout))
    return topics


def bridge_topics(layout: Layout, seed: int) -> dict[str, str]:
    """Return the retained topics below `zigbee2mqtt/bridge`."""
    rng = generator(seed, Stream.RETAINED)
    messages = rng.integers(200, 9000, size=len(layout.devices))
    health = {
        device.ieee_address: {
            "messages": int(count),
            "messages_per_sec": round(int(count) / 86400, 4),
            "leave_count": 0,
            "network_address_changes": 0,
        }
        for device, count in zip(layout.devices, messages, strict=True)
    }
    process = {"uptime_sec": 86400, "memory_used_mb": 292.5, "memory_percent": 1.2}
    mqtt = {"connected": True, "queued": 0, "published": int(messages.sum()), "received": 41}
    return {
        f"{BASE_TOPIC}/bridge/state": _json({"state": "online"}),
        f"{BASE_TOPIC}/bridge/info": _json(_info(layout, set_options(layout, seed))),
        f"{BASE_TOPIC}/bridge/devices": _json([_coordinator(), *(_device(device) for device in layout.devices)]),
        f"{BASE_TOPIC}/bridge/groups": _json(_groups(layout)),
        f"{BASE_TOPIC}/bridge/health": _json({"process": process, "mqtt": mqtt, "devices": health}),
    }


def _json(value: Any) -> str:  # noqa: ANN401 - anything JSON holds
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _coordinator() -> dict[str, Any]:
    return {
        "disabled": False,
        "endpoints": {
            "1": _endpoint({"clusters": {"input": ["genBasic", "genOnOff", "genTime"], "output": ["ssIasZone"]}})
        },
        "friendly_name": "Coordinator",
        "ieee_address": COORDINATOR,
        "interview_completed": True,
        "interview_state": "SUCCESSFUL",
        "interviewing": False,
        "network_address": 0,
        "supported": True,
        "type": "Coordinator",
    }


def _device(device: SimulatedDevice) -> dict[str, Any]:
    """Return the device's element of `bridge/devices`, keys in Zigbee2MQTT's (alphabetical) order."""
    model = device.model
    definition = {key: model[key] for key in ("description", "exposes", "model", "options", "supports_ota", "vendor")}
    definition |= {"source": "native" if device.supported else "generated", "version": "0.0.0"}
    return {
        "date_code": "20190311",
        "definition": definition,
        "disabled": device.disabled,
        "endpoints": {number: _endpoint(endpoint) for number, endpoint in model["endpoints"].items()},
        "friendly_name": device.friendly_name,
        "ieee_address": device.ieee_address,
        "interview_completed": True,
        "interview_state": "SUCCESSFUL",
        "interviewing": False,
        "manufacturer": model["manufacturer"],
        "model_id": model["model_id"],
        "network_address": int(device.ieee_address[-4:], 16),
        "power_source": model["power_source"],
        "supported": device.supported,
        "type": model["type"],
    }


def _endpoint(endpoint: dict[str, Any]) -> dict[str, Any]:
    target = {"endpoint": 1, "ieee_address": COORDINATOR, "type": "endpoint"}
    bound = [cluster for cluster in endpoint["clusters"]["input"] if cluster in BOUND]
    bindings = [{"cluster": cluster, "target": target} for cluster in bound]
    return {**endpoint, "bindings": bindings, "configured_reportings": [], "scenes": []}


def _groups(layout: Layout) -> list[dict[str, Any]]:
    members = [{"endpoint": 1, "ieee_address": device.ieee_address} for device in layout.group_members]
    return [
        {"friendly_name": "default_bind_group", "id": 901, "members": [], "scenes": []},
        {"friendly_name": layout.group_name, "id": GROUP_ID, "members": members, "scenes": []},
    ]


def _info(layout: Layout, options: dict[str, dict[str, Any]]) -> dict[str, Any]:
    devices = {
        device.ieee_address: {"friendly_name": device.friendly_name, **options.get(device.ieee_address, {})}
        | ({"disabled": True} if device.disabled else {})
        for device in layout.devices
    }
    return {
        "version": VERSION,
        "commit": "3c3d8c1a",
        "coordinator": {"ieee_address": COORDINATOR, "meta": {"revision": "7.4.4 [GA]"}, "type": "EmberZNet"},
        "log_level": "info",
        "network": {"channel": 15, "extended_pan_id": "0xdddddddddddddd01", "pan_id": 6754},
        "permit_join": False,
        "restart_required": False,
        "zigbee_herdsman": {"version": "10.9.2"},
        "zigbee_herdsman_converters": {"version": "26.105.0"},
        "config": {
            "advanced": {"last_seen": "disable", "log_level": "info", "output": "json"},
            "availability": {"active": {"timeout": 10}, "enabled": True, "passive": {"timeout": 1500}},
            "device_options": {},
            "devices": devices,
            "groups": {str(GROUP_ID): {"friendly_name": layout.group_name}},
            "health": {"interval": 10, "reset_on_check": False},
            "homeassistant": {
                "discovery_topic": "homeassistant",
                "enabled": True,
                "experimental_event_entities": False,
                "legacy_action_sensor": False,
            },
            "mqtt": {"base_topic": BASE_TOPIC, "force_disable_retain": False, "version": 5},
            "version": 5,
        },
    }


def _config_topic(entity: SimulatedEntity) -> str:
    return f"homeassistant/{entity.component}/{entity.device.ieee_address}/{entity.object_id}/config"


def _config(entity: SimulatedEntity) -> dict[str, Any]:
    device, model = entity.device, entity.device.model
    default = default_entity_id(entity.component, device.friendly_name, entity.object_id)
    payload = _shared(default, device.topic) | entity.payload
    payload["unique_id"] = entity.unique_id
    payload["device"] = {
        "identifiers": [f"zigbee2mqtt_{device.ieee_address}"],
        "manufacturer": model["vendor"],
        "model": model["description"],
        "model_id": model["model"],
        "name": device.friendly_name,
        "via_device": f"zigbee2mqtt_bridge_{COORDINATOR}",
    }
    if entity.component == "update":
        payload["payload_install"] = f'{{"id": "{device.ieee_address}"}}'
    return dict(sorted(payload.items()))


def _shared(default: str, topic: str) -> dict[str, Any]:
    reachable = [f"{BASE_TOPIC}/bridge/state", f"{topic}/availability"]
    return {
        "availability": [{"topic": name, "value_template": "{{ value_json.state }}"} for name in reachable],
        "availability_mode": "all",
        "default_entity_id": default,
        "object_id": default.partition(".")[2],
        "origin": ORIGIN,
    }


def _group_config(layout: Layout) -> dict[str, Any]:
    topic = f"{BASE_TOPIC}/{layout.group_name}"
    first = next(expose for expose in layout.group_members[0].model["exposes"] if expose["type"] == "light")
    features = {feature["name"]: feature for feature in first["features"]}
    payload = _shared(default_entity_id("light", layout.group_name, "light"), topic)
    payload |= light_payload(features, [], topic)
    payload |= {
        "name": None,
        "group": [f"{device.ieee_address}_light_{BASE_TOPIC}" for device in layout.group_members],
        "unique_id": f"{GROUP_ID}_light_{BASE_TOPIC}",
        "device": {
            "identifiers": [f"zigbee2mqtt_{GROUP_NODE}"],
            "manufacturer": "Zigbee2MQTT",
            "model": "Group",
            "name": layout.group_name,
            "via_device": f"zigbee2mqtt_bridge_{COORDINATOR}",
        },
    }
    return dict(sorted(payload.items()))
