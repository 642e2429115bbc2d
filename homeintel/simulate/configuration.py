"""Settings of devices: what they are set to, and which ones people change."""

from dataclasses import dataclass

import numpy as np

from homeintel.simulate.clock import Ints
from homeintel.simulate.layout import SimulatedEntity
from homeintel.simulate.rows import Rows, concatenate
from homeintel.simulate.scene import Scene

__all__ = ["Configured", "configure"]

CHANGED_SHARE = 0.06  # share of settings people change in the window
UNKNOWN_SHARE = 0.25  # share of settings the device has never told
COMPONENTS = frozenset({"number", "select", "switch", "text", "button", "update", "binary_sensor", "siren"})


@dataclass(frozen=True)
class Configured:
    """The state each setting has after a restart, by entity number (0: not a setting), and the changes people make."""

    states: Ints
    changes: Rows


def configure(scene: Scene, rng: np.random.Generator) -> Configured:
    """Return the settings of all devices. They change in the app only, so each change has a user."""
    states = np.zeros(len(scene.cast.names), dtype=np.int64)
    switched = {entity.entity_id for entity in scene.cast.actuators()}
    parts = []
    for entity in scene.cast.entities:
        if entity.component not in COMPONENTS or entity.entity_id in switched:
            continue
        number = scene.cast.numbers[entity.entity_id]
        choices = _choices(entity)
        untold = entity.component not in {"update", "binary_sensor"} and rng.random() < UNKNOWN_SHARE
        states[number] = scene.state("unknown" if untold or not choices else choices[0])
        changeable = entity.component in {"number", "select", "switch"} and len(choices) > 1
        if changeable and rng.random() < CHANGED_SHARE:
            parts.append(_changes(scene, number, choices, rng))
            states[number] = scene.state(choices[0])
    return Configured(states, concatenate(parts))


def _choices(entity: SimulatedEntity) -> list[str]:
    """Return the values a setting takes, the one it is delivered with first."""
    payload = entity.payload
    if entity.component == "select":
        return [str(option) for option in payload["options"]]
    if entity.component == "number":
        low, high = float(payload.get("min", 0)), float(payload.get("max", 100))
        return [f"{value:g}" for value in (low, low + (high - low) // 2, low + (high - low) // 4)]
    if entity.component in {"switch", "binary_sensor", "siren", "update"}:
        return ["off", "on"]
    return []


def _changes(scene: Scene, number: int, choices: list[str], rng: np.random.Generator) -> Rows:
    times = np.sort(scene.life.sample(rng, int(rng.integers(1, 5))))
    texts = [choices[(position + 1) % len(choices)] for position in range(len(times))]
    user = scene.users[rng.integers(0, len(scene.users), len(times))] if len(scene.users) else -1
    return Rows.make(times, number, scene.texts.numbers(texts), user=user)
