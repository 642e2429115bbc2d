"""What is planted in a home: its habits, couplings and automations."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from homeintel.simulate.cast import ACTIVE, Cast
from homeintel.simulate.kinds import HomeKind
from homeintel.simulate.slots import CLOCK_SLOTS, EVENING, REACTIONS, SUN_SLOTS, TANGLED_SLOTS, Reaction, Slot
from homeintel.simulate.stage import Stage
from homeintel.simulate.truth import Automation, Coupling, Routine

__all__ = ["AUTOMATION_IDS", "Plan", "plan_home"]

AUTOMATION_IDS = ("automation.bathroom_light", "automation.garden_lights_off", "automation.worktop_at_six")
GARDEN_OFF, WORKTOP_ON = 1410.0, 1080.0  # exact local minutes of the two automations by time
MORNING_UNTIL, NIGHT_FROM = 600.0, 1300.0  # local minutes
USUAL_WAKE, USUAL_BED = 395.0, 1385.0  # of the earliest riser and the last to bed
LOOSE = 40.0  # minutes by which homes other than the regular one differ from a slot's own times
CONDITIONED = 0.5  # share of a tangled home's couplings that hold in the evening only


@dataclass(frozen=True)
class Plan:
    """Everything planted, before anything has happened.

    `undone` names the automations people keep undoing, `frequent` the actuators used often without any habit.
    """

    routines: tuple[Routine, ...]
    couplings: tuple[Coupling, ...]
    automations: tuple[Automation, ...]
    undone: tuple[str, ...]
    frequent: frozenset[str]

    @property
    def parts(self) -> frozenset[str]:
        """The entities that play a part in anything planted."""
        acting = {routine.entity_id for routine in self.routines}
        for coupling in self.couplings:
            acting |= {coupling.entity_id, coupling.trigger_entity_id}
        for automation in self.automations:
            acting |= {automation.entity_id, automation.trigger_entity_id or ""}
        return frozenset(acting)


def plan_home(kind: HomeKind, cast: Cast, rng: np.random.Generator) -> Plan:
    """Return what is planted in a home of a kind."""
    stage = Stage(cast, rng, kind)
    automations = _automations(stage)
    couplings, frequent = _couplings(stage)
    clock = _clock_routines(stage)
    sun = _sun_routines(stage, clock)
    closed = {routine.entity_id for routine in sun}
    clock = [replace(routine, undo_minutes=None) if routine.entity_id in closed else routine for routine in clock]
    undone = tuple(name for name in (a.automation_id for a in automations) if name == AUTOMATION_IDS[2])
    return Plan((*clock, *sun), tuple(couplings), tuple(automations), undone, frozenset(frequent))


def _chosen(stage: Stage, slots: Sequence[Slot], count: int) -> list[Slot]:
    """Return so many slots: the first ones in a regular home, any ones elsewhere."""
    if stage.kind.in_order:
        return list(slots[:count])
    return [slots[number] for number in sorted(stage.rng.permutation(len(slots))[:count])]


def _clock_routines(stage: Stage) -> list[Routine]:
    slots = TANGLED_SLOTS if stage.kind.tangled else CLOCK_SLOTS
    loose = 0.0 if stage.kind.in_order else LOOSE
    made: list[Routine] = []
    for slot in _chosen(stage, slots, stage.kind.clock_routines):
        entity = stage.take(slot.component, slot.words)
        if entity is None:
            continue
        shift = stage.between(-loose, loose) if slot.minutes[1] < 1380 else 0.0
        minute = round(stage.between(*slot.minutes) + shift + _lived(stage.kind, slot.minutes[0]), 1)
        if slot.together and made and made[-1].minute_of_day is not None:
            minute = made[-1].minute_of_day
        also = ((days, stage.between(*at) + shift + _lived(stage.kind, at[0])) for days, at in slot.also)
        times = [(slot.days, minute), *also]
        made += [stage.routine(entity, slot.state, round(at, 1), days, slot.undo) for days, at in times]
    return made


def _lived(kind: HomeKind, minute: float) -> float:
    """Return by how many minutes these people's mornings and nights are later than those the slots were written for."""
    if minute < MORNING_UNTIL:
        return min(person.wake[0] for person in kind.people) - USUAL_WAKE
    return max(person.bed[0] for person in kind.people) - USUAL_BED if minute > NIGHT_FROM else 0.0


def _sun_routines(stage: Stage, clock: Sequence[Routine]) -> list[Routine]:
    """Return the habits of the sun. A cover that the clock opens is closed by the sun."""
    opened = [routine.entity_id for routine in clock if routine.entity_id.startswith("cover.")]
    made = []
    for slot in SUN_SLOTS[: stage.kind.sun_routines]:
        entity = stage.cast.by_id[opened[0]] if slot.opened and opened else stage.take(slot.component, slot.words)
        if entity is None:
            continue
        spread, keep = stage.between(*stage.kind.sun_spread), stage.share(*stage.kind.keep)
        offset, undo = stage.between(*slot.offset), None if slot.opened and opened else slot.undo
        if entity.component == "switch" and not _switched_off_by_machine(stage):
            undo = 240.0
        made.append(Routine(entity.entity_id, slot.state, "all", None, spread, keep, slot.event, offset, undo))
    return made


def _switched_off_by_machine(stage: Stage) -> bool:
    return stage.kind.automations > 1


def _couplings(stage: Stage) -> tuple[list[Coupling], list[str]]:
    """Return the reactions by hand, and the actions among them that are done often anyway."""
    made: list[Coupling] = []
    frequent: list[str] = []
    for reaction in _chosen_reactions(stage):
        trigger, entity = stage.trigger(reaction.trigger), stage.take(reaction.component, reaction.words)
        if trigger is None or entity is None or trigger == entity.entity_id:
            continue
        conditions = reaction.conditions
        if stage.kind.tangled and not conditions and stage.rng.random() < CONDITIONED:
            conditions = (EVENING,)
        lag = stage.between(*(stage.kind.lag or reaction.lag))
        probability, state = stage.share(*stage.kind.probability), reaction.state or ACTIVE[entity.component]
        made.append(Coupling(trigger, reaction.trigger_state, entity.entity_id, state, lag, probability, conditions))
        if reaction.frequent:
            frequent.append(entity.entity_id)
    return made, frequent


def _chosen_reactions(stage: Stage) -> list[Reaction]:
    """Return the kind's reactions; a chain's second link comes after its first."""
    count = stage.kind.couplings
    if stage.kind.in_order:
        return list(REACTIONS[:count])
    return [REACTIONS[number] for number in sorted(stage.rng.permutation(len(REACTIONS))[:count])]


def _automations(stage: Stage) -> list[Automation]:
    """Return the automations that run already; the third is one people keep undoing."""
    bathroom, garden = stage.take("light", ("bathroom",)), stage.take("switch", ("garden",))
    worktop, motion = stage.take("light", ("arbeits",)), stage.trigger("binary_sensor.bathroom_motion")
    made: list[Automation] = []
    if bathroom and motion:
        made.append(Automation(AUTOMATION_IDS[0], bathroom.entity_id, "on", motion, "on", None, 0.2))
    if garden:
        made.append(Automation(AUTOMATION_IDS[1], garden.entity_id, "off", None, None, GARDEN_OFF, 0.1))
        stage.free.append(garden)  # people switch it on
    if worktop:
        made.append(Automation(AUTOMATION_IDS[2], worktop.entity_id, "on", None, None, WORKTOP_ON, 0.15))
    known = AUTOMATION_IDS[: stage.kind.automations]
    return [automation for automation in made if automation.automation_id in known]
