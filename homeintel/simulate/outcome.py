"""The truth of a home once its rows are there: what was planted, and how often it shows."""

from dataclasses import replace
from datetime import date

import numpy as np
import numpy.typing as npt

from homeintel.simulate.absence import away_blocks
from homeintel.simulate.anomalies import MISSED_IN_A_ROW, Trouble
from homeintel.simulate.clock import MINUTE, Ints, moment
from homeintel.simulate.faults import Faults
from homeintel.simulate.features import feature_use
from homeintel.simulate.habits import SPREADS, due_times, possible_days
from homeintel.simulate.naming import default_entity_id
from homeintel.simulate.power import log_odds
from homeintel.simulate.reactions import AUTOMATION_TAG, COUPLING_TAG, Chances
from homeintel.simulate.resolve import initial_states, state_at
from homeintel.simulate.rows import Rows
from homeintel.simulate.scene import Scene
from homeintel.simulate.truth import Anomaly, Automation, Coupling, EntityTruth, Restart, Routine, Truth

__all__ = ["planted_truth"]

LEAST_MISSED = 3  # real misses that make a missed routine of the forced ones
LEAST_UNDONE = 3  # an automation undone less often is not one people keep undoing


def planted_truth(scene: Scene, rows: Rows, chances: Chances, faults: Faults, trouble: Trouble) -> Truth:
    """Return the truth of a home. Counts come from the rows; what a restart swallowed is not counted."""
    routines = [_routine(scene, number, rows) for number in range(len(scene.plan.routines))]
    for number, automation in enumerate(scene.plan.automations):
        undone = _undone(scene, number, rows) if automation.automation_id in scene.plan.undone else 0
        if undone >= LEAST_UNDONE:
            start, end = scene.window
            trouble.note("undone_automation", automation.automation_id, start, end, f"undone {undone} times")
    for first, last in away_blocks(scene.life.away[: scene.days]):
        if first <= scene.first_day:
            continue  # they left before the history begins
        starts, ends = (int(scene.clock.midnights[day]) for day in (first, last))
        ended = None if last == scene.days and scene.life.away[last] else ends
        trouble.note("away", None, starts, ended, f"nobody at home for {last - first} days")
    return Truth(
        routines=tuple(routine for routine in routines if routine.sun_event is None),
        sun_routines=tuple(routine for routine in routines if routine.sun_event is not None),
        couplings=tuple(_coupling(scene, number, rows, chances) for number in range(len(scene.plan.couplings))),
        automations=tuple(_automation(scene, number, chances) for number in range(len(scene.plan.automations))),
        anomalies=tuple(one for one in trouble.anomalies if one.kind != "missed_routine" or _missed(scene, one, rows)),
        away_days=tuple(_dates(scene, np.flatnonzero(scene.life.away[: scene.days]))),
        restarts=tuple(Restart(moment(down), moment(back)) for down, _, back in faults.restarts),
        feature_use=feature_use(scene, rows.take((rows.ts >= scene.window[0]) & (rows.ts < scene.window[1]))),
        entities=tuple(_entities(scene)),
    )


def _missed(scene: Scene, anomaly: Anomaly, rows: Rows) -> bool:
    """Return whether the rows show a forced miss: on some days the state was there already, or came about by whim."""
    routine = next(
        routine
        for routine in scene.plan.routines
        if routine.entity_id == anomaly.entity_id and routine.sun_event is None and routine.days == "all"
    )
    days = np.flatnonzero(possible_days(routine, scene)[: scene.days])[-MISSED_IN_A_ROW:]
    due, _ = due_times(routine, scene, np.zeros(scene.clock.days))
    reach = round(SPREADS * routine.spread_minutes) * MINUTE
    entity, state = scene.cast.numbers[routine.entity_id], scene.state(routine.state)
    there = state_at(rows, initial_states(scene), entity, due[days] - reach) == state
    own = np.sort(rows.ts[(rows.entity == entity) & (rows.state == state)])
    by_whim = np.searchsorted(own, due[days] + reach) > np.searchsorted(own, due[days] - reach)
    return int((~there & ~by_whim).sum()) >= LEAST_MISSED


def _counts(scene: Scene, ts: Ints) -> tuple[int, int]:
    """Return how many times lie in the window, and how many after it."""
    start, end = scene.window
    return int(((ts >= start) & (ts < end)).sum()), int((ts >= end).sum())


def _routine(scene: Scene, number: int, rows: Rows) -> Routine:
    routine = scene.plan.routines[number]
    done = rows.ts[rows.tag == number]
    now, later = _counts(scene, done)
    days = possible_days(routine, scene) & ~_already(scene, routine, done, rows)
    return replace(
        routine,
        log_odds=log_odds(scene, routine, rows),
        occurrences=now,
        opportunities=int(days[: scene.days].sum()),
        future_occurrences=later,
        future_opportunities=int(days[scene.days :].sum()),
    )


def _already(scene: Scene, routine: Routine, done: Ints, rows: Rows) -> npt.NDArray[np.bool_]:
    """Return the days on which the state was there before its time came, so that there was nothing to do."""
    early = np.full(scene.clock.days, -SPREADS * routine.spread_minutes)
    due, _ = due_times(routine, scene, early)
    entity, state = scene.cast.numbers[routine.entity_id], scene.state(routine.state)
    there = state_at(rows, initial_states(scene), entity, due) == state
    late = round(2 * SPREADS * routine.spread_minutes) * MINUTE
    position = np.minimum(np.searchsorted(done, due), max(len(done) - 1, 0))
    acted = (done[position] >= due) & (done[position] <= due + late) if len(done) else np.zeros(len(due), np.bool_)
    return np.asarray(there & ~acted)


def _coupling(scene: Scene, number: int, rows: Rows, chances: Chances) -> Coupling:
    now, later = _counts(scene, rows.ts[rows.tag == COUPLING_TAG + number])
    could, could_later = _counts(scene, chances[COUPLING_TAG + number])
    return replace(
        scene.plan.couplings[number],
        occurrences=now,
        opportunities=could,
        future_occurrences=later,
        future_opportunities=could_later,
    )


def _automation(scene: Scene, number: int, chances: Chances) -> Automation:
    return replace(scene.plan.automations[number], runs=_counts(scene, chances[AUTOMATION_TAG + number])[0])


def _undone(scene: Scene, number: int, rows: Rows) -> int:
    """Return how often in the window people reversed what an automation did, within three minutes."""
    own = rows.take(rows.entity == scene.cast.numbers[scene.plan.automations[number].entity_id])
    by_machine = (own.tag == AUTOMATION_TAG + number) & (own.ts >= scene.window[0]) & (own.ts < scene.window[1])
    soon = np.diff(own.ts, append=own.ts[-1:]) <= 3 * MINUTE
    reversed_next = np.diff(own.state, append=own.state[-1:]) != 0
    return int((by_machine & soon & reversed_next).sum())


def _dates(scene: Scene, days: Ints) -> list[date]:
    return [scene.clock.date_of(day) for day in days.tolist()]


def _entities(scene: Scene) -> list[EntityTruth]:
    return [
        EntityTruth(
            ieee_address=entity.device.ieee_address,
            property=entity.property_name,
            entity_id=entity.entity_id,
            default_entity_id=default_entity_id(entity.component, entity.device.friendly_name, entity.object_id),
            unique_id=entity.unique_id,
            enabled=entity.enabled,
            renamed=entity.unique_id in scene.changed.renamed,
            excluded=entity.unique_id in scene.changed.excluded,
        )
        for entity in scene.layout.entities
    ]
