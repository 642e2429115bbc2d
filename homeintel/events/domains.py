"""Which of Home Assistant's domains are read, how their states are meant, and which attributes matter.

Domains and attributes: https://developers.home-assistant.io/docs/core/entity (2026.11).
"""

NUMERIC_DOMAINS = frozenset({"sensor", "number", "input_number", "counter"})
"""Domains whose states are numbers unless they are text."""

NEVER_READ = frozenset(
    {
        "assist_satellite", "calendar", "camera", "conversation", "geo_location", "image", "persistent_notification",
        "stt", "sun", "todo", "tts", "wake_word", "weather", "zone",
    }
)  # fmt: skip
"""Domains that say nothing of what people do in the home, some of them large."""

MOMENTS = {"event": "event_type", "scene": "", "button": "", "input_button": ""}
"""Domains whose state is the time of the last occurrence; with the attribute that says what occurred, if there is one."""

MOMENT_STATES = {"event": "fired", "scene": "activated", "button": "pressed", "input_button": "pressed"}
"""What `events.state` says of an occurrence without such an attribute."""

WORDS_AS_NUMBERS = {
    "on": 1.0, "locked": 1.0, "above_horizon": 1.0, "open": 1.0, "home": 1.0,
    "off": 0.0, "unlocked": 0.0, "below_horizon": 0.0, "closed": 0.0, "not_home": 0.0,
}  # fmt: skip
"""Home Assistant's `state_as_number`: InfluxDB holds these words with a numeric twin in `value`."""

NOT_AVAILABLE = ("unavailable", "unknown", "")
"""States that are none. The recorder writes an empty one when an entity is removed."""

ATTRIBUTES = frozenset(
    {
        "brightness", "color_mode", "color_temp_kelvin", "color_temp", "effect", "hs_color", "rgb_color", "xy_color",
        "white", "percentage", "preset_mode", "oscillating", "direction", "current_position", "current_tilt_position",
        "position", "temperature", "target_temp_high", "target_temp_low", "current_temperature", "humidity",
        "hvac_action", "fan_mode", "swing_mode", "swing_horizontal_mode", "mode", "volume_level", "is_volume_muted",
        "source", "sound_mode", "event_type", "last_triggered", "fan_speed", "tone", "away_mode", "running_away",
    }
)  # fmt: skip
"""Attributes that carry what a device was asked to do or did; others (icons, lists of options) never change."""

ATTRIBUTE_DOMAINS = frozenset(
    {
        "automation", "climate", "cover", "event", "fan", "humidifier", "light", "lock", "media_player", "script",
        "siren", "vacuum", "valve", "water_heater",
    }
)  # fmt: skip
"""Domains in which these attributes occur."""

TRUTHS = frozenset({"oscillating", "is_volume_muted", "away_mode", "running_away"})
"""Attributes that are true or false; InfluxDB holds them as 1 and 0."""


def number_text(value: float) -> str:
    """Return a number as states and attributes show it: without `.0`, never in exponents up to 1e15."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))
