"""What is planted in a home: its habits, couplings, automations and the days away."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from homeintel.simulate.cast import ACTIVE, Cast
from homeintel.simulate.clock import LocalClock
from homeintel.simulate.kinds import HomeKind
from homeintel.simulate.layout import SimulatedEntity
from homeintel.simulate.truth import Automation, Coupling, Routine

__all__ = ["AUTOMATION_IDS", "DARK", "Plan", "away_days", "plan_home"]

DARK = {"condition": "sun", "after": "sunset"}
AUTOMATION_IDS = ("automation.bathroom_light", "automation.garden_lights_off", "automation.worktop_at_six")


@dataclass(frozen=True)
class Plan:
    """Everything planted, before anything has happened."""

    routines: tuple[Routine, ...]
    couplings: tuple[Coupling, ...]
    automations: tuple[Automation, ...]
    undone: tuple[str, ...]  # automations people keep undoing


class Stage:
    """The actuators not yet given a part; each is given one only once, unless asked for by name."""

    def __init__(self, cast: Cast, rng: np.random.Generator, kind: HomeKind) -> None:
        self.rng, self.kind, self.cast = rng, kind, cast
        everything = cast.actuators()
        self.free = [everything[number] for number in rng.permutation(len(everything))]

    def take(self, component: str, *words: str) -> SimulatedEntity | None:
        """Return a free actuator, one whose device or room says one of `words` first; None when none is left."""
        fitting = [entity for entity in self.free if entity.component == component]
        named = [
            entity for entity in fitting if any(word in f"{entity.entity_id} {entity.device.room}" for word in words)
        ]
        found = next(iter(named or fitting), None)
        if found is not None:
            self.free.remove(found)
        return found

    def between(self, low: float, high: float) -> float:
        """Return a number from a range, to a tenth."""
        return round(float(self.rng.uniform(low, high)), 1)

    def routine(
        self,
        entity: SimulatedEntity | None,
        minute: float,
        days: str = "all",
        *,
        state: str | None = None,
        undo: float | None = 60.0,
    ) -> list[Routine]:
        """Return a routine of the entity with the kind's own spread and keep rate; none without an entity."""
        if entity is None:
            return []
        target = state or ACTIVE[entity.component]
        spread, keep = self.between(*self.kind.spread), round(float(self.rng.uniform(*self.kind.keep)), 2)
        return [Routine(entity.entity_id, target, days, minute, spread, keep, undo_minutes=undo)]


def plan_home(kind: HomeKind, cast: Cast, rng: np.random.Generator) -> Plan:
    """Return what is planted in a home of a kind."""
    stage = Stage(cast, rng, kind)
    automations, undone = _automations(stage)
    couplings = _couplings(stage)
    clock = _clock_routines(stage)
    sun = _sun_routines(stage, clock)
    return Plan((*clock, *sun), tuple(couplings), tuple(automations), undone)


