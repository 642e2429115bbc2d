"""What sensors measure: temperature, humidity, light, power, batteries, at the rhythm real devices report."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from homeintel.simulate.arrow import numeric_array
from homeintel.simulate.clock import HOUR, MINUTE, Floats, Ints
from homeintel.simulate.layout import SimulatedDevice, SimulatedEntity
from homeintel.simulate.rows import Rows, concatenate
from homeintel.simulate.scene import Scene

__all__ = ["measured", "texts_of"]


@dataclass(frozen=True)
class Signal:
    """One measured property: base value, daily swing, noise, decimals and share of the device's reports it is in."""

    base: float
    swing: float
    noise: float
    decimals: int
    share: float = 1.0
    minimum: float = -1e9


SIGNALS = {
    "temperature": Signal(20.8, 1.2, 0.35, 2),
    "humidity": Signal(52.0, 6.0, 2.5, 2),
    "pressure": Signal(1013.0, 1.5, 1.2, 1, 0.35),
    "local_temperature": Signal(20.5, 1.0, 0.3, 1),
    "pi_heating_demand": Signal(28.0, 18.0, 12.0, 0, 0.8, 0.0),
    "device_temperature": Signal(24.0, 2.0, 0.8, 0, 0.5),
    "battery": Signal(78.0, 0.0, 0.4, 0, 0.03),
    "voltage": Signal(3005.0, 0.0, 6.0, 0, 0.05),
    "pm25": Signal(7.0, 3.0, 3.0, 0, 1.0, 0.0),
    "voc_index": Signal(110.0, 30.0, 25.0, 0, 1.0, 1.0),
    "fan_speed": Signal(2.0, 1.0, 0.8, 0, 0.3, 0.0),
    "ac_frequency": Signal(50.0, 0.0, 0.02, 2, 0.1),
}
MAINS_VOLTAGE = Signal(231.0, 1.5, 1.0, 0, 0.3)
REPORT_MINUTES = {"Battery": 38.0, "Mains (single phase)": 30.0}
LIT_LUX = 120.0
DAYLIGHT_LUX = 900.0
WATTS = {"fridge": 82.0, "tv": 118.0, "kaffee": 640.0, "washing": 420.0, "desk": 74.0}
OTHER_WATTS = 24.0
TOO_WARM = 6.0


def measured(scene: Scene, switched: Rows, warm: tuple[int, int, int] | None, rng: np.random.Generator) -> Rows:
    """Return the rows of all numeric entities in the window.

    `switched` are the changes of the actuators, sorted by entity and time; `warm` is an entity that reads too high
    from one time to another.
    """
    by_device: dict[str, list[SimulatedEntity]] = {}
    for entity in scene.cast.entities:
        if entity.component == "sensor":
            by_device.setdefault(entity.device.ieee_address, []).append(entity)
    parts = []
    for entities in by_device.values():
        device = entities[0].device
        properties = {entity.property_name or "": scene.cast.numbers[entity.entity_id] for entity in entities}
        if "power" in properties:
            parts += _plug(scene, device, properties, switched, rng)
        else:
            parts += _sensor(scene, device, properties, warm, rng)
    return concatenate(parts)


