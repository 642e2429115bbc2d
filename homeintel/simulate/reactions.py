"""Couplings by hand and automations by machine: what follows a trigger."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from homeintel.simulate.clock import MINUTE, SECOND, Ints
from homeintel.simulate.habits import APP_SHARE, opposite
from homeintel.simulate.identifiers import context_ids
from homeintel.simulate.resolve import initial_states, resolve, state_at
from homeintel.simulate.rows import NONE, Rows, concatenate
from homeintel.simulate.scene import Scene
from homeintel.simulate.truth import Automation, Coupling

__all__ = ["AUTOMATION_TAG", "COUPLING_TAG", "Chances", "react"]

COUPLING_TAG = 1000  # tag of the first coupling
AUTOMATION_TAG = 2000  # tag of the first automation
LAG_SIGMA = 0.45
UNDO_MINUTES, UNDO_SIGMA = 9.0, 0.7
MACHINE_JITTER = 0.03  # seconds, standard deviation of a Zigbee command's way
UNDONE_SHARE = 0.7  # how often people undo an automation they do not want
OFF_AFTER_SECONDS = 300.0  # the timer that switches off what a motion automation has switched on

Chances = dict[int, Ints]  # tag -> the times at which the planted reaction could have happened


def react(scene: Scene, sensors: Rows, intents: Rows, rng: np.random.Generator) -> tuple[Rows, Rows, Chances]:
    """Return the changes of all actuators, the rows of the automations themselves, and each reaction's chances.

    Reactions are worked out one after the other, so that an action can be the next one's trigger.
    """
    initial, chances, runs = initial_states(scene), {}, []
    sensors = sensors.by_entity()
    for number, automation in enumerate(scene.plan.automations):
        changes = resolve(intents, initial)
        made, run = _automate(scene, automation, AUTOMATION_TAG + number, sensors, changes, rng)
        intents = concatenate([intents, made])
        runs.append(run)
        chances[AUTOMATION_TAG + number] = run.ts
    for number, coupling in enumerate(scene.plan.couplings):
        changes = resolve(intents, initial)
        made, times = _couple(scene, coupling, COUPLING_TAG + number, sensors, changes, rng)
        intents = concatenate([intents, made])
        chances[COUPLING_TAG + number] = times
    return resolve(intents, initial), concatenate(runs), chances


def _couple(
    scene: Scene, coupling: Coupling, tag: int, sensors: Rows, changes: Rows, rng: np.random.Generator
) -> tuple[Rows, Ints]:
    entity, state = scene.cast.numbers[coupling.entity_id], scene.state(coupling.state)
    times = _triggers(scene, coupling.trigger_entity_id, coupling.trigger_state, sensors, changes)
    times = times[scene.life.awake(times) & _hold(scene, coupling.conditions, times)]
    times = times[state_at(changes, initial_states(scene), entity, times) != state]
    lag = np.exp(rng.normal(np.log(coupling.lag_seconds), LAG_SIGMA, len(times))) * SECOND
    lasting = np.exp(rng.normal(np.log(UNDO_MINUTES), UNDO_SIGMA, len(times))) * MINUTE
    does = rng.random(len(times)) < coupling.probability
    later = scene.life.when_awake(times + np.round(lag + lasting).astype(np.int64), rng)
    occasion = _occasions(times, np.where(does, later, times))
    at, later, times = (
        times[does & occasion] + np.round(lag[does & occasion]).astype(np.int64),
        later[does & occasion],
        times[occasion],
    )
    app = rng.random(len(at)) < APP_SHARE
    users = scene.users[rng.integers(0, len(scene.users), len(at))] if len(scene.users) else np.full(len(at), NONE)
    back = scene.state(opposite(coupling.entity_id, coupling.state))
    done = Rows.make(at, entity, state, user=np.where(app, users, NONE), tag=tag)
    return concatenate([done, Rows.make(later, entity, back)]), times


def _occasions(times: Ints, busy_until: Ints) -> npt.NDArray[np.bool_]:
    """Return which triggers are occasions: not those that come while an earlier one's action is still in force."""
    found, until = np.zeros(len(times), dtype=np.bool_), -1
    for position, (time, end) in enumerate(zip(times.tolist(), busy_until.tolist(), strict=True)):
        if time > until:
            found[position], until = True, end
    return found


