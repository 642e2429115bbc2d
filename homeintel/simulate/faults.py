"""What disturbs a history: restarts, devices out of reach, silence, stuck and mad sensors, rows written twice."""

from dataclasses import dataclass, field

import numpy as np

from homeintel.simulate.clock import DAY, HOUR, MINUTE, SECOND, Ints
from homeintel.simulate.rows import Rows, concatenate
from homeintel.simulate.scene import Scene

__all__ = ["Faults", "disturb", "draw_faults"]

AVAILABILITY_HOURS = 25  # Zigbee2MQTT calls a silent battery device offline after this long
DOWN_SECONDS = (45, 140)
FIRST_STATES = 20 * SECOND  # in a home that is new, entities are unknown this long
BACK_SECONDS = (12, 25)  # after Home Assistant is up, devices are known again


@dataclass(frozen=True)
class Faults:
    """When what is out of order. Times are UTC microseconds, entities their numbers."""

    restarts: list[tuple[int, int, int]] = field(default_factory=list)  # down, up, everything back
    dropouts: list[tuple[Ints, int, int]] = field(default_factory=list)  # entities, from, to
    silent: tuple[tuple[Ints, int], ...] = ()  # entities of a device, from
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
    known = _without(rows.by_entity(), faults)
    rows, added = known, []
    for entities, first, last in faults.dropouts:
        rows = rows.take(~(np.isin(rows.entity, entities) & (rows.ts >= first) & (rows.ts < last)))
        added += [_gone(scene, entities, first), _back(scene, known, constants, entities, last, last)]
    added += [_gone(scene, entities, _offline(since)) for entities, since in faults.silent]
    for restart in faults.restarts:
        rows = rows.take((rows.ts < restart[0]) | (rows.ts >= restart[1]))
        added.append(_storm(scene, known, constants, faults, restart, "unavailable", rng))
    if scene.first_day:
        start = scene.window[0]
        added.append(_storm(scene, known, constants, faults, (start, start, start + FIRST_STATES), "unknown", rng))
    return concatenate([rows, *added, _twice(scene, rows, rng)]).by_entity()


def _entities(scene: Scene, address: str) -> Ints:
    """Return the numbers of a device's entities."""
    own = (entity.entity_id for entity in scene.cast.entities if entity.device.ieee_address == address)
    return np.array([scene.cast.numbers[name] for name in own], dtype=np.int64)


def _without(rows: Rows, faults: Faults) -> Rows:
    """Return the rows without those a silent device or a stuck sensor never sent."""
    for entities, since in faults.silent:
        rows = rows.take(~(np.isin(rows.entity, entities) & (rows.ts >= since)))
    if faults.stuck is not None:
        entity, first, last = faults.stuck
        rows = rows.take(~((rows.entity == entity) & (rows.ts > first) & (rows.ts < last)))
    return rows


def _offline(since: int) -> int:
    """Return when Zigbee2MQTT gives up on a device that is silent since then."""
    return since + AVAILABILITY_HOURS * HOUR


def _gone(scene: Scene, entities: Ints, at: int) -> Rows:
    """Return `unavailable` for entities."""
    return Rows.make(np.full(len(entities), at), entities, scene.state("unavailable"))


def _back(scene: Scene, known: Rows, constants: Ints, entities: Ints, before: int, at: int) -> Rows:
    """Return entities' states of before a time as rows at `at`: the last one, a setting's own, or `unknown`."""
    told = _last_known(scene, known, entities, before, at)
    rest = entities[~np.isin(entities, told.entity)]
    states = np.where(constants[rest] > 0, constants[rest], scene.state("unknown"))
    return concatenate([told, Rows.make(np.full(len(rest), at), rest, states)])


def _last_known(scene: Scene, known: Rows, entities: Ints, before: int, at: int) -> Rows:
    """Return each entity's last state before a time as rows at `at`; entities without one are left out."""
    span = 4 * DAY * 366
    key = known.entity * span + (known.ts - scene.horizon[0])
    position = np.searchsorted(key, entities * span + (before - scene.horizon[0])) - 1
    there = position >= 0
    there[there] = known.entity[position[there]] == entities[there]
    found = known.take(position[there])
    return Rows.make(np.full(len(found), at), found.entity, found.state, attributes=found.attributes)


def _storm(
    scene: Scene,
    known: Rows,
    constants: Ints,
    faults: Faults,
    start: tuple[int, int, int],
    text: str,
    rng: np.random.Generator,
) -> Rows:
    """Return what a start writes: every entity without a state (`text`), then, seconds later, with it or `unknown`."""
    down, up, back = start
    entities = np.arange(len(scene.cast.entities))
    gone = Rows.make(up + np.sort(rng.integers(0, SECOND, len(entities))), entities, scene.state(text))
    for silent, since in faults.silent:
        if up >= _offline(since):
            entities = entities[~np.isin(entities, silent)]
    returned = _back(scene, known, constants, entities, down, back)
    returned.ts = returned.ts + rng.integers(0, 3 * SECOND, len(returned))
    others = np.arange(len(scene.cast.entities), len(scene.cast.names))
    return concatenate([gone, returned, _last_known(scene, known, others, down, up)])


def _twice(scene: Scene, rows: Rows, rng: np.random.Generator) -> Rows:
    """Return some rows once more, a moment later: the same state written again."""
    again = rows.take(rng.random(len(rows)) < scene.kind.duplicates)
    shifted = again.ts + rng.integers(1000, SECOND, len(again))
    return Rows.make(shifted, again.entity, again.state, attributes=again.attributes)