def report_times(scene: Scene, minutes: float, rng: np.random.Generator) -> Ints:
    """Return the times of a device's reports in the window: every so many minutes, never quite."""
    start, end = scene.window
    step = round(minutes * MINUTE)
    count = max((end - start) // step, 1)
    return start + ((np.arange(count) + rng.random(count) * 0.9) * step).astype(np.int64)


def texts_of(scene: Scene, values: Floats, decimals: int) -> Ints:
    """Return the text numbers of values as Home Assistant writes the numbers of JSON: 20.5, 21, no trailing zero."""
    rounded = np.round(values, decimals) + 0.0
    if decimals == 0:
        numbers = numeric_array(rounded.astype(np.int64), pa.int64())
    else:
        numbers = numeric_array(rounded, pa.float64())
    return scene.texts.extend(pc.cast(numbers, pa.string()))


def _sensor(
    scene: Scene,
    device: SimulatedDevice,
    properties: dict[str, int],
    warm: tuple[int, int, int] | None,
    rng: np.random.Generator,
) -> list[Rows]:
    times = report_times(scene, REPORT_MINUTES.get(device.model["power_source"], 30.0), rng)
    parts = []
    for position, (name, number) in enumerate(properties.items()):
        signal = SIGNALS.get(name)
        if name == "illuminance":
            parts.append(_illuminance(scene, number, rng))
        elif signal is not None:
            mine = times[rng.random(len(times)) < signal.share] + position * 1500  # one message, rows a few ms apart
            values = np.maximum(_wave(scene, signal, mine, rng), signal.minimum)
            if warm is not None and warm[0] == number:
                values = values + TOO_WARM * ((mine >= warm[1]) & (mine < warm[2]))
            parts.append(_changed(scene, mine, number, values, signal.decimals))
    return parts


def _wave(scene: Scene, signal: Signal, ts: Ints, rng: np.random.Generator) -> Floats:
    """Return base, daily swing and slow noise; the level differs from device to device."""
    phase = 2 * np.pi * (scene.clock.local_minute(ts) - 900.0) / 1440.0
    slow = np.cumsum(rng.standard_normal(len(ts))) / np.sqrt(np.maximum(np.arange(len(ts)), 1.0) + 20.0)
    level = signal.base + rng.normal(0, signal.noise) + signal.swing * np.cos(phase)
    return np.asarray(level + signal.noise * (slow + 0.25 * rng.standard_normal(len(ts))))


def _illuminance(scene: Scene, number: int, rng: np.random.Generator) -> Rows:
    ts = report_times(scene, 16.0, rng)
    day = np.clip(scene.clock.day_of(ts), 0, scene.clock.days - 1)
    rise, fall = scene.sunrise[day], scene.sunset[day]
    height = np.sin(np.pi * np.clip((ts - rise) / np.maximum(fall - rise, HOUR), 0, 1))
    clouds = 0.55 + 0.45 * rng.random(len(ts))
    lamp = LIT_LUX * (0.8 + 0.4 * rng.random(len(ts))) * (rng.random(len(ts)) < 0.35) * scene.life.awake(ts)
    return _changed(scene, ts, number, DAYLIGHT_LUX * height * clouds + lamp, 0)


def _plug(
    scene: Scene, device: SimulatedDevice, properties: dict[str, int], switched: Rows, rng: np.random.Generator
) -> list[Rows]:
    """Return power, current, energy and voltage of a plug: what runs on it draws power while it is on."""
    ts = report_times(scene, 9.0, rng)
    watts = next((value for word, value in WATTS.items() if word in device.friendly_name.lower()), OTHER_WATTS)
    drawn = _running(scene, device, switched, ts, rng) * watts * (1 + 0.04 * rng.standard_normal(len(ts)))
    power = np.where(drawn > 0.5, drawn, 0.0)
    hours = np.diff(ts, prepend=ts[0]) / HOUR
    energy = float(rng.uniform(20, 400)) + np.cumsum(power * hours) / 1000.0
    parts = []
    made = {"power": (power, 1), "current": (power / 230.0, 2), "energy": (energy, 2)}
    for position, (name, (values, decimals)) in enumerate(made.items()):
        if name in properties:
            parts.append(_changed(scene, ts + position * 1500, properties[name], values, decimals))
    if "voltage" in properties:
        some = ts[rng.random(len(ts)) < MAINS_VOLTAGE.share * 0.4]
        parts.append(_changed(scene, some, properties["voltage"], _wave(scene, MAINS_VOLTAGE, some, rng), 0))
    return parts


def _running(
    scene: Scene, device: SimulatedDevice, switched: Rows, ts: Ints, rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    """Return 1 where something runs on the plug: the fridge by itself, everything else while it is switched on."""
    if "fridge" in device.friendly_name:
        return ((ts // MINUTE + int(rng.integers(0, 60))) % 55 < 21).astype(np.float64)
    own = [
        scene.cast.numbers[entity.entity_id]
        for entity in scene.cast.entities
        if entity.device is device and entity.component == "switch" and entity.object_id.startswith("switch")
    ]
    number = own[0] if own else -1
    low, high = np.searchsorted(switched.entity, [number, number + 1])
    if low == high:
        return np.zeros(len(ts))
    position = np.searchsorted(switched.ts[low:high], ts) - 1
    on = switched.state[low:high] == scene.state("on")
    return np.where(position >= 0, on[np.maximum(position, 0)], False).astype(np.float64)


def _changed(scene: Scene, ts: Ints, entity: int, values: Floats, decimals: int) -> Rows:
    """Return the rows of values that differ from the one before: Home Assistant records nothing else."""
    rounded = np.round(values, decimals)
    new = np.ones(len(ts), dtype=np.bool_)
    new[1:] = rounded[1:] != rounded[:-1]
    return Rows.make(ts[new], entity, texts_of(scene, rounded[new], decimals))
