"""From intents to changes: an intent that finds its state already there changes nothing."""

import numpy as np

from homeintel.simulate.cast import REST
from homeintel.simulate.clock import Ints
from homeintel.simulate.rows import Rows
from homeintel.simulate.scene import Scene

__all__ = ["initial_states", "resolve", "state_at"]


def initial_states(scene: Scene) -> Ints:
    """Return the state each entity is in before the first row, by entity number; 0 where there is none to know."""
    states = np.zeros(len(scene.cast.names), dtype=np.int64)
    for entity in scene.cast.actuators():
        states[scene.cast.numbers[entity.entity_id]] = scene.state(REST[entity.component])
    return states


def resolve(intents: Rows, initial: Ints) -> Rows:
    """Return the intents that change their entity's state, sorted by entity and time."""
    rows = intents.by_entity()
    if not len(rows):
        return rows
    before = np.empty_like(rows.state)
    before[1:] = rows.state[:-1]
    first = np.ones(len(rows), dtype=np.bool_)
    first[1:] = rows.entity[1:] != rows.entity[:-1]
    before[first] = initial[rows.entity[first]]
    return rows.take(rows.state != before)


def state_at(changes: Rows, initial: Ints, entity: int, ts: Ints) -> Ints:
    """Return the state of one entity just before each time; `changes` are sorted by entity and time."""
    low, high = np.searchsorted(changes.entity, [entity, entity + 1])
    if low == high:
        return np.full(len(ts), initial[entity])
    position = np.searchsorted(changes.ts[low:high], ts, side="left") - 1
    states = changes.state[low:high]
    return np.where(position >= 0, states[np.maximum(position, 0)], initial[entity])