def away_days(kind: HomeKind, clock: LocalClock, days: int, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    """Return which local days the home stands empty: one block in the middle half of the window."""
    away = np.zeros(clock.days, dtype=np.bool_)
    if kind.away_days and days >= 10:
        first = int(rng.integers(days // 4, max(days // 4 + 1, 3 * days // 4 - kind.away_days)))
        away[first : first + kind.away_days] = True
    return away


def _clock_routines(stage: Stage) -> list[Routine]:
    """Return the habits of the clock, the first ones of a fixed list so that a home has some of each kind."""
    morning = stage.between(385, 440)
    cover = stage.take("cover", "living")
    made = [
        stage.routine(stage.take("switch", "kaffee"), stage.between(400, 450), undo=50),
        stage.routine(cover, stage.between(425, 450), "weekday", undo=None)
        + stage.routine(cover, stage.between(540, 590), "weekend", undo=None),
        stage.routine(stage.take("fan"), stage.between(1428, 1446), undo=420),
        stage.routine(stage.take("switch", "tv"), stage.between(1170, 1235), undo=140),
        stage.routine(stage.take("light", "kuche"), morning, "weekday", undo=45),
        stage.routine(stage.take("lock"), stage.between(1325, 1370), undo=540),
        stage.routine(stage.take("light", "bedside", "reading"), morning, undo=25),
        stage.routine(stage.take("switch", "speaker"), stage.between(600, 650), "weekend", undo=90),
        stage.routine(stage.take("light", "kids"), stage.between(1110, 1170), "mon,wed,fri", undo=80),
        stage.routine(stage.take("climate"), stage.between(1320, 1350), state="off", undo=480),
        stage.routine(stage.take("light"), stage.between(1230, 1290), "weekday", undo=60),
        stage.routine(stage.take("switch"), stage.between(720, 780), "weekend", undo=60),
    ]
    flat = [routine for group in made[: stage.kind.clock_routines] for routine in group]
    return flat if stage.kind.clock_routines else []


def _sun_routines(stage: Stage, clock: Sequence[Routine]) -> list[Routine]:
    """Return the habits of the sun. A cover that is opened by the clock is closed by the sun."""
    opened = [routine.entity_id for routine in clock if routine.entity_id.startswith("cover.")][:1]
    spare = stage.take("cover")
    garden = stage.take("switch", "garden")
    by_machine = len(AUTOMATION_IDS[: stage.kind.automations]) > 1  # then the second automation switches it off
    targets = [
        *((entity_id, "closed", "sunset", (-5.0, 25.0), None) for entity_id in opened),
        *([(garden.entity_id, "on", "sunset", (5.0, 30.0), None if by_machine else 240.0)] if garden else []),
        *([(spare.entity_id, "open", "sunrise", (10.0, 40.0), 560.0)] if spare else []),
    ]
    made = []
    for entity_id, state, event, offset, undo in targets[: stage.kind.sun_routines]:
        spread, keep = stage.between(4.0, 8.0), round(float(stage.rng.uniform(*stage.kind.keep)), 2)
        made.append(Routine(entity_id, state, "all", None, spread, keep, event, stage.between(*offset), undo))
    return made


def _couplings(stage: Stage) -> list[Coupling]:
    """Return reactions by hand: a sensor or a switch, then a person's action."""
    found = stage.cast.by_id
    lamp, strip = stage.take("light", "hall"), stage.take("light", "tv_strip")
    radiator, desk, light = (
        stage.take("climate", "bedroom"),
        stage.take("light", "desk"),
        stage.take("light", "reading"),
    )
    wanted = [
        ("binary_sensor.hall_motion_occupancy", "on", lamp, None, (3.0, 9.0), (DARK,)),
        ("switch.tv_plug", "on", strip, None, (20.0, 60.0), ()),
        ("binary_sensor.bedroom_window_contact", "on", radiator, "off", (12.0, 30.0), ()),
        ("switch.office_desk_plug", "on", desk, None, (8.0, 25.0), ()),
        ("binary_sensor.front_door_contact", "on", light, None, (10.0, 25.0), (DARK,)),
    ]
    made = []
    for trigger, trigger_state, entity, state, lag, conditions in wanted[: stage.kind.couplings]:
        if entity is None or trigger not in found:
            continue
        seconds = stage.between(120.0, 175.0) if stage.kind.slow_lags else stage.between(*lag)
        probability = round(float(stage.rng.uniform(*stage.kind.probability)), 2)
        target = state or ACTIVE[entity.component]
        made.append(Coupling(trigger, trigger_state, entity.entity_id, target, seconds, probability, conditions))
    return made


def _automations(stage: Stage) -> tuple[list[Automation], tuple[str, ...]]:
    """Return the automations that run already; the last one is one people keep undoing."""
    found = stage.cast.by_id
    bathroom, speaker, lamp = (
        stage.take("light", "bathroom"),
        stage.take("switch", "garden"),
        stage.take("light", "arbeits"),
    )
    made: list[Automation] = []
    motion = "binary_sensor.bathroom_motion_occupancy"
    if bathroom and motion in found:
        made.append(Automation(AUTOMATION_IDS[0], bathroom.entity_id, "on", motion, "on", None, 0.2))
    if speaker:
        made.append(Automation(AUTOMATION_IDS[1], speaker.entity_id, "off", None, None, 1410.0, 0.1))
        stage.free.append(speaker)
    if lamp:
        made.append(Automation(AUTOMATION_IDS[2], lamp.entity_id, "on", None, None, 1080.0, 0.15))
    made = made[: stage.kind.automations]
    undone = tuple(automation.automation_id for automation in made[2:3])
    return made, undone
