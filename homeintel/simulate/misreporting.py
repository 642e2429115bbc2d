"""Numeric sensors that report wrongly on purpose: one that repeats a value, one that floods, one that hardly reports."""

from dataclasses import replace

import numpy as np

from homeintel.simulate.anomalies import Trouble, silent_devices, troubled
from homeintel.simulate.clock import DAY, HOUR, SECOND
from homeintel.simulate.layout import SimulatedEntity
from homeintel.simulate.randomness import Stream, generator
from homeintel.simulate.rows import Rows, concatenate
from homeintel.simulate.scene import Scene

__all__ = ["misreported"]

FROZEN_DAYS = (2.5, 4.0)
FLOOD_HOURS, FLOOD_SECONDS = 2, 4  # for so long a value every few seconds
SLOW_DAYS, SLOW_SHARE = 2, 0.1  # for so long only this share of a device's reports arrives
LEAST_ROWS = 300  # an entity with fewer rows in the window has no rhythm to break


def misreported(scene: Scene, rows: Rows, trouble: Trouble) -> Rows:
    """Return the numeric rows with a value that is stuck, an hour's flood of reports, and two days of hardly any.

    Each falls on another device, none on one that dies or that the other anomalies chose.
    """
    if not troubled(scene):
        return rows
    rng = generator(scene.seed, Stream.FAULTS, 10)
    used = set(silent_devices(scene.layout, scene.seed, anomalies=True))
    used |= {
        scene.cast.by_id[a.entity_id].device.ieee_address for a in trouble.anomalies if a.entity_id in scene.cast.by_id
    }
    busy = np.bincount(rows.entity, minlength=len(scene.cast.names)) >= LEAST_ROWS
    for names, distort in (
        (("temperature", "humidity", "local_temperature"), _frozen),
        (("temperature", "humidity", "pm25", "power"), _flooded),
        (("temperature",), _slowed),
    ):
        free = [
            entity
            for entity in scene.cast.entities
            if entity.object_id in names
            and entity.device.ieee_address not in used
            and entity.unique_id not in scene.changed.excluded
            and busy[scene.cast.numbers[entity.entity_id]]
        ]
        if free:
            entity = free[int(rng.integers(len(free)))]
            used.add(entity.device.ieee_address)
            rows = distort(scene, entity, rows, trouble, rng)
    return rows


def _within(scene: Scene, low: float, high: float, rng: np.random.Generator) -> int:
    start, end = scene.window
    return start + int((end - start) * float(rng.uniform(low, high)))


def _frozen(scene: Scene, entity: SimulatedEntity, rows: Rows, trouble: Trouble, rng: np.random.Generator) -> Rows:
    """Return the rows with one value repeated for days: written again with each message, or, as often, not written."""
    number, first = scene.cast.numbers[entity.entity_id], _within(scene, 0.2, 0.8, rng)
    last = first + int(float(rng.uniform(*FROZEN_DAYS)) * DAY)
    own = rows.entity == number
    before = np.flatnonzero(own & (rows.ts < first))
    newest = before[np.argmax(rows.ts[before])]
    inside = own & (rows.ts >= first) & (rows.ts < last)
    trouble.note("stuck", entity.entity_id, int(rows.ts[newest]), last, "one value for days")
    others = [n for name, n in scene.cast.numbers.items() if n != number and _same_device(scene, name, entity)]
    if np.isin(rows.entity, others).sum() >= LEAST_ROWS and rng.random() < 0.5:
        return rows.take(~inside)
    return replace(rows, state=np.where(inside, rows.state[newest], rows.state))


def _same_device(scene: Scene, name: str, entity: SimulatedEntity) -> bool:
    return name in scene.cast.by_id and scene.cast.by_id[name].device is entity.device


def _flooded(scene: Scene, entity: SimulatedEntity, rows: Rows, trouble: Trouble, rng: np.random.Generator) -> Rows:
    """Return the rows with two values of an entity in turn, every few seconds."""
    number, first = scene.cast.numbers[entity.entity_id], _within(scene, 0.25, 0.9, rng)
    own = np.flatnonzero(rows.entity == number)
    near = own[np.argsort(np.abs(rows.ts[own] - first), kind="stable")[:2]]
    ts = first + np.arange(FLOOD_HOURS * HOUR // (FLOOD_SECONDS * SECOND)) * FLOOD_SECONDS * SECOND
    ts = ts + rng.integers(0, SECOND, len(ts))
    states = rows.state[near][np.arange(len(ts)) % 2]
    trouble.note("rate", entity.entity_id, first, first + FLOOD_HOURS * HOUR, "a report every few seconds")
    return concatenate([rows, Rows.make(ts, number, states)])


def _slowed(scene: Scene, entity: SimulatedEntity, rows: Rows, trouble: Trouble, rng: np.random.Generator) -> Rows:
    """Return the rows with most of a device's reports lost for two days."""
    first = _within(scene, 0.25, 0.85, rng)
    last = first + SLOW_DAYS * DAY
    own = [e.entity_id for e in scene.cast.entities if e.device is entity.device]
    mine = np.isin(rows.entity, [scene.cast.numbers[name] for name in own])
    inside = mine & (rows.ts >= first) & (rows.ts < last)
    kept = np.isin(rows.ts // HOUR, np.unique(rows.ts[inside] // HOUR)[1 :: round(1 / SLOW_SHARE)])
    for name in own:
        number = scene.cast.numbers[name]
        if np.count_nonzero(rows.entity == number) >= LEAST_ROWS:
            trouble.note("rate", name, first, last, "hardly any report")
    return rows.take(~inside | kept)
