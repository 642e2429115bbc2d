"""What sensors see of people: motion in every room, doors, windows, the washing machine, who is at home."""

import numpy as np

from homeintel.simulate.cast import ACTIVE
from homeintel.simulate.clock import DAY, MINUTE, SECOND, Floats, Ints
from homeintel.simulate.layout import SimulatedEntity
from homeintel.simulate.rows import Rows, concatenate
from homeintel.simulate.scene import Scene
from homeintel.simulate.sun import POLAR_DAY

__all__ = ["flicker", "occupancy_rows", "person_rows", "sun_rows", "tripped", "visits"]

ROOM_WEIGHT = {"hall": 0.6, "living room": 2.2, "kitchen": 2.6, "bedroom": 0.9, "bathroom": 1.1, "office": 0.9}
OTHER_WEIGHT = 0.7
THROUGH_HALL = 0.4  # share of visits that cross the hall first
SEEN_BEFORE_ACTION = 0.85  # share of actions by hand that a motion sensor of the room sees first
SEEN_MEANWHILE = 4.0  # times people are seen again in the room while what they switched on is on
STAY_MINUTES, STAY_SIGMA = 1.6, 0.9
HOLD_SECONDS = 60.0  # a sensor reports empty this long after the last motion
DOORS_A_DAY, WINDOWS_A_DAY, OTHER_TRIPS_A_DAY = 2.0, 0.8, 0.7


