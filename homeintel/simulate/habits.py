"""What people mean to do, by habit and by whim: intents, of which those that change nothing leave no row."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from homeintel.simulate.cast import ACTIVE, REST
from homeintel.simulate.clock import MINUTE, Floats, Ints, LocalClock
from homeintel.simulate.rows import NONE, Rows, concatenate
from homeintel.simulate.scene import Scene
from homeintel.simulate.sun import POLAR_DAY
from homeintel.simulate.truth import Routine

__all__ = [
    "APP_SHARE",
    "SPREADS",
    "day_mask",
    "due_times",
    "opposite",
    "possible_days",
    "random_intents",
    "routine_intents",
    "without_idle",
]

APP_SHARE = 0.1  # share of actions done in the app or by voice: only these carry a user
LEAST_SHARE = 0.3  # a habit is one only if its hour finds somebody at home this often
SPREADS = 2.5  # habits keep within this many standard deviations
UNDO_SIGMA = 0.35
LONG_MINUTES, LONG_SIGMA = 300.0, 0.1  # what lasts until the next morning or evening varies less
USE_MINUTES, USE_SIGMA = 40.0, 0.9  # how long something switched on at random stays on
HABIT_RANDOM_SHARE = 0.6  # an actuator with a habit is used at random this much as often as others
SELDOM = {"cover": 0.15, "climate": 0.1, "lock": 0.6, "fan": 0.4}
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def day_mask(days: str, weekdays: Ints) -> npt.NDArray[np.bool_]:
    """Return on which of the days a routine is due: all, weekday, weekend or named days."""
    if days == "all":
        return np.ones(len(weekdays), dtype=np.bool_)
    if days in {"weekday", "weekend"}:
        return np.asarray((weekdays < 5) == (days == "weekday"))
    return np.isin(weekdays, [WEEKDAYS.index(day) for day in days.split(",")])


def possible_days(routine: Routine, scene: Scene) -> npt.NDArray[np.bool_]:
    """Return the days on which a routine is due and somebody is there to do it."""
    possible = day_mask(routine.days, scene.clock.weekdays) & ~scene.life.away
    possible[: scene.first_day] = False
    due, _ = due_times(routine, scene, np.zeros(scene.clock.days))
    there = scene.life.awake(due) if scene.kind.habits_need_presence else ~scene.life.gone(due)
    return np.asarray(possible & there)


def opposite(entity_id: str, state: str) -> str:
    """Return the state that undoes a state."""
    component = entity_id.partition(".")[0]
    return REST[component] if state == ACTIVE[component] else ACTIVE[component]


def routine_intents(scene: Scene, missed: dict[int, npt.NDArray[np.bool_]], rng: np.random.Generator) -> Rows:
    """Return what habits do and undo. `missed` holds, by routine, days on which it is forced to be missed."""
    parts = []
    for number, routine in enumerate(scene.plan.routines):
        days = np.arange(scene.clock.days)
        kept = possible_days(routine, scene) & (rng.random(scene.clock.days) < routine.keep_rate)
        spread = np.clip(rng.standard_normal(scene.clock.days), -SPREADS, SPREADS) * routine.spread_minutes
        sigma = LONG_SIGMA if (routine.undo_minutes or 0.0) > LONG_MINUTES else UNDO_SIGMA
        undo = np.exp(rng.normal(0.0, sigma, scene.clock.days)) * (routine.undo_minutes or 0.0)
        times, valid = due_times(routine, scene, spread)
        kept &= valid & ~scene.life.gone(times)
        kept &= ~missed.get(number, np.zeros(scene.clock.days, dtype=np.bool_))
        done = days[kept]
        entity = scene.cast.numbers[routine.entity_id]
        parts.append(_by_hand(scene, times[done], entity, routine.state, number, rng))
        if routine.undo_minutes:
            later = times[done] + np.round(undo[done] * MINUTE).astype(np.int64)
            if routine.undo_minutes > LONG_MINUTES:  # whoever has just acted is awake; the next morning takes its time
                later = scene.life.when_awake(later, rng)
            back = opposite(routine.entity_id, routine.state)
            parts.append(_by_hand(scene, later, entity, back, NONE, rng))
    return concatenate(parts)


def without_idle(scene: Scene) -> Scene:
    """Return the home without the habits nobody could keep: on too few of their days somebody is there and awake."""
    kept = []
    for routine in scene.plan.routines:
        due = day_mask(routine.days, scene.clock.weekdays)[scene.first_day : scene.days]
        could = possible_days(routine, scene)[scene.first_day : scene.days]
        if could.sum() >= LEAST_SHARE * due.sum():
            kept.append(routine)
    return replace(scene, plan=replace(scene.plan, routines=tuple(kept)))


def due_times(routine: Routine, scene: Scene, spread: Floats) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Return when a routine is done on each day, and whether that day has such a time at all."""
    clock: LocalClock = scene.clock
    if routine.sun_event is None:
        minutes = (routine.minute_of_day or 0.0) + spread
        return clock.to_utc(np.arange(clock.days), minutes), np.ones(clock.days, dtype=np.bool_)
    event = scene.sunrise if routine.sun_event == "sunrise" else scene.sunset
    offset = ((routine.offset_minutes or 0.0) + spread) * MINUTE
    return event + np.round(offset).astype(np.int64), event != POLAR_DAY


def random_intents(scene: Scene, rng: np.random.Generator) -> Rows:
    """Return what people switch on and off without any habit, evenly over the time they are awake at home."""
    habitual = {routine.entity_id for routine in scene.plan.routines}
    parts = []
    for entity in scene.cast.actuators():
        rate = scene.kind.random_use * float(rng.uniform(0.5, 1.5)) * SELDOM.get(entity.component, 1.0)
        rate *= HABIT_RANDOM_SHARE if entity.entity_id in habitual else 1.0
        rate = scene.kind.frequent_use if entity.entity_id in scene.plan.frequent else rate
        times = scene.life.sample(rng, int(rng.poisson(rate * scene.clock.days)))
        lasting = np.exp(rng.normal(np.log(USE_MINUTES), USE_SIGMA, len(times)))
        later = scene.life.when_awake(times + np.round(lasting * MINUTE).astype(np.int64), rng)
        number = scene.cast.numbers[entity.entity_id]
        parts.append(_by_hand(scene, times, number, ACTIVE[entity.component], NONE, rng))
        parts.append(_by_hand(scene, later, number, REST[entity.component], NONE, rng))
    return concatenate(parts)


def _by_hand(scene: Scene, ts: Ints, entity: int, state: str, tag: int, rng: np.random.Generator) -> Rows:
    """Return intents of people: a tenth through Home Assistant, with their user, the others at the device."""
    users = scene.users[rng.integers(0, len(scene.users), len(ts))] if len(scene.users) else np.full(len(ts), NONE)
    by_app = rng.random(len(ts)) < APP_SHARE
    return Rows.make(ts, entity, scene.state(state), user=np.where(by_app, users, NONE), tag=tag)
