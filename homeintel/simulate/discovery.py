"""Home Assistant discovery payloads as Zigbee2MQTT 2.x writes them, one entity an expose.

Source: https://www.zigbee2mqtt.io/guide/usage/integrations/home_assistant.html and payloads of a running 2.14.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from homeintel.simulate.discovery_specific import specific_entities
from homeintel.simulate.models import entity_facts

__all__ = ["DiscoveredEntity", "device_entities"]

SPECIFIC = frozenset({"light", "switch", "cover", "lock", "climate", "fan"})


@dataclass(frozen=True)
class DiscoveredEntity:
    """One entity of a device: what its discovery topic and payload say, without the parts all entities share."""

    component: str
    object_id: str
    property_name: str | None
    payload: dict[str, Any]


def device_entities(model: dict[str, Any], topic: str) -> Iterator[DiscoveredEntity]:
    """Yield the entities Zigbee2MQTT announces for a device of `model` whose state topic is `topic`."""
    for expose in model["exposes"]:
        if expose["type"] in SPECIFIC:
            for component, object_id, prop, payload in specific_entities(expose, model, topic):
                yield DiscoveredEntity(component, object_id, prop, payload)
            if expose["type"] == "climate":
                yield from _climate_extras(expose, topic)
        else:
            entity = _generic(expose, topic)
            if entity is not None:
                yield entity
    if model["supports_ota"]:
        yield DiscoveredEntity("update", "update", None, _update(topic))


def _climate_extras(expose: dict[str, Any], topic: str) -> Iterator[DiscoveredEntity]:
    for feature in expose["features"]:
        if feature["name"] in {"local_temperature", "local_temperature_calibration", "pi_heating_demand"}:
            entity = _generic(feature, topic)
            if entity is not None:
                entity.payload.pop("enabled_by_default", None)
                yield entity


def _generic(expose: dict[str, Any], topic: str) -> DiscoveredEntity | None:
    """Return the entity of a generic expose, None for what Home Assistant gets no entity for."""
    kind, settable = expose["type"], bool(expose.get("access", 0) & 2)
    readable = bool(expose.get("access", 0) & 1)
    if expose["name"] == "warning":
        return DiscoveredEntity("siren", "siren", expose["property"], _siren(topic))
    if expose["name"] == "action" or (kind in {"composite", "list"} and not readable):
        return None
    simple = {"numeric": _numeric, "enum": _enum, "binary": _binary}
    if kind in simple:
        return simple[kind](expose, topic, settable=settable)
    return _entity("text", expose, topic, {}) if kind == "text" and settable else _long_text(expose, topic)


def _numeric(expose: dict[str, Any], topic: str, *, settable: bool) -> DiscoveredEntity:
    payload: dict[str, Any] = {"unit_of_measurement": expose["unit"]} if "unit" in expose else {}
    if not settable:
        return _entity("sensor", expose, topic, {"enabled_by_default": True, **payload})
    limits = {"min": "value_min", "max": "value_max", "step": "value_step"}
    payload.update({key: expose[value] for key, value in limits.items() if value in expose})
    return _entity("number", expose, topic, payload)


def _enum(expose: dict[str, Any], topic: str, *, settable: bool) -> DiscoveredEntity:
    if settable and len(expose["values"]) == 1:
        return _entity("button", expose, topic, {"payload_press": str(expose["values"][0])})
    if settable:
        return _entity("select", expose, topic, {"options": [str(value) for value in expose["values"]]})
    return _entity("sensor", expose, topic, {})


def _binary(expose: dict[str, Any], topic: str, *, settable: bool) -> DiscoveredEntity:
    on, off = expose["value_on"], expose["value_off"]
    if not settable:
        payload = {"payload_on": on, "payload_off": off}
        if expose["name"] == "contact":  # Home Assistant's door is on when open; the entity takes the device's name
            payload["name"] = None
        return _entity("binary_sensor", expose, topic, payload)
    if isinstance(on, bool):
        prop = expose["property"]
        template = f'{{% if value_json["{prop}"] %}}true{{% else %}}false{{% endif %}}'
        return _entity(
            "switch", expose, topic, {"payload_on": "true", "payload_off": "false", "value_template": template}
        )
    return _entity("switch", expose, topic, {"payload_on": on, "payload_off": off})


def _entity(component: str, expose: dict[str, Any], topic: str, extra: dict[str, Any]) -> DiscoveredEntity:
    """Return the entity of `expose` with name, category, template, topics and the facts known by its name."""
    prop, access = expose["property"], expose.get("access", 0)
    facts = dict(entity_facts().get(component, {}).get(expose["name"], {}))
    payload: dict[str, Any] = {}
    if "device_class" not in facts:
        label, endpoint = expose["label"], expose.get("endpoint")
        payload["name"] = f"{label} {endpoint}" if endpoint else label
    if "category" in expose:
        payload["entity_category"] = expose["category"]
    if access & 1:
        payload |= {"state_topic": topic, "value_template": f'{{{{ value_json["{prop}"] }}}}'}
    if access & 2 and component != "sensor":
        payload["command_topic"] = f"{topic}/set/{prop}"
    object_id = f"switch_{prop}" if component == "switch" else prop
    return DiscoveredEntity(component, object_id, prop, payload | extra | facts)


def _long_text(expose: dict[str, Any], topic: str) -> DiscoveredEntity:
    prop = expose["property"]
    template = f"{{{{ value_json[\"{prop}\"] | default('',True) | string | truncate(254, True, '', 0) }}}}"
    return _entity("sensor", expose, topic, {"value_template": template})


def _siren(topic: str) -> dict[str, Any]:
    return {
        "name": None,
        "available_tones": ["emergency"],
        "command_topic": f"{topic}/set",
        "command_template": '{"warning": {"mode": "{{ tone | default(\'emergency\') }}", "duration": {{ duration | default(10) }}}}',
        "command_off_template": '{"warning": {"mode": "stop"}}',
        "optimistic": True,
        "support_duration": True,
    }


def _update(topic: str) -> dict[str, Any]:
    return {
        "name": None,
        "command_topic": "zigbee2mqtt/bridge/request/device/ota_update/update",
        "device_class": "firmware",
        "entity_category": "config",
        "entity_picture": "https://github.com/Koenkk/zigbee2mqtt/raw/master/images/logo.png",
        "state_topic": topic,
        "value_template": "{\"latest_version\":\"{{ value_json['update']['latest_version'] }}\","
        "\"installed_version\":\"{{ value_json['update']['installed_version'] }}\"}",
    }
