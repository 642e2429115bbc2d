"""Why something can't be known or is thought unsupported, in words, and how to make it observable."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """One cause of `not_observable` or `unsupported`.

    Args:
        why: a sentence for the evidence.
        remedy: what makes it observable; empty where nothing does.
    """

    why: str
    remedy: str


REASONS: dict[str, Reason] = {
    "device_disabled": Reason(
        "The device is disabled in Zigbee2MQTT.", "Enable the device in Zigbee2MQTT, or remove it."
    ),
    "filtered": Reason(
        "The device's `filtered_attributes` keep this property out of its state.",
        "Take the property out of `filtered_attributes` in Zigbee2MQTT.",
    ),
    "configuration_unknown": Reason(
        "Zigbee2MQTT's configuration of the device was not read.",
        "Let homeintel read the retained topic `bridge/info`.",
    ),
    "entity_disabled": Reason(
        "Its entity is disabled in Home Assistant.", "Enable the entity in Home Assistant; from then on it is recorded. "
        "Or set `retain: true` for the device in Zigbee2MQTT: then a setting is seen once a night."
    ),
    "excluded": Reason(
        "The params file excludes its entity (`events.exclude_entities`).",
        "Take the entity out of `events.exclude_entities`.",
    ),
    "domain_silent": Reason(
        "The history holds nothing of any entity of this kind; it is probably filtered out where it is recorded.",
        "Look at `include` and `exclude` of Home Assistant's influxdb or recorder integration.",
    ),
    "no_history": Reason(
        "The history holds no event at all.", "Look at phase 2 of this night: its source gave nothing."
    ),
    "write_only": Reason(
        "The device can be told this but never reports it (write-only).", ""
    ),
    "press": Reason(
        "Button presses are device triggers in Home Assistant; they have no state and reach no history.",
        "Set `homeassistant.experimental_event_entities: true` in Zigbee2MQTT to record presses as event entities.",
    ),
    "button": Reason(
        "It is a button in Home Assistant: it has no state but the time of the last press, and none was recorded.", ""
    ),
    "no_control": Reason(
        "Home Assistant makes no entity of it (a composite, a list, or a setting inside a light or thermostat), so it has no history.",
        "Set `retain: true` for the device in Zigbee2MQTT: then it is seen once a night. It is set in Zigbee2MQTT's frontend.",
    ),
    "no_entity": Reason(
        "No Home Assistant entity is known for it.",
        "Turn on Zigbee2MQTT's Home Assistant integration, or give homeintel the entity registry.",
    ),
    "guessed": Reason(
        "The entity's id was guessed from names and the history knows nothing under it.",
        "Give homeintel the entity registry (`homeassistant.registry` or `homeassistant.url`).",
    ),
    "told_only": Reason(
        "The device tells it, and the history never recorded it: it is kept out, or has not changed since before the history begins.",
        "Look at `include` and `exclude` of Home Assistant's influxdb or recorder integration.",
    ),
    "told_null": Reason(
        "Zigbee2MQTT announces it, and the device has never told a value (null in its retained state).", ""
    ),
    "no_state": Reason(
        "Home Assistant never had a state for it while the device's other entities had one.", ""
    ),
    "not_recorded": Reason(
        "Home Assistant restarted and wrote everything of this device again but this: it has no state, or is kept out of the history.",
        "Look at the entity in Home Assistant: does it have a state? If so, look at `include` and `exclude` of the influxdb integration.",
    ),
    "perhaps_renamed": Reason(
        "Nothing is recorded under the id that discovery proposes, while other entities of this kind that fit are; it may be renamed.",
        "Give homeintel the entity registry (`homeassistant.registry` or `homeassistant.url`), which knows renamed ids.",
    ),
}  # fmt: skip
"""By code, as it stands in the evidence."""
