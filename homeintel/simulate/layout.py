"""Which devices stand in which room, and which entities Home Assistant makes of them. The same seed, the same house."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import Any

import numpy as np

from homeintel.simulate.discovery import DiscoveredEntity, device_entities
from homeintel.simulate.models import house_plan, models
from homeintel.simulate.naming import entity_id, entity_name
from homeintel.simulate.randomness import Stream, generator

__all__ = ["BASE_TOPIC", "COORDINATOR", "Layout", "SimulatedDevice", "SimulatedEntity", "house_layout"]

BASE_TOPIC = "zigbee2mqtt"
COORDINATOR = "0x00124b0025e1a001"
PREFIXES = {
    "IKEA": "0x000b57fffe",
    "Philips": "0x0017880104",
    "Aqara": "0x00158d0001",
    "Tuya": "0xa4c1380000",
}
OTHER_PREFIX = "0x00124b0020"
SPARES = 2  # one device that is disabled, one that Zigbee2MQTT does not support


@dataclass(frozen=True)
class SimulatedDevice:
    """A Zigbee device: its address, the name people gave it, its room and its model's data."""

    ieee_address: str
    friendly_name: str
    room: str
    model: dict[str, Any] = field(repr=False)
    disabled: bool = False
    supported: bool = True

    @property
    def topic(self) -> str:
        """The device's state topic."""
        return f"{BASE_TOPIC}/{self.friendly_name}"


@dataclass(frozen=True)
class SimulatedEntity:
    """One Home Assistant entity of a device, with the discovery payload it came from."""

    entity_id: str
    name: str
    device: SimulatedDevice
    component: str
    object_id: str
    property_name: str | None
    payload: dict[str, Any] = field(repr=False)
    enabled: bool = True

    @property
    def unique_id(self) -> str:
        """Home Assistant's unique id of the entity."""
        return f"{self.device.ieee_address}_{self.object_id}_{BASE_TOPIC}"


@dataclass(frozen=True)
class Layout:
    """A house: devices in order, entities in order of device, and the lights of its group."""

    devices: tuple[SimulatedDevice, ...]
    entities: tuple[SimulatedEntity, ...]
    group_name: str
    group_members: tuple[SimulatedDevice, ...]

    def of(self, component: str, *, room: str | None = None) -> tuple[SimulatedEntity, ...]:
        """Return the enabled entities of a component, in one room or in all."""
        return tuple(
            entity
            for entity in self.entities
            if entity.component == component and entity.enabled and (room is None or entity.device.room == room)
        )


@lru_cache(maxsize=8)
def house_layout(seed: int, devices: int) -> Layout:
    """Return the house of a seed with `devices` Zigbee devices, the two spares among them.

    More devices than the plan names repeat its rooms with a number; fewer take the first ones.
    """
    rng = generator(seed, Stream.LAYOUT)
    numbers = rng.choice(0xFFFFFE, size=devices, replace=False) + 1
    real = max(devices - SPARES, 1)
    placed = tuple(_place(number, position) for position, number in enumerate(numbers[:real]))
    everything = (*placed, *islice(_spares(numbers[-SPARES:]), devices - real))
    entities = tuple(entity for device in everything for entity in _entities(device))
    members = tuple(device for device in placed if device.room == "living room" and _is_light(device))
    return Layout(everything, entities, "living room/all lights", members)


def _place(number: np.int64, position: int) -> SimulatedDevice:
    plan = house_plan()
    turn, step = divmod(position, len(plan))
    entry, suffix = plan[step], f" {turn + 1}" if turn else ""
    model = models()[entry["model"]]
    prefix = PREFIXES.get(model["vendor"], OTHER_PREFIX)
    address = f"{prefix}{int(number):06x}"
    return SimulatedDevice(address, entry["name"] + suffix, entry["room"] + suffix, model)


def _spares(numbers: np.ndarray[Any, np.dtype[np.int64]]) -> Iterator[SimulatedDevice]:
    disabled, unknown = f"{OTHER_PREFIX}{int(numbers[0]):06x}", f"{OTHER_PREFIX}{int(numbers[-1]):06x}"
    yield SimulatedDevice(disabled, "Weihnachtsbaum", "living room", models()["SP 120"], disabled=True)
    yield SimulatedDevice(unknown, unknown, "", _generated(models()["SNZB-02"]), supported=False)


def _generated(model: dict[str, Any]) -> dict[str, Any]:
    """Return the guessed definition Zigbee2MQTT gives a device it does not know."""
    known = {"battery", "temperature", "identify", "linkquality"}
    exposes = [expose for expose in model["exposes"] if expose.get("name") in known]
    guessed = {
        "vendor": "_TZ3000_unknown1",
        "model": "TS9999",
        "model_id": "TS9999",
        "manufacturer": "_TZ3000_unknown1",
    }
    text = "Automatically generated definition"
    return {**model, **guessed, "description": text, "exposes": exposes, "options": [], "supports_ota": False}


def _entities(device: SimulatedDevice) -> Iterator[SimulatedEntity]:
    for found in device_entities(device.model, device.topic):
        yield SimulatedEntity(
            entity_id=entity_id(found.component, device.friendly_name, found.object_id),
            name=entity_name(device.friendly_name, found.payload),
            device=device,
            component=found.component,
            object_id=found.object_id,
            property_name=found.property_name,
            payload=found.payload,
            enabled=_enabled(device, found),
        )


def _enabled(device: SimulatedDevice, found: DiscoveredEntity) -> bool:
    return not device.disabled and bool(found.payload.get("enabled_by_default", True))


def _is_light(device: SimulatedDevice) -> bool:
    return any(expose["type"] == "light" for expose in device.model["exposes"])
