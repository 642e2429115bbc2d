"""One params file and the environment's secrets become one validated `Settings`."""

from homeintel.settings.connections import (
    BridgeSettings,
    BridgeTopics,
    BrokerSettings,
    FileBridgeSettings,
    HomeAssistantSettings,
    MqttBridgeSettings,
    PublishSettings,
    SimulatedBridgeSettings,
)
from homeintel.settings.events import (
    EventsCommon,
    EventsSettings,
    FilesSettings,
    Influxdb1Settings,
    Influxdb2Settings,
    Influxdb3Settings,
    RecorderSettings,
    SimulatedEventsSettings,
)
from homeintel.settings.home import HomeSettings, StorageSettings, SuggestionsSettings, WindowSettings
from homeintel.settings.load import Settings, load_settings
from homeintel.settings.masked import effective_settings

__all__ = [
    "BridgeSettings",
    "BridgeTopics",
    "BrokerSettings",
    "EventsCommon",
    "EventsSettings",
    "FileBridgeSettings",
    "FilesSettings",
    "HomeAssistantSettings",
    "HomeSettings",
    "Influxdb1Settings",
    "Influxdb2Settings",
    "Influxdb3Settings",
    "MqttBridgeSettings",
    "PublishSettings",
    "RecorderSettings",
    "Settings",
    "SimulatedBridgeSettings",
    "SimulatedEventsSettings",
    "StorageSettings",
    "SuggestionsSettings",
    "WindowSettings",
    "effective_settings",
    "load_settings",
]
