"""What Home Assistant does with discovery, written from its documentation; only what a test needs of it.

https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery, https://www.home-assistant.io/integrations/sensor.mqtt/,
.../binary_sensor.mqtt/, .../button.mqtt/. Templates are Jinja2; `value_json` is not defined for a payload that is not JSON.
"""

import contextlib
import json
from typing import Any

import jinja2
import jsonschema

_TEXT = {"type": "string", "minLength": 1}
_SUBSCRIBE = {"type": "string", "pattern": r"^[^#+\x00]+$", "maxLength": 65535}
_AVAILABILITY = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["topic"],
        "properties": {"topic": _SUBSCRIBE, "value_template": _TEXT, "payload_available": _TEXT},
        "additionalProperties": False,
    },
}
_COMMON = {
    "unique_id": _TEXT,
    "name": _TEXT,
    "default_entity_id": {"type": "string", "pattern": r"^[a-z_]+\.[a-z0-9_]+$"},
    "object_id": {"type": "string", "pattern": r"^[a-z0-9_]+$"},
    "icon": {"type": "string", "pattern": "^mdi:[a-z-]+$"},
    "entity_category": {"enum": ["config", "diagnostic"]},
    "availability": _AVAILABILITY,
    "availability_mode": {"enum": ["all", "any", "latest"]},
    "json_attributes_topic": _SUBSCRIBE,
    "json_attributes_template": _TEXT,
    "qos": {"enum": [0, 1, 2]},
}
_STATE = {"state_topic": _SUBSCRIBE, "value_template": _TEXT, "expire_after": {"type": "integer", "minimum": 1}}
_OF_PLATFORM: dict[str, dict[str, Any]] = {
    "sensor": {
        "required": ["state_topic"],
        "properties": {
            **_STATE,
            "device_class": {"enum": ["timestamp", "duration", "enum"]},
            "state_class": {"enum": ["measurement"]},
            "unit_of_measurement": _TEXT,
            "options": {"type": "array", "minItems": 1},
        },
        "if": {"properties": {"device_class": {"const": "enum"}}, "required": ["device_class"]},
        "then": {"required": ["options"], "not": {"anyOf": [{"required": ["state_class"]}, {"required": ["unit_of_measurement"]}]}},
        "else": {"not": {"required": ["options"]}},
    },
    "binary_sensor": {"required": ["state_topic"], "properties": {**_STATE, "device_class": {"const": "problem"}}},
    "button": {
        "required": ["command_topic"],
        "properties": {"command_topic": _SUBSCRIBE, "payload_press": _TEXT, "retain": {"type": "boolean"}},
    },
}  # fmt: skip
DEVICE = {
    "type": "object",
    "required": ["identifiers"],
    "properties": {
        "identifiers": {"type": "array", "minItems": 1, "items": _TEXT},
        "name": _TEXT, "manufacturer": _TEXT, "sw_version": _TEXT,
        "configuration_url": {"type": "string", "pattern": "^(https?|homeassistant)://"},
    },
    "additionalProperties": False,
}  # fmt: skip
ORIGIN = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": _TEXT, "sw_version": _TEXT, "support_url": _TEXT},
    "additionalProperties": False,
}


def check_component(platform: str, config: dict[str, Any], *, besides: tuple[str, ...] = ()) -> None:
    """Raise where Home Assistant would refuse, or silently drop, a key of an entity's discovery but those `besides`."""
    own = _OF_PLATFORM[platform]
    schema = {
        "type": "object",
        **own,
        "required": ["unique_id", "name", *own["required"]],
        "properties": {**_COMMON, **own["properties"], **{key: {} for key in besides}},
        "additionalProperties": False,
    }
    jsonschema.validate(config, schema)


def render(template: str, payload: str) -> str:
    """Render a value template for a message."""
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False)
    environment.filters["tojson"] = lambda value: json.dumps(value, ensure_ascii=False)
    variables: dict[str, Any] = {"value": payload}
    with contextlib.suppress(ValueError):
        variables["value_json"] = json.loads(payload)
    return environment.from_string(template).render(variables)


class Entities:
    """The entities of a broker's retained messages: their state, attributes and availability."""

    def __init__(self, retained: dict[str, str], configs: dict[str, dict[str, Any]]) -> None:
        self._retained = retained
        self.configs = configs

    @classmethod
    def discovered(cls, retained: dict[str, str], prefix: str = "homeassistant") -> "Entities":
        """Read device and per-entity discovery; the key is `platform.key`."""
        configs: dict[str, dict[str, Any]] = {}
        for topic, payload in retained.items():
            levels = topic.removeprefix(f"{prefix}/").split("/")
            if not topic.startswith(f"{prefix}/") or levels[-1] != "config" or not payload:
                continue
            said = json.loads(payload)
            if levels[0] == "device":
                configs |= {f"{one['platform']}.{key}": one for key, one in said["components"].items()}
            else:
                configs[f"{levels[0]}.{levels[-2]}"] = said
        return cls(retained, configs)

    def available(self, key: str) -> bool:
        config = self.configs[key]
        listed = config.get("availability", [])
        if listed:
            assert config["availability_mode"] == "all"
        said = [(one, self._retained.get(one["topic"])) for one in listed]
        return all(payload is not None and render(one["value_template"], payload) == "online" for one, payload in said)

    def state(self, key: str) -> str:
        config = self.configs[key]
        payload = self._retained.get(config["state_topic"])
        return "unknown" if payload is None else render(config["value_template"], payload)

    def attributes(self, key: str) -> dict[str, Any]:
        config = self.configs[key]
        payload = self._retained[config["json_attributes_topic"]]
        template = config.get("json_attributes_template")
        shown: dict[str, Any] = json.loads(render(template, payload) if template else payload)
        return shown
