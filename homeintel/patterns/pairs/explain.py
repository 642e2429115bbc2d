"""Lets the strongest trigger of an action explain its occurrences before weaker ones are judged.

That removes common causes (A brings B and C: B, C is no pair), a chain's two ends (A, B, C is not A, C) and sensors that
see the same person pass.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from homeintel.patterns.pairs.judge import LAG_WINDOWS, Judged

TIE = 3.0
"""Log likelihood by which one trigger must be better than another that explains the same; otherwise the one that comes
first is the cause and the other a consequence of it."""

LEAST_LEFT = 0.5
"""A weaker trigger keeps its place where so many of its hits are not explained by stronger ones."""


@dataclass(frozen=True)
class Explained:
    """A pair that another one of the same action explains.

    Args:
        pair: the one that is none.
        by: the one that explains most of its hits.
    """

    pair: Judged
    by: Judged

    @property
    def is_chain(self) -> bool:
        """Whether the other trigger usually comes between this one and the action; else it comes before both.

        Compared where both trigger the same change of the action.
        """
        _, own, other = np.intersect1d(
            self.pair.action_row[self.pair.hit], self.by.action_row[self.by.hit], return_indices=True
        )
        later = self.pair.lag[self.pair.hit][own] - self.by.lag[self.by.hit][other]
        return bool(np.median(later) > 0)


def standing_alone(strong: Sequence[Judged], most_log_p: float) -> tuple[list[Judged], list[Explained]]:
    """Return the pairs that stand on their own, by action and then strength, and those explained by others.

    Args:
        strong: pairs, each by itself more than chance.
        most_log_p: what a pair must still reach without the explained occurrences.
    """
    standing: list[Judged] = []
    dropped: list[Explained] = []
    for _, group in groupby(sorted(strong, key=_action_key), key=_action_key):
        kept, explained = _explain_away(list(group), most_log_p)
        standing += kept
        dropped += explained
    return standing, dropped


def _action_key(pair: Judged) -> tuple[int, int]:
    return pair.action.entity, pair.action.state


def _explain_away(judged: Sequence[Judged], most_log_p: float) -> tuple[list[Judged], list[Explained]]:
    """Return what stands of the pairs of one and the same action, strongest first, and what is explained."""
    explained_by = np.full(len(judged[0].action.time) + 1, -1)
    standing: list[Judged] = []
    dropped: list[Explained] = []
    for pair in _ranked(judged):
        explained = pair.hit & (explained_by[pair.action_row] >= 0)
        left = pair.hit & ~explained
        possible = pair.open & ~explained
        log_p = pair.by_chance.log_tail(int(left.sum()), int(possible.sum()))
        own = left.sum() >= LEAST_LEFT * pair.hit.sum()
        if explained.any() and not (own and log_p + np.log(len(LAG_WINDOWS)) <= most_log_p):
            most = int(np.bincount(explained_by[pair.action_row[explained]]).argmax())
            dropped.append(Explained(pair, standing[most]))
            continue
        rows = pair.action_row[pair.hit]
        explained_by[rows[explained_by[rows] < 0]] = len(standing)
        standing.append(pair)
    return standing, dropped


def _ranked(judged: Sequence[Judged]) -> list[Judged]:
    """Return the pairs, strongest first; of those about equally strong the one whose trigger comes earliest."""
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
