"""The entities that show the last night in Home Assistant, as data.

Format: https://www.home-assistant.io/integrations/sensor.mqtt/ and .../binary_sensor.mqtt/.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from homeintel.publish.topics import Topics

EXPIRE_AFTER_SECONDS = 26 * 3600
"""A night's states hold a little over a day (25 hours when clocks go back): a night that didn't happen shows."""


@dataclass(frozen=True)
class Component:
    """One entity of the device.

    Args:
        key: names it in the device; its unique id is `<identifier>_<key>`, so it never changes.
        platform: Home Assistant's component, such as `sensor`.
        config: its discovery keys but for the unique id.
    """

    key: str
    platform: str
    config: Mapping[str, Any] = field(default_factory=dict)


def night_components(topics: Topics) -> list[Component]:
    """Return the entities of the last night: when it ran, how it ended, and its figures."""
    last_run = {
        "name": "Last run",
        "device_class": "timestamp",
        "state_topic": topics.run,
        "value_template": "{{ value_json.finished_at }}",
        "json_attributes_topic": topics.run,
    }
    shown = [
        Component("last_run", "sensor", last_run),
        _state(topics, "status", "Status", device_class="enum", options=["succeeded", "partial", "failed"]),
        _problem(topics),
        _state(topics, "duration_seconds", "Duration", device_class="duration", unit_of_measurement="s"),
        _count(topics, "points_read", "Events read", "events"),
        _count(topics, "new_suggestions", "New suggestions", "suggestions"),
        _count(topics, "unused_features", "Unused features", "features"),
        _state(topics, "utilisation_percent", "Utilisation", unit_of_measurement="%", state_class="measurement"),
        _count(topics, "anomalies", "Anomalies", "anomalies"),
        _state(topics, "report", "Report", icon="mdi:file-chart-outline"),
    ]
    answers = {
        "name": "Answers taken",
        "state_topic": topics.acknowledged,
        "value_template": "{{ value_json.taken }}",
        "json_attributes_topic": topics.acknowledged,
        "entity_category": "diagnostic",
        "icon": "mdi:check-all",
    }
    return [*shown, Component("answers", "sensor", answers)]


def _state(topics: Topics, key: str, name: str, **more: Any) -> Component:  # noqa: ANN401 - discovery keys
    config = {
        "name": name,
        "state_topic": topics.state,
        "value_template": f"{{{{ value_json.{key} }}}}",
        "expire_after": EXPIRE_AFTER_SECONDS,
        **more,
    }
    return Component(key, "sensor", config)


def _count(topics: Topics, key: str, name: str, unit: str) -> Component:
    return _state(topics, key, name, unit_of_measurement=unit, state_class="measurement")


def _problem(topics: Topics) -> Component:
    config = {
        "name": "Problem",
        "device_class": "problem",
        "state_topic": topics.state,
        "value_template": "{{ 'ON' if value_json.problem else 'OFF' }}",
        "json_attributes_topic": topics.state,
        "expire_after": EXPIRE_AFTER_SECONDS,
    }
    return Component("problem", "binary_sensor", config)
