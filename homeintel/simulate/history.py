"""The history of a home: from people and plans to the rows Home Assistant records, and the truth about them."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from homeintel.simulate.absence import away_days
from homeintel.simulate.anomalies import Trouble, missed_days, note_faults, plant_faults, unusual_rows, warmer
from homeintel.simulate.arrow import numeric_array, string_array
from homeintel.simulate.attributes import automation_rows, climate_rows, dress, label
from homeintel.simulate.cast import Cast, home_cast
from homeintel.simulate.clock import SECOND, LocalClock
from homeintel.simulate.configuration import configure
from homeintel.simulate.faults import disturb, draw_faults
from homeintel.simulate.groups import group_rows
from homeintel.simulate.habits import random_intents, routine_intents, without_idle
from homeintel.simulate.identifiers import user_ids
from homeintel.simulate.kinds import HomeKind
from homeintel.simulate.layout import Layout
from homeintel.simulate.misreporting import misreported
from homeintel.simulate.motion import flicker, occupancy_rows, person_rows, sun_rows, tripped, visits
from homeintel.simulate.outcome import planted_truth
from homeintel.simulate.people import live
from homeintel.simulate.plan import AUTOMATION_IDS, plan_home
from homeintel.simulate.randomness import Stream, generator
from homeintel.simulate.reactions import Chances, react
from homeintel.simulate.registry import change_registry, entity_registry
from homeintel.simulate.rows import NONE, Rows, Texts, concatenate
from homeintel.simulate.scene import FUTURE_DAYS, Scene
from homeintel.simulate.sensors import measured
from homeintel.simulate.sun import sun_times
from homeintel.simulate.truth import Truth

__all__ = ["EVENT_SCHEMA", "History", "home_history", "set_scene"]

EVENT_SCHEMA = pa.schema(
    [
        ("ts", pa.timestamp("us", tz="UTC")),
        ("entity_id", pa.string()),
        ("state", pa.string()),
        ("attributes", pa.string()),
        ("context_user_id", pa.string()),
        ("context_parent_id", pa.string()),
    ]
)


@dataclass(frozen=True)
class History:
    """The window's events, the discrete events of the days after it, the truth about both, the entity registry."""

    events: pa.Table
    future: pa.Table
    truth: Truth
    registry: dict[str, Any]


def set_scene(
    *, seed: int, kind: HomeKind, layout: Layout, days: int, end: date, timezone: str, latitude: float, longitude: float
) -> Scene:
    """Return a home with its people and plans, before anything has happened."""
    cast: Cast = home_cast(layout, kind, AUTOMATION_IDS[: kind.automations])
    clock = LocalClock(timezone, end - timedelta(days=days), days + FUTURE_DAYS)
    sunrise, sunset = sun_times(clock, latitude, longitude)
    people_rng, plan_rng = generator(seed, Stream.PEOPLE), generator(seed, Stream.PLAN)
    texts = Texts()
    texts.number("unknown")  # number 0, so that 0 never stands for another state
    users = user_ids(texts, len(kind.people), people_rng)
    life = live(kind, clock, away_days(kind, clock, days, people_rng), people_rng)
    plan = plan_home(kind, cast, plan_rng)
    changed = change_registry(layout, kind, seed, plan.parts)
    cast = home_cast(changed.layout, kind, cast.automations)
    return without_idle(Scene(seed, kind, changed, cast, clock, days, sunrise, sunset, life, plan, texts, users))


