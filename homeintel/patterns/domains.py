"""What an entity is, by its domain: who can act on it, which of its states a person can cause."""

ACTUATOR_DOMAINS = frozenset(
    {
        "light",
        "switch",
        "cover",
        "lock",
        "fan",
        "climate",
        "media_player",
        "vacuum",
        "humidifier",
        "water_heater",
        "valve",
        "siren",
        "input_boolean",
        "input_select",
        "select",
        "lawn_mower",
        "alarm_control_panel",
    }
)
"""Domains whose state a person sets. Source: Home Assistant's entity documentation."""

TRIGGER_DOMAINS = ACTUATOR_DOMAINS | {"binary_sensor", "person", "device_tracker", "sensor"}
"""Domains whose change a person can react to."""

PASSING_STATES = frozenset(
    {
        "opening",
        "closing",
        "locking",
        "unlocking",
        "arming",
        "pending",
        "buffering",
        "jammed",
        "returning",
        "error",
        "unknown",
        "unavailable",
        "idle",
        "standby",
    }
)
"""States a thing passes through or falls into by itself: nobody's action."""

MOTION_WORDS = frozenset({"motion", "occupancy", "presence", "pir", "moving", "vibration"})
"""Words in the name or property of a sensor whose `off` is a timer's doing, not a person's."""


MOST_PER_DAY = 48.0
"""What is done more often than every half hour is no habit."""


def domain(entity_id: str) -> str:
    """Return the part before the first point."""
    return entity_id.partition(".")[0]


def is_action(entity_id: str, state: str) -> bool:
    """Return whether a person can have brought the entity into the state on purpose."""
    return domain(entity_id) in ACTUATOR_DOMAINS and state not in PASSING_STATES


def is_motion(entity_id: str, property_name: str | None = None) -> bool:
    """Return whether the entity senses people moving, by its Zigbee2MQTT property or else by its name."""
    if domain(entity_id) != "binary_sensor":
        return False
    if property_name:
        return property_name.lower() in MOTION_WORDS
    return not MOTION_WORDS.isdisjoint(entity_id.partition(".")[2].lower().split("_"))


def is_trigger(entity_id: str, state: str, property_name: str | None = None) -> bool:
    """Return whether a person can react to the entity entering the state."""
    if domain(entity_id) not in TRIGGER_DOMAINS or state in PASSING_STATES:
        return False
    return not (state == "off" and is_motion(entity_id, property_name))


def is_presence_evidence(entity_id: str, property_name: str | None = None) -> bool:
    """Return whether a change of the entity usually means that somebody is at home."""
    return domain(entity_id) in ACTUATOR_DOMAINS | {"binary_sensor"} and property_name not in {"battery_low", "tamper"}
