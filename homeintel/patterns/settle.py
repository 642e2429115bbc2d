"""Routine or pair: where both explain the same changes, only one is the habit."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

import numpy as np

from homeintel.patterns.calendar import DAY
from homeintel.patterns.findings import Gate, Traced
from homeintel.patterns.funnel import Funnel
from homeintel.patterns.stats.circular import circular_difference
from homeintel.patterns.stats.tails import log_binomial_tail

EXPLAINED = 0.5
"""A routine of which a pair brings about so many changes is the trigger's routine, not its own."""

ARTEFACT = log(0.01)
"""Away from the routine a pair must not follow so rarely that chance would hardly explain it."""

NEAR_SECONDS = 1800.0
"""Occasions at a time of day so near to the routine's on the nearest day, or within three spreads, are not away from it."""

MOST_A_DAY = 1.5
"""A routine happens once a day: a pair whose action follows near it so many times as often is more than the routine."""


@dataclass(frozen=True)
class Settled:
    """What stays, and the gates that dropped the rest."""

    routines: tuple[Traced, ...]
    pairs: tuple[Traced, ...]
    routine_gate: Gate
    pair_gate: Gate


def settle(routines: Sequence[Traced], pairs: Sequence[Traced]) -> Settled:
    """Return routines that no pair brings about, and pairs that are more than a routine seen by a sensor.

    A pair whose action follows at other times too explains a routine of that action. A pair whose action only follows
    when the routine is due is explained by it where its trigger is a motion sensor, which sees the person who acts by habit.
    """
    artefacts = {
        id(pair)
        for pair in pairs
        for routine in routines
        if pair.by_motion and _same(routine, pair) and _artefact(routine, pair)
    }
    kept_pairs = tuple(pair for pair in pairs if id(pair) not in artefacts)
    of_pairs, of_routines = Funnel("co_occurrence"), Funnel("routines")
    for pair in pairs:
        if id(pair) in artefacts:
            of_pairs.miss(pair.pattern.confidence, f"{pair.pattern.trigger_entity_id}, then {pair.pattern.entity_id}")
    of_pairs.step("not only when a routine is due", len(kept_pairs))
    kept_routines = []
    for routine in routines:
        share = _share(routine, kept_pairs)
        if share < EXPLAINED:
            kept_routines.append(routine)
        else:
            text = f"{routine.pattern.entity_id} {routine.pattern.state}: {share:.0%} of it follow a trigger"
            of_routines.miss(1 - share, text)
    of_routines.step("not brought about by another thing", len(kept_routines))
    return Settled(tuple(kept_routines), kept_pairs, of_routines.gates[0], of_pairs.gates[0])


def _same(routine: Traced, pair: Traced) -> bool:
    one, other = routine.pattern, pair.pattern
    return (one.entity_id, one.state) == (other.entity_id, other.state)


def _share(routine: Traced, pairs: Sequence[Traced]) -> float:
    """Return the share of the routine's changes that pairs bring about."""
    brought = [pair.times for pair in pairs if _same(routine, pair)]
    return float(np.isin(routine.times, np.concatenate(brought)).mean()) if brought else 0.0


def _artefact(routine: Traced, pair: Traced) -> bool:
    """Return whether the pair's action follows near the routine's changes, once a day, and clearly less often away from them."""
    if float(np.isin(pair.times, routine.times).mean()) < EXPLAINED:
        return False
    reach = max(NEAR_SECONDS, 180 * (routine.pattern.spread_minutes or 0.0))
    nearest = np.abs(pair.occasions[:, None] - routine.times[None, :]).argmin(axis=1)
    apart = circular_difference(pair.occasions, routine.times[nearest], DAY)
    away = np.abs(apart) > reach
    if pair.followed[~away].sum() > MOST_A_DAY * routine.pattern.occurrences:
        return False
    inside = float(pair.followed[~away].mean()) if (~away).any() else 0.0
    misses = int((~pair.followed[away]).sum())
    return log_binomial_tail(misses, int(away.sum()), 1 - min(inside, 0.99)) < ARTEFACT
