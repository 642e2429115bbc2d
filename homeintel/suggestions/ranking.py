"""Which candidates are worth a person's morning: gates, one order, the first so many."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log

from homeintel.patterns.stats.tails import log_binomial_tail
from homeintel.suggestions.backtest.result import Tally
from homeintel.suggestions.candidate import KINDS, Candidate

GOOD_SCORE = 0.15
"""From this score a candidate is good enough to stand for its kind among the first."""

LEAST_SCORE = 0.03
"""Below it nothing is suggested, however long the list may be."""

LEAST_PRECISION = 0.6
"""An automation that would be wrong more than four times of ten annoys."""
HELD_OUT_CHANCE = 0.05
"""The held-out week alone speaks against an automation where one that is just good enough would be wrong so often in
fewer than one week of twenty: a true habit has a bad week too."""

SHOWN_MARGIN = 0.05
SHOWN_OCCASIONS = 2
SHOWN_CHANCE = 0.01
SHOWN_SCORE = 0.03
"""What was shown last night stays by so much precision less, though so many more occasions had gone wrong, up to a week
so unlikely, against a rival by so much score better, and from half the least score: one more day must not make it come
and go."""

LEAST_OCCASIONS = 3
"""Fewer occasions than this say nothing."""


@dataclass(frozen=True)
class Step:
    """One gate of the funnel.

    Args:
        step: what was asked, in words.
        candidates: how many passed.
        example: the nearest miss: the best candidate that did not pass, and why.
    """

    step: str
    candidates: int
    example: str = ""


@dataclass(frozen=True)
class Selection:
    """What is suggested, and how it came to that.

    Args:
        chosen: the best first.
        steps: the funnel.
        reasons: why a candidate was not chosen, by suggestion id.
    """

    chosen: tuple[Candidate, ...]
    steps: tuple[Step, ...]
    reasons: dict[str, str]


def in_order(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return candidates by score, the best first; the id decides between equals, so the order is one."""
    return sorted(candidates, key=lambda candidate: (-candidate.score, candidate.suggestion_id))


def _by_standing(candidates: Iterable[Candidate], shown: Collection[str]) -> list[Candidate]:
    """Return candidates by score, those shown last night a little ahead."""
    return sorted(candidates, key=lambda candidate: (-_standing(candidate, shown), candidate.suggestion_id))


def _standing(candidate: Candidate, shown: Collection[str]) -> float:
    return candidate.score + (SHOWN_SCORE if candidate.suggestion_id in shown else 0.0)


def select(
    candidates: Sequence[Candidate], answered: Mapping[str, str], limit: int | None, shown: Collection[str] = ()
) -> Selection:
    """Return the suggestions of the night.

    Args:
        candidates: in any order.
        answered: suggestion id -> why the person's answer keeps it out.
        limit: how many; None: all.
        shown: ids that last night showed.
    """
    remaining = _by_standing(candidates, shown)
    steps = [Step("found", len(remaining))]
    reasons: dict[str, str] = {}
    gates: tuple[tuple[str, Callable[[Candidate], str]], ...] = (
        ("can be carried out by Home Assistant", lambda candidate: candidate.obstacle),
        ("not answered by the person", lambda candidate: answered.get(candidate.suggestion_id, "")),
        (
            "would not annoy, by its backtest",
            lambda candidate: annoys(candidate, shown=candidate.suggestion_id in shown),
        ),
        ("says something of its own", _Repeats()),
        ("worth the trouble", lambda one: _poor(one, shown=one.suggestion_id in shown)),
    )
    for step, objection in gates:
        remaining = _pass(step, objection, remaining, steps, reasons)
    chosen = in_order(_first(remaining, limit))
    kept = {candidate.suggestion_id for candidate in chosen}
    _pass(
        "among the first" if limit else "all of them are shown",
        lambda candidate: "" if candidate.suggestion_id in kept else f"{limit} others rank higher",
        remaining,
        steps,
        reasons,
    )
    return Selection(tuple(chosen), tuple(steps), reasons)


def _poor(candidate: Candidate, *, shown: bool) -> str:
    return "" if candidate.score >= LEAST_SCORE / (2 if shown else 1) else "its score is too low"


def annoys(candidate: Candidate, *, shown: bool = False) -> str:
    """Return why the backtest speaks against a candidate; empty where it does not, or there is none.

    Args:
        candidate: with or without a replay.
        shown: whether last night showed it.
    """
    if candidate.backtest is None:
        return ""
    for tally, days, unwanted in (
        (candidate.backtest.window, "the window", _often_wrong),
        (candidate.backtest.unseen, "the held-out week", _surely_wrong),
    ):
        if tally.occasions >= LEAST_OCCASIONS and unwanted(tally, shown=shown):
            return f"in {days} it would have been unwanted {tally.unwanted} of {tally.occasions} times"
    return ""


def _often_wrong(tally: Tally, *, shown: bool) -> bool:
    spared, margin = (SHOWN_OCCASIONS, SHOWN_MARGIN) if shown else (0, 0.0)
    return (tally.wanted + spared) / (tally.occasions + spared) < LEAST_PRECISION - margin


def _surely_wrong(tally: Tally, *, shown: bool) -> bool:
    chance = log_binomial_tail(tally.unwanted, tally.occasions, 1 - LEAST_PRECISION)
    return chance < log(SHOWN_CHANCE if shown else HELD_OUT_CHANCE)


class _Repeats:
    """Objects to a candidate if a better one had one of its effects."""

    def __init__(self) -> None:
        self._said: dict[tuple[str, ...], str] = {}

    def __call__(self, candidate: Candidate) -> str:
        better = next((self._said[effect] for effect in candidate.effects if effect in self._said), None)
        if better is not None:
            return f"says the same as: {better}"
        self._said.update(dict.fromkeys(candidate.effects, candidate.title))
        return ""


def _pass(
    step: str,
    objection: Callable[[Candidate], str],
    candidates: Sequence[Candidate],
    steps: list[Step],
    reasons: dict[str, str],
) -> list[Candidate]:
    kept: list[Candidate] = []
    example = ""
    for candidate in candidates:
        reason = objection(candidate)
        if not reason:
            kept.append(candidate)
            continue
        reasons[candidate.suggestion_id] = reason
        example = example or f"{candidate.title} ({reason}; score {candidate.score:.2f})"
    steps.append(Step(step, len(kept), example))
    return kept


def _first(ordered: Sequence[Candidate], limit: int | None) -> list[Candidate]:
    """Return the first `limit`, each kind that has a good one among them while there is room for all such kinds."""
    if limit is None or len(ordered) <= limit:
        return list(ordered)
    champions = [next((c for c in ordered if c.kind == kind and c.score >= GOOD_SCORE), None) for kind in KINDS]
    taken = {champion.suggestion_id for champion in in_order(c for c in champions if c is not None)[:limit]}
    others = [candidate.suggestion_id for candidate in ordered if candidate.suggestion_id not in taken]
    taken.update(others[: limit - len(taken)])
    return [candidate for candidate in ordered if candidate.suggestion_id in taken]
