"""What `homeintel doctor` asks of the broker: is it there, does it let homeintel in, did Zigbee2MQTT leave its devices."""

from zoneinfo import ZoneInfo

from homeintel.bridge.bridges import Bridge, read_bridge
from homeintel.bridge.mqtt import query_broker
from homeintel.bridge.registries import find_registry
from homeintel.bridge.retained import Retained
from homeintel.errors import BridgeError, BrokerRefusedError, BrokerUnreachableError, PayloadError
from homeintel.settings import MqttBridgeSettings, Settings

Check = tuple[str, bool, str, str]
"""(what, whether it is as a night needs it, what was found, how to mend it)."""


def check_broker(settings: Settings) -> list[Check]:
    """Return the checks in order; those after one that failed are left out. Other sources than a broker have none."""
    if not isinstance(settings.bridge, MqttBridgeSettings):
        return []
    try:
        retained = query_broker(settings.bridge)
    except BrokerUnreachableError as error:
        return [("broker", False, error.happened, error.next_step)]
    except BrokerRefusedError as error:
        return [("broker", True, "it answers", ""), ("broker access", False, error.happened, error.next_step)]
    checks: list[Check] = [
        ("broker", True, f"{retained.origin} answers", ""),
        ("broker access", True, f"homeintel may read; {retained.seconds:.1f} s for {len(retained.topics)} topics", ""),
    ]
    for base in settings.bridge.base_topics:
        checks += check_bridge(retained, base, settings.home.zone)
    return checks


def check_registry(settings: Settings) -> list[Check]:
    """Return whether Home Assistant's registry can be read; nothing where none is configured."""
    try:
        registry = find_registry(settings.homeassistant)
    except BridgeError as error:
        return [("homeassistant", False, error.happened, error.next_step)]
    if registry is None:
        return []
    found = f"{len(registry.entities)} MQTT entities in {registry.origin}"
    mend = "Check that homeassistant names the home that Zigbee2MQTT announces its devices to."
    return [("homeassistant", len(registry.entities) > 0, found, mend)]


def check_bridge(retained: Retained, base_topic: str, zone: ZoneInfo) -> list[Check]:
    """Return whether a bridge listed its devices, and whether Zigbee2MQTT runs; times are shown in `zone`.

    MQTT keeps no time with a retained message: how old the list is, only Zigbee2MQTT's own sign of life tells.
    """
    name = f"{base_topic}/bridge/devices"
    try:
        bridge = read_bridge(retained, base_topic)
    except PayloadError as error:
        return [(name, False, error.happened, error.next_step)]
    if bridge is None:
        mend = "Restart Zigbee2MQTT, and check bridge.base_topics and Zigbee2MQTT's mqtt.force_disable_retain."
        return [(name, False, "nothing is retained", mend)]
    return [(name, True, f"{len(bridge.devices)} devices and groups", ""), _state(bridge, zone)]


def _state(bridge: Bridge, zone: ZoneInfo) -> Check:
    word = {True: "online", False: "offline", None: "not retained"}[bridge.online]
    mend = "Start Zigbee2MQTT; until then homeintel works with what it left on the broker."
    health = bridge.health_at
    sign = f", its last sign of life {health.astimezone(zone):%Y-%m-%d %H:%M} in {zone.key}" if health else ""
    return (f"{bridge.base_topic}/bridge/state", bridge.online is True, f"Zigbee2MQTT is {word}{sign}", mend)
