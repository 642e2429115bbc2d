"""Lets the strongest trigger of an action explain its occurrences before weaker ones are judged.

That removes common causes (A brings B and C: B, C is no pair), a chain's two ends (A, B, C is not A, C) and sensors that
see the same person pass.
"""

from collections.abc import Sequence

import numpy as np

from homeintel.patterns.pairs.judge import LAG_WINDOWS, Judged
from homeintel.patterns.stats.tails import log_chance_tail

TIE = 3.0
"""Log likelihood by which one trigger must be better than another that explains the same; otherwise the one that comes
first is the cause and the other a consequence of it."""

LEAST_LEFT = 0.5
"""A weaker trigger keeps its place where so many of its hits are not explained by stronger ones."""


def explain_away(judged: Sequence[Judged], most_log_p: float) -> tuple[list[Judged], list[Judged]]:
    """Return the pairs of one action that stand on their own, strongest first, and those explained by others.

    Args:
        judged: pairs with one and the same action.
        most_log_p: what a pair must still reach without the explained occurrences.
    """
    ranked = _ranked(judged)
    explained = np.zeros(len(judged[0].action.time) + 1, dtype=bool) if judged else np.zeros(1, dtype=bool)
    standing: list[Judged] = []
    dropped: list[Judged] = []
    for pair in ranked:
        left = pair.hit & ~explained[pair.action_row]
        possible = pair.open & ~(pair.hit & explained[pair.action_row])
        log_p = log_chance_tail(
            int(left.sum()), int(possible.sum()), pair.chance_hits + 0.5, pair.chance_trials - pair.chance_hits + 0.5
        )
        own = left.sum() >= LEAST_LEFT * pair.hit.sum()
        if standing and not (own and log_p + np.log(len(LAG_WINDOWS)) <= most_log_p):
            dropped.append(pair)
            continue
        standing.append(pair)
        explained[pair.action_row[pair.hit]] = True
    return standing, dropped


def _ranked(judged: Sequence[Judged]) -> list[Judged]:
    """Return the pairs, strongest first; of those about equally strong the one whose trigger comes earliest."""
    if not judged:
        return []
    chance = max(pair.chance for pair in judged)
    strength = {id(pair): pair.strength(chance) for pair in judged}
    left = sorted(judged, key=lambda pair: (-strength[id(pair)], pair.trigger.entity, pair.trigger.state))
    ranked = []
    while left:
        equal = [pair for pair in left if strength[id(pair)] >= strength[id(left[0])] - TIE]
        first = max(equal, key=lambda pair: float(np.median(pair.lag[pair.hit])))
        ranked.append(first)
        left = [pair for pair in left if pair is not first]
    return ranked
