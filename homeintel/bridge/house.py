"""Everything the retained topics say: bridges, devices, entities, and what was odd."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from homeintel.bridge.bridges import Bridge, read_bridge
from homeintel.bridge.devices import Device
from homeintel.bridge.discovery import Announced, read_discovery
from homeintel.bridge.entities import EntityRow
from homeintel.bridge.problems import Problem
from homeintel.bridge.reported import Reported, read_reported, reported_states
from homeintel.bridge.retained import Retained
from homeintel.errors import BridgeSilentError, PayloadError
from homeintel.settings import BridgeTopics


@dataclass(frozen=True)
class House:
    """What a night's query means.

    Args:
        seconds: how long the broker was asked; 0 where none was.
        size: bytes of the payloads it was read from; they themselves are not kept, a large home's are many.
        bridges: those that listed their devices.
        silent: base topics that did not, or whose list is damaged.
        devices: devices and groups of all bridges; each address once.
        announced: entities Zigbee2MQTT announces.
        reported: what devices last told, where their state is retained.
        problems: what was odd, named.
    """

    seconds: float
    size: int
    bridges: tuple[Bridge, ...]
    silent: tuple[str, ...]
    devices: tuple[Device, ...]
    announced: tuple[Announced, ...]
    reported: tuple[Reported, ...]
    problems: tuple[Problem, ...] = field(default=())


def read_house(retained: Retained, topics: BridgeTopics) -> House:
    """Return what `retained` says of the bridges in `topics`.

    A bridge that is silent, or damaged, beside others is named in `silent`. A device that two bridges list counts where it is listed
    first.

    Raises:
        BridgeSilentError: no bridge listed its devices.
        PayloadError: no bridge's list of devices can be read, and one is damaged.
    """
    found: dict[str, Bridge | None] = {}
    damaged: dict[str, PayloadError] = {}
    for base in topics.base_topics:
        try:
            found[base] = read_bridge(retained, base)
        except PayloadError as error:
            found[base], damaged[base] = None, error
    bridges = tuple(bridge for bridge in found.values() if bridge is not None)
    if not bridges:
        raise next(iter(damaged.values()), None) or _silent(retained, topics)
    devices, doubles = _once(bridges)
    announced, unread = read_discovery(retained, topics.discovery_prefix, topics.base_topics)
    reported, untold = read_reported(retained, devices)
    problems = [Problem(f"{base}/bridge/devices", "", error.happened, serious=True) for base, error in damaged.items()]
    problems += [problem for bridge in bridges for problem in bridge.problems]
    return House(
        seconds=retained.seconds,
        size=retained.size,
        bridges=bridges,
        silent=tuple(base for base, bridge in found.items() if bridge is None),
        devices=tuple(devices),
        announced=tuple(announced),
        reported=tuple(reported),
        problems=(*problems, *doubles, *unread, *untold),
    )


def _silent(retained: Retained, topics: BridgeTopics) -> BridgeSilentError:
    listened = ", ".join(f"{base}/bridge/devices" for base in topics.base_topics)
    waited = f" within {retained.seconds:.0f} s" if retained.seconds else ""
    rights = " Check the broker's rights (ACL) too: not even homeintel's own ping came back." if retained.deaf else ""
    return BridgeSilentError(
        f"Nothing is retained under {listened} ({retained.origin}{waited}).",
        next_step="Restart Zigbee2MQTT: it publishes its devices when it starts. Check bridge.base_topics, and that "
        f"mqtt.force_disable_retain is not set in Zigbee2MQTT.{rights}",
    )


def _once(bridges: Iterable[Bridge]) -> tuple[list[Device], list[Problem]]:
    found: dict[str, Device] = {}
    doubles: list[Problem] = []
    for bridge in bridges:
        for device in bridge.devices:
            if device.ieee_address in found:
                first = found[device.ieee_address].base_topic
                topic = f"{bridge.base_topic}/bridge/devices"
                doubles.append(Problem(topic, device.friendly_name, f"is listed under {first} too; that one counts"))
            else:
                found[device.ieee_address] = device
    return list(found.values()), doubles


def with_areas(house: House, areas: Mapping[str, str]) -> House:
    """Return the house with each device's area; `areas` is by address."""
    return replace(
        house, devices=tuple(replace(device, area=areas.get(device.ieee_address)) for device in house.devices)
    )


def with_states(house: House, states: Mapping[str, str], entities: Iterable[EntityRow]) -> House:
    """Return the house with what Home Assistant's states say, where no device's own state says it.

    Args:
        house: as the retained topics tell.
        states: entity id -> state, see `homeintel.bridge.registry.Registry`.
        entities: which entity is which property.
    """
    known = {(row.ieee_address, row.path) for row in house.reported}
    found = reported_states(states, entities, house.devices)
    more = [row for row in found if (row.ieee_address, row.path) not in known]
    once = {(row.ieee_address, row.path): row for row in reversed(more)}
    return replace(house, reported=(*house.reported, *once.values()))