def visits(scene: Scene, actions: Rows, rng: np.random.Generator) -> Rows:
    """Return when somebody comes into view of each occupancy sensor; `state` holds how long they stay, microseconds.

    People wander between rooms, cross the hall, and stand where they switch something.
    """
    sensors = [entity for entity in scene.cast.entities if entity.object_id == "occupancy"]
    if not sensors:
        return concatenate([])
    numbers = np.array([scene.cast.numbers[entity.entity_id] for entity in sensors], dtype=np.int64)
    weights = np.array([ROOM_WEIGHT.get(entity.device.room, OTHER_WEIGHT) for entity in sensors])
    count = int(rng.poisson(scene.kind.visits * _person_hours(scene)))
    times = scene.life.sample(rng, count)
    rooms = numbers[rng.choice(len(sensors), size=len(times), p=weights / weights.sum())]
    parts = [Rows.make(times, rooms, _stays(rng, len(times)))]
    hall = [scene.cast.numbers[entity.entity_id] for entity in sensors if entity.device.room == "hall"]
    if hall:
        crossing = times[rng.random(len(times)) < THROUGH_HALL]
        before = crossing - rng.integers(3 * SECOND, 14 * SECOND, len(crossing))
        parts.append(Rows.make(before, hall[0], _stays(rng, len(before)) // 8))
    parts.append(_at_actions(scene, sensors, actions, rng))
    return concatenate(parts)


def _person_hours(scene: Scene) -> float:
    return float(np.diff(scene.life.personal_spells, axis=1).sum() / (60 * MINUTE))


def _stays(rng: np.random.Generator, count: int) -> Ints:
    minutes = np.exp(rng.normal(np.log(STAY_MINUTES), STAY_SIGMA, count))
    return np.round(minutes * MINUTE).astype(np.int64)


def _at_actions(scene: Scene, sensors: list[SimulatedEntity], actions: Rows, rng: np.random.Generator) -> Rows:
    """Return the views of people who are about to switch something in a room with a sensor."""
    in_room = {entity.device.room: scene.cast.numbers[entity.entity_id] for entity in sensors}
    sensor_of = np.full(len(scene.cast.names), -1, dtype=np.int64)
    for entity in scene.cast.actuators():
        sensor_of[scene.cast.numbers[entity.entity_id]] = in_room.get(entity.device.room, -1)
    seen = (sensor_of[actions.entity] >= 0) & (rng.random(len(actions)) < SEEN_BEFORE_ACTION)
    near = actions.take(seen & scene.life.awake(actions.ts))
    before = near.ts - rng.integers(2 * SECOND, 20 * SECOND, len(near))
    begun = near.take(np.isin(near.state, [scene.state(text) for text in set(ACTIVE.values())]))
    meanwhile = begun.take(np.repeat(np.arange(len(begun)), rng.poisson(SEEN_MEANWHILE, len(begun))))
    later = meanwhile.ts + rng.integers(MINUTE, 40 * MINUTE, len(meanwhile))
    views = Rows.make(before, sensor_of[near.entity], _stays(rng, len(near)))
    return concatenate([views, Rows.make(later, sensor_of[meanwhile.entity], _stays(rng, len(meanwhile)))])


def occupancy_rows(scene: Scene, views: Rows) -> Rows:
    """Return on and off of the occupancy sensors: views that overlap, with the sensor's hold time, are one."""
    rows = views.by_entity()
    ends = rows.ts + rows.state + round(HOLD_SECONDS * SECOND)
    shift = rows.entity * (scene.horizon[1] - scene.horizon[0] + 30 * DAY)  # one sensor's ends never reach the next's
    latest = np.maximum.accumulate(ends + shift) if len(rows) else ends
    new = np.ones(len(rows), dtype=np.bool_)
    new[1:] = (rows.ts + shift)[1:] > latest[:-1]
    last = np.append(np.flatnonzero(new)[1:] - 1, len(rows) - 1) if len(rows) else np.empty(0, dtype=np.int64)
    entity, off = rows.entity[new], (latest - shift)[last]
    on = Rows.make(rows.ts[new], entity, scene.state("on"))
    return concatenate([on, Rows.make(off, entity, scene.state("off"))])


def flicker(scene: Scene, sensors: Rows, rng: np.random.Generator) -> Rows:
    """Return the off and on again, within a second, of sensors that chatter when they come on."""
    on = sensors.take((sensors.state == scene.state("on")) & (rng.random(len(sensors)) < scene.kind.flicker))
    off = Rows.make(on.ts + 300_000, on.entity, scene.state("off"))
    return concatenate([off, Rows.make(on.ts + 900_000, on.entity, scene.state("on"))])


def tripped(scene: Scene, rng: np.random.Generator) -> Rows:
    """Return the opening and closing of doors and windows, and the shaking of the washing machine."""
    parts = []
    trips = np.sort(np.concatenate([*scene.life.goings, *scene.life.comings, np.empty(0, dtype=np.int64)]))
    for entity in scene.cast.entities:
        number = scene.cast.numbers[entity.entity_id]
        if entity.object_id == "contact":
            front = "front" in entity.entity_id
            rate = DOORS_A_DAY if front else WINDOWS_A_DAY if "garage" not in entity.entity_id else OTHER_TRIPS_A_DAY
            opened = scene.life.sample(rng, int(rng.poisson(rate * scene.clock.days)))
            opened = (
                np.sort(np.concatenate([opened, trips - rng.integers(10, 90, len(trips)) * SECOND]))
                if front
                else opened
            )
            median = 0.2 if front else 14.0
            parts.append(_pairs(scene, number, opened, np.exp(rng.normal(np.log(median), 0.6, len(opened)))))
        elif entity.object_id == "vibration":
            runs = scene.life.sample(rng, int(rng.poisson(0.5 * scene.clock.days)))
            shakes = (runs[:, None] + np.sort(rng.integers(0, 80 * MINUTE, (len(runs), 25)), axis=1)).ravel()
            parts.append(_pairs(scene, number, shakes, rng.uniform(0.3, 1.2, len(shakes))))
    return concatenate(parts)


def _pairs(scene: Scene, entity: int, on: Ints, minutes: Floats) -> Rows:
    """Return on and off after some minutes, or at the next on, whichever is sooner."""
    on = np.sort(on)
    off = on + np.round(minutes * MINUTE).astype(np.int64)
    off[:-1] = np.minimum(off[:-1], on[1:] - SECOND)
    real = off > on
    return concatenate(
        [Rows.make(on[real], entity, scene.state("on")), Rows.make(off[real], entity, scene.state("off"))]
    )


def person_rows(scene: Scene) -> Rows:
    """Return each person's home and not_home, a few minutes after the door."""
    parts = []
    for name, goings, comings in zip(scene.cast.people, scene.life.goings, scene.life.comings, strict=True):
        number = scene.cast.numbers[name]
        parts.append(Rows.make(goings + 4 * MINUTE, number, scene.state("not_home")))
        parts.append(Rows.make(comings - MINUTE, number, scene.state("home")))
    return concatenate(parts)


def sun_rows(scene: Scene) -> Rows:
    """Return sun.sun above and below the horizon."""
    number = scene.cast.numbers["sun.sun"]
    rise, fall = (times[times != POLAR_DAY] for times in (scene.sunrise, scene.sunset))
    up = Rows.make(rise, number, scene.state("above_horizon"))
    return concatenate([up, Rows.make(fall, number, scene.state("below_horizon"))])
