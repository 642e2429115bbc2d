"""What disturbs a history: restarts, devices out of reach, silence, stuck and mad sensors, rows written twice."""

from dataclasses import dataclass, field

import numpy as np

from homeintel.simulate.clock import DAY, HOUR, MINUTE, SECOND, Ints
from homeintel.simulate.rows import Rows, concatenate
from homeintel.simulate.scene import Scene

__all__ = ["Faults", "disturb", "draw_faults"]

AVAILABILITY_HOURS = 25  # Zigbee2MQTT calls a silent battery device offline after this long
DOWN_SECONDS = (45, 140)
BACK_SECONDS = (12, 25)  # after Home Assistant is up, devices are known again


@dataclass(frozen=True)
class Faults:
    """When what is out of order. Times are UTC microseconds, entities their numbers."""

    restarts: list[tuple[int, int, int]] = field(default_factory=list)  # down, up, everything back
    dropouts: list[tuple[Ints, int, int]] = field(default_factory=list)  # entities, from, to
    silent: tuple[Ints, int] | None = None  # entities, from
    stuck: tuple[int, int, int] | None = None  # entity, from, to


def draw_faults(scene: Scene, rng: np.random.Generator) -> Faults:
    """Return the restarts and dropouts of a kind; the anomalies add theirs."""
    start, end = scene.window
    restarts = []
    for number in range(scene.kind.restarts):
        part = (end - start) // scene.kind.restarts
        down = start + number * part + int(rng.integers(part // 10, part * 9 // 10))
        up = down + int(rng.integers(*DOWN_SECONDS)) * SECOND
        restarts.append((down, up, up + int(rng.integers(*BACK_SECONDS)) * SECOND))
    routers = sorted(
        {entity.device.ieee_address for entity in scene.cast.entities if entity.device.model["type"] == "Router"}
    )
    dropouts = []
    for _ in range(scene.kind.dropouts if routers else 0):
        address = routers[int(rng.integers(len(routers)))]
        first = int(rng.integers(start, end - HOUR))
        dropouts.append((_entities(scene, address), first, first + int(rng.integers(4 * MINUTE, 50 * MINUTE))))
    return Faults(restarts, dropouts)


def disturb(scene: Scene, rows: Rows, constants: Ints, faults: Faults, rng: np.random.Generator) -> Rows:
    """Return the rows as Home Assistant has them in the end, sorted by entity and time.

    `constants` is what an entity that has no row yet reports after a restart, 0 where it reports nothing.
    """
    rows = rows.by_entity()
    rows = _without(rows, faults)
    added = [_unreachable(scene, rows, entities, first, last) for entities, first, last in faults.dropouts]
    for entities, first, last in faults.dropouts:
        rows = rows.take(~(np.isin(rows.entity, entities) & (rows.ts >= first) & (rows.ts < last)))
    if faults.silent is not None:
        entities, since = faults.silent
        added.append(
            Rows.make(np.full(len(entities), since + AVAILABILITY_HOURS * HOUR), entities, scene.state("unavailable"))
        )
    rows = concatenate([rows, *added]).by_entity()
    storms = [_storm(scene, rows, constants, restart, rng) for restart in faults.restarts]
    for down, up, _ in faults.restarts:
        rows = rows.take((rows.ts < down) | (rows.ts >= up))
    return concatenate([rows, *storms, _twice(scene, rows, rng)]).by_entity()


def _entities(scene: Scene, address: str) -> Ints:
    """Return the numbers of a device's entities."""
    own = (entity.entity_id for entity in scene.cast.entities if entity.device.ieee_address == address)
    return np.array([scene.cast.numbers[name] for name in own], dtype=np.int64)


def _without(rows: Rows, faults: Faults) -> Rows:
    """Return the rows without those a silent device or a stuck sensor never sent."""
    if faults.silent is not None:
        entities, since = faults.silent
        rows = rows.take(~(np.isin(rows.entity, entities) & (rows.ts >= since)))
    if faults.stuck is not None:
        entity, first, last = faults.stuck
        rows = rows.take(~((rows.entity == entity) & (rows.ts > first) & (rows.ts < last)))
    return rows


def _unreachable(scene: Scene, rows: Rows, entities: Ints, first: int, last: int) -> Rows:
    """Return `unavailable` for a device's entities, then the states they have when it is back."""
    gone = Rows.make(np.full(len(entities), first), entities, scene.state("unavailable"))
    return concatenate([gone, _last_known(scene, rows, entities, last, last)])


def _last_known(scene: Scene, rows: Rows, entities: Ints, before: int, at: int) -> Rows:
    """Return each entity's last state before a time as rows at `at`; entities without one are left out."""
    span = 4 * DAY * 366
    key = rows.entity * span + (rows.ts - scene.horizon[0])
    position = np.searchsorted(key, entities * span + (before - scene.horizon[0])) - 1
    position = np.maximum(position, 0)
    known = (rows.entity[position] == entities) & (rows.ts[position] < before) if len(rows) else np.zeros(0, bool)
    found = rows.take(position[known])
    return Rows.make(np.full(len(found), at), found.entity, found.state, attributes=found.attributes)


def _storm(scene: Scene, rows: Rows, constants: Ints, restart: tuple[int, int, int], rng: np.random.Generator) -> Rows:
    """Return what a restart writes: every entity unavailable, then, seconds later, its state or `unknown`."""
    down, up, back = restart
    entities = np.arange(len(scene.cast.entities))
    gone = Rows.make(up + np.sort(rng.integers(0, SECOND, len(entities))), entities, scene.state("unavailable"))
    known = _last_known(scene, rows, entities, down, back)
    told = np.isin(entities, known.entity)
    rest = entities[~told]
    states = np.where(constants[rest] > 0, constants[rest], scene.state("unknown"))
    first = Rows.make(np.full(len(rest), back), rest, states)
    returned = concatenate([known, first])
    returned.ts = returned.ts + rng.integers(0, 3 * SECOND, len(returned))
    silent = scene.state("unavailable")
    returned = returned.take(returned.state != silent)
    others = np.arange(len(scene.cast.entities), len(scene.cast.names))
    people = _last_known(scene, rows, others, down, up)
    return concatenate([gone, returned, people])


def _twice(scene: Scene, rows: Rows, rng: np.random.Generator) -> Rows:
    """Return some rows once more, a moment later: the same state written again."""
    again = rows.take(rng.random(len(rows)) < scene.kind.duplicates)
    shifted = again.ts + rng.integers(1000, SECOND, len(again))
    return Rows.make(shifted, again.entity, again.state, attributes=again.attributes)
