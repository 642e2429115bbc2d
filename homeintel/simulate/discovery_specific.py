"""Discovery payloads of lights, switches, covers, locks, thermostats and fans."""

from collections.abc import Callable, Iterator
from typing import Any

__all__ = ["light_payload", "specific_entities"]

Payload = dict[str, Any]

# Templates a running Zigbee2MQTT 2.14 writes, to the letter: a reader of payloads must cope with them.
BOSCH_STATE = (
    "{% set values = {'schedule':'auto','manual':'heat','pause':'off'} %}{% set value = value_json.operating_mode %}"
    "{{ values[value] if value in values.keys() else 'off' }}"
)
BOSCH_COMMAND = (
    "{% set values = { 'auto':'schedule','heat':'manual','off':'pause'} %}"
    '{"operating_mode": "{{ values[value] if value in values.keys() else \'pause\' }}"}'
)
MOVING_COVER = (
    '{% if "position" in value_json and value_json["position"] == 0 and "state" in value_json '
    'and value_json["state"] == "CLOSE" %}CLOSE{% elif "motor_state" in value_json '
    'and value_json["motor_state"] == "opening" %}opening{% elif "motor_state" in value_json '
    'and value_json["motor_state"] == "closing" %}closing{% elif "state" in value_json '
    'and value_json["state"] == "OPEN" %}OPEN{% else %}stopped{% endif %}'
)


def specific_entities(expose: Payload, model: Payload, topic: str) -> Iterator[tuple[str, str, str, Payload]]:
    """Yield (component, object id, main property, payload) of one specific expose; always exactly one."""
    kind, endpoint = expose["type"], expose.get("endpoint")
    features = {feature["name"]: feature for feature in expose["features"]}
    main = "occupied_heating_setpoint" if kind == "climate" else features["state"]["property"]
    object_id = f"{kind}_{endpoint}" if endpoint else kind
    payload: Payload = {"name": endpoint.capitalize() if endpoint else None}
    payload |= BUILDERS[kind](features, model, topic)
    if endpoint:
        payload["command_topic"] = f"{topic}/{endpoint}/set"
    yield kind, object_id, main, payload


def light_payload(features: Payload, effects: list[str], topic: str) -> Payload:
    """Return a light's payload for Home Assistant's `json` schema."""
    modes = ["xy"] if {"color_xy", "color_hs"} & features.keys() else []
    payload: Payload = {"schema": "json", "state_topic": topic, "command_topic": f"{topic}/set"}
    if "brightness" in features:
        payload |= {"brightness": True, "brightness_scale": 254}
    if "color_temp" in features:
        modes.append("color_temp")
        payload |= {
            "min_mireds": features["color_temp"]["value_min"],
            "max_mireds": features["color_temp"]["value_max"],
        }
    payload["supported_color_modes"] = modes or ["brightness"]
    return payload | ({"effect": True, "effect_list": effects} if effects else {})


def _light(features: Payload, model: Payload, topic: str) -> Payload:
    effects: list[str] = next((e["values"] for e in model["exposes"] if e.get("name") == "effect"), [])
    return light_payload(features, effects, topic)


def _switch(features: Payload, _model: Payload, topic: str) -> Payload:
    state = features["state"]
    return {
        "state_topic": topic,
        "command_topic": f"{topic}/set",
        "value_template": _value(state["property"]),
        "payload_on": state["value_on"],
        "payload_off": state["value_off"],
    }


def _cover(features: Payload, model: Payload, topic: str) -> Payload:
    payload: Payload = {
        "state_topic": topic,
        "command_topic": f"{topic}/set",
        "value_template": _value("state"),
        "state_open": "OPEN",
        "state_closed": "CLOSE",
        "state_stopped": "STOP",
    }
    if "position" in features:
        payload |= {
            "position_topic": topic,
            "position_template": _value("position"),
            "set_position_topic": f"{topic}/set",
            "set_position_template": '{ "position": {{ position }} }',
        }
    if any(expose.get("name") == "motor_state" for expose in model["exposes"]):
        payload |= {"state_stopped": "stopped", "state_opening": "opening", "state_closing": "closing"}
        payload["value_template"] = MOVING_COVER
    return payload


def _lock(features: Payload, _model: Payload, topic: str) -> Payload:
    return {
        "state_topic": topic,
        "command_topic": f"{topic}/set",
        "value_template": _value(features["state"]["property"]),
        "state_locked": "LOCK",
        "state_unlocked": "UNLOCK",
    }


def _climate(features: Payload, model: Payload, topic: str) -> Payload:
    setpoint = features["occupied_heating_setpoint"]
    actions = "{% set values = {None:None,'idle':'idle','heat':'heating','cool':'cooling','fan_only':'fan'} %}"
    bosch = any(expose.get("name") == "operating_mode" for expose in model["exposes"])
    payload = {
        "action_topic": topic,
        "action_template": actions + '{{ values[value_json["running_state"]] }}',
        "current_temperature_topic": topic,
        "current_temperature_template": _value("local_temperature"),
        "max_temp": str(setpoint["value_max"]),
        "min_temp": str(setpoint["value_min"]),
        "modes": ["off", "heat", "auto"] if bosch else features["system_mode"]["values"],
        "mode_state_topic": topic,
        "mode_state_template": BOSCH_STATE if bosch else _value("system_mode"),
        "mode_command_topic": f"{topic}/set" if bosch else f"{topic}/set/system_mode",
        "temp_step": setpoint["value_step"],
        "temperature_state_topic": topic,
        "temperature_state_template": _value("occupied_heating_setpoint"),
        "temperature_command_topic": f"{topic}/set/occupied_heating_setpoint",
        "temperature_unit": "C",
    }
    return payload | ({"mode_command_template": BOSCH_COMMAND} if bosch else {})


def _fan(features: Payload, _model: Payload, topic: str) -> Payload:
    speeds = [value for value in features["mode"]["values"] if value not in {"auto", "on"}]
    by_name = ", ".join(f"'{value}':{number}" for number, value in enumerate(speeds))
    by_number = ", ".join(f"{number}:'{value}'" for number, value in enumerate(speeds))
    mode = 'value_json["fan_mode"]'
    return {
        "state_topic": topic,
        "state_value_template": "{{ value_json.fan_state }}",
        "command_topic": f"{topic}/set/fan_state",
        "percentage_state_topic": topic,
        "percentage_value_template": f"{{{{ {{{by_name}}}[{mode}] | default('None') }}}}",
        "percentage_command_topic": f"{topic}/set/fan_mode",
        "percentage_command_template": f"{{{{ {{{by_number}}}[value] | default('') }}}}",
        "speed_range_min": 1,
        "speed_range_max": len(speeds) - 1,
        "preset_modes": ["auto"],
        "preset_mode_state_topic": topic,
        "preset_mode_value_template": f"{{{{ {mode} if {mode} in ['auto'] else 'None' | default('None') }}}}",
        "preset_mode_command_topic": f"{topic}/set/fan_mode",
    }


def _value(prop: str) -> str:
    return f'{{{{ value_json["{prop}"] }}}}'


BUILDERS: dict[str, Callable[[Payload, Payload, str], Payload]] = {
    "light": _light,
    "switch": _switch,
    "cover": _cover,
    "lock": _lock,
    "climate": _climate,
    "fan": _fan,
}