def home_history(scene: Scene) -> History:
    """Return everything that happens in a home, in the window and for the seven days after it."""
    trouble = Trouble()
    discrete, switched, chances = _lived(scene, trouble)
    sensor_rng, fault_rng = generator(scene.seed, Stream.SENSORS), generator(scene.seed, Stream.FAULTS)
    numeric = measured(scene, switched, warmer(scene, trouble, fault_rng), sensor_rng)
    numeric = misreported(scene, numeric, trouble)
    settings = configure(scene, fault_rng)
    everything = concatenate([discrete, numeric, settings.changes])
    faults = note_faults(scene, everything, plant_faults(scene, draw_faults(scene, fault_rng), fault_rng), trouble)
    rows = dress(scene, everything, fault_rng)
    rows = label(scene, disturb(scene, rows, settings.states, faults, fault_rng))
    start, end = scene.window
    truth = planted_truth(scene, rows, chances, faults, trouble)
    rows = rows.take(~np.isin(rows.entity, _excluded(scene)))
    inside, after = (rows.ts >= start) & (rows.ts < end), (rows.ts >= end) & (rows.ts < scene.horizon[1])
    tables = (_table(scene, rows.take(inside)), _table(scene, rows.take(after)))
    return History(*tables, truth, entity_registry(scene.changed))


def _lived(scene: Scene, trouble: Trouble) -> tuple[Rows, Rows, Chances]:
    """Return the rows of people's doing and of what they trigger, the actuators' changes, and reactions' chances."""
    habit_rng, motion_rng = generator(scene.seed, Stream.HABITS), generator(scene.seed, Stream.MOTION)
    routines = routine_intents(scene, missed_days(scene, trouble), habit_rng)
    intents = concatenate([routines, random_intents(scene, habit_rng)])
    views = visits(scene, intents, motion_rng)
    sensors = concatenate([occupancy_rows(scene, views), tripped(scene, motion_rng)])
    sensors = concatenate([sensors, unusual_rows(scene, trouble, motion_rng)])
    switched, runs, chances = react(scene, sensors, intents, generator(scene.seed, Stream.ACTIONS))
    climates = climate_rows(scene, switched, motion_rng)
    others = switched.take(~np.isin(switched.entity, np.unique(climates.entity)))
    others = concatenate([_moving(scene, others), group_rows(scene, others), flicker(scene, sensors, motion_rng)])
    people = concatenate([person_rows(scene), sun_rows(scene), automation_rows(scene, runs)])
    return concatenate([sensors, others, climates, people]), switched, chances


def _excluded(scene: Scene) -> list[int]:
    """Return the numbers of the entities that people keep out of the history."""
    kept_out = scene.changed.excluded
    return [scene.cast.numbers[entity.entity_id] for entity in scene.cast.entities if entity.unique_id in kept_out]


def _moving(scene: Scene, changes: Rows) -> Rows:
    """Return the changes, with covers that tell of their motor first opening or closing, then open or closed."""
    told = [
        scene.cast.numbers[entity.entity_id]
        for entity in scene.cast.entities
        if entity.component == "cover" and "state_opening" in entity.payload
    ]
    cover = np.isin(changes.entity, told)
    starting = changes.take(cover)
    opening = starting.state == scene.state("open")
    begun = np.where(opening, scene.state("opening"), scene.state("closing"))
    first = Rows(**{**vars(starting), "state": begun, "tag": np.full(len(starting), NONE, dtype=np.int64)})
    arrived = Rows(**{**vars(starting), "ts": starting.ts + 14 * SECOND})
    return concatenate([changes.take(~cover), first, arrived])


def _table(scene: Scene, rows: Rows) -> pa.Table:
    """Return rows as the events table, sorted by time, then entity id."""
    names = np.array(scene.cast.names)
    rank = np.empty(len(names), dtype=np.int64)
    rank[np.argsort(names)] = np.arange(len(names))
    rows = rows.take(np.lexsort((rank[rows.entity], rows.ts)))
    texts = scene.texts.array()
    columns = [
        texts.take(scene.texts.positions(column)) for column in (rows.state, rows.attributes, rows.user, rows.parent)
    ]
    entity_ids = string_array(scene.cast.names).take(numeric_array(rows.entity, pa.int64()))
    ts = numeric_array(rows.ts, EVENT_SCHEMA.field("ts").type)
    return pa.Table.from_arrays([ts, entity_ids, *columns], schema=EVENT_SCHEMA)