def _triggers(scene: Scene, entity_id: str, state: str, sensors: Rows, changes: Rows) -> Ints:
    """Return when an entity came into a state, whether it is a sensor or switched."""
    entity, wanted = scene.cast.numbers[entity_id], scene.state(state)
    for rows in (sensors, changes):
        low, high = np.searchsorted(rows.entity, [entity, entity + 1])
        if low < high:
            return np.asarray(rows.ts[low:high][rows.state[low:high] == wanted])
    return np.empty(0, dtype=np.int64)


def _hold(scene: Scene, conditions: tuple[Mapping[str, str], ...], ts: Ints) -> npt.NDArray[np.bool_]:
    """Return whether all conditions hold at each time."""
    held = np.ones(len(ts), dtype=np.bool_)
    for condition in conditions:
        if condition["condition"] == "sun":
            held &= _dark(scene, ts)
        else:
            minute = scene.clock.local_minute(ts)
            held &= (minute >= _minutes(condition["after"])) & (minute < _minutes(condition["before"]))
    return held


def _dark(scene: Scene, ts: Ints) -> npt.NDArray[np.bool_]:
    day = np.clip(scene.clock.day_of(ts), 0, scene.clock.days - 1)
    return (ts >= scene.sunset[day]) | (ts < scene.sunrise[day])


def _minutes(time: str) -> float:
    hours, minutes = time.split(":")[:2]
    return int(hours) * 60.0 + int(minutes)


def _automate(
    scene: Scene, automation: Automation, tag: int, sensors: Rows, changes: Rows, rng: np.random.Generator
) -> tuple[Rows, Rows]:
    """Return what an automation does and its own rows: it is `on` throughout, its attributes tell the run."""
    entity, state = scene.cast.numbers[automation.entity_id], scene.state(automation.state)
    by_time = automation.trigger_entity_id is None
    if by_time:
        days = np.arange(scene.clock.days)
        triggers = scene.clock.to_utc(days, np.full(len(days), automation.minute_of_day or 0.0))
        triggers = triggers + rng.integers(5_000, 60_000, len(days))
    else:
        trigger_id, trigger_state = automation.trigger_entity_id or "", automation.trigger_state or ""
        triggers = _triggers(scene, trigger_id, trigger_state, sensors, changes) + 4_000
    own = scene.cast.numbers[automation.automation_id]
    parents = np.full(len(triggers), NONE) if by_time else context_ids(scene.texts, triggers, rng)
    runs = Rows.make(triggers, own, scene.state("on"), parent=parents, tag=tag)
    lag = np.abs(rng.normal(automation.lag_seconds, MACHINE_JITTER, len(triggers)))
    at = triggers + np.round(lag * SECOND).astype(np.int64)
    done = [Rows.make(at, entity, state, parent=parents, tag=tag)]
    if not by_time:
        after = at + np.round((OFF_AFTER_SECONDS + rng.normal(0, MACHINE_JITTER, len(at))) * SECOND).astype(np.int64)
        alone = np.append(np.diff(at) > OFF_AFTER_SECONDS * SECOND, True)
        back = scene.state(opposite(automation.entity_id, automation.state))
        done.append(Rows.make(after[alone], entity, back, parent=parents[alone]))
    if automation.automation_id in scene.plan.undone:
        done.append(_undo(scene, automation, at, rng))
    return concatenate(done), runs


def _undo(scene: Scene, automation: Automation, at: Ints, rng: np.random.Generator) -> Rows:
    """Return the people's answer to an automation they do not want: off again within three minutes."""
    undone = at[(rng.random(len(at)) < UNDONE_SHARE) & scene.life.awake(at)]
    later = undone + rng.integers(20 * SECOND, 170 * SECOND, len(undone))
    back = scene.state(opposite(automation.entity_id, automation.state))
    return Rows.make(later, scene.cast.numbers[automation.entity_id], back)
