"""What could be known of a planted routine at all: the odds for an observer who has only its hour to find."""

from math import comb, exp, log

import numpy as np
import numpy.typing as npt

from homeintel.simulate.clock import DAY, MINUTE, Floats, Ints
from homeintel.simulate.habits import due_times, possible_days
from homeintel.simulate.resolve import initial_states, state_at
from homeintel.simulate.rows import Rows
from homeintel.simulate.scene import Scene
from homeintel.simulate.truth import Routine

__all__ = ["binomial_tail", "log_odds", "real_changes"]

WINDOW_SPREADS = 1.5  # the window about the due time that tells a normal habit best from an even background
UNSEEN = 0.5  # events added to those counted: what never happened by whim may still


def real_changes(scene: Scene, entity: int, rows: Rows) -> Rows:
    """Return an entity's rows that bring another state, in order; states that are not known are left out."""
    own = rows.take(rows.entity == entity)
    unknown = [scene.state("unknown"), scene.state("unavailable")]
    own = own.take(~np.isin(own.state, unknown))
    own = own.take(np.argsort(own.ts, kind="stable"))
    changed = np.ones(len(own), dtype=np.bool_)
    changed[1:] = own.state[1:] != own.state[:-1]
    return own.take(changed)


def log_odds(scene: Scene, routine: Routine, rows: Rows) -> float:
    """Return the log chance of so many days by whim, for who knows all but the hour.

    Such an observer knows the routine's spread and weekdays, the days on which somebody was there and the state did not hold
    already, how often the entity enters the state by no routine at all, and when people are awake. It remains to search the
    day for the hour, window by window, and that is paid for. No detector can know more.

    Args:
        scene: the home.
        routine: one of its planted routines.
        rows: everything recorded.
    """
    entity, state = scene.cast.numbers[routine.entity_id], scene.state(routine.state)
    own = real_changes(scene, entity, rows)
    entered = own.take(own.state == state)
    half = round(WINDOW_SPREADS * routine.spread_minutes * MINUTE)
    due, valid = due_times(routine, scene, np.zeros(scene.clock.days))
    days = (possible_days(routine, scene) & valid)[: scene.days]
    due = due[: scene.days]
    hit = _any_within(entered.ts, due, half)
    days &= hit | (state_at(rows, initial_states(scene), entity, due - half) != state)
    by_whim = entered.ts[(entered.tag < 0) | (entered.tag >= len(scene.plan.routines))]
    start, end = scene.window
    rate = (int(((by_whim >= start) & (by_whim < end)).sum()) + UNSEEN) / max(1.0, _awake(scene, *scene.window))
    chances = [1 - exp(-rate * _awake(scene, at - half, at + half)) for at in due[days].tolist()]
    windows = DAY / (2 * half)
    return min(
        0.0, log(binomial_tail(int((hit & days).sum()), len(chances), float(np.mean(chances or [1.0])))) + log(windows)
    )


def binomial_tail(hits: int, trials: int, share: float) -> float:
    """Return the chance of at least so many hits among trials; never quite 0."""
    terms = (comb(trials, k) * share**k * (1 - share) ** (trials - k) for k in range(hits, trials + 1))
    return min(1.0, max(sum(terms), 1e-300))


def _any_within(ts: Ints, due: Ints, half: int) -> npt.NDArray[np.bool_]:
    return np.asarray(np.searchsorted(ts, due + half, side="right") > np.searchsorted(ts, due - half))


def _awake(scene: Scene, start: int, end: int) -> float:
    """Return the minutes between two times in which somebody is at home and awake."""
    spells: Ints = scene.life.spells
    inside: Floats = np.clip(np.minimum(spells[:, 1], end) - np.maximum(spells[:, 0], start), 0, None)
    return float(inside.sum() / MINUTE)
