"""The detector of co-occurrences."""

from collections.abc import Sequence
from itertools import groupby

import numpy as np

from homeintel.patterns.arrays import Bools
from homeintel.patterns.automated import is_automated
from homeintel.patterns.domains import is_motion
from homeintel.patterns.findings import Pattern, Traced, Traces
from homeintel.patterns.funnel import Funnel
from homeintel.patterns.history import History
from homeintel.patterns.limits import IN_FORCE, Limits
from homeintel.patterns.pairs.candidates import screen
from homeintel.patterns.pairs.explain import explain_away
from homeintel.patterns.pairs.judge import Judge, Judged
from homeintel.patterns.reversal import times_undone
from homeintel.patterns.stats.intervals import next_time, wilson
from homeintel.patterns.stats.tails import probability

DETECTOR = "co_occurrence"
SEEN_SECONDS = 30.0
SEEN_CONFIDENCE = 0.45
"""A motion sensor sees everybody who is about to act, so of what follows it so soon the share must surely be greater."""


def detect_pairs(history: History, home_days: Bools, limits: Limits = IN_FORCE) -> Traces:
    """Return every directed pair whose action follows its trigger more often than it comes anyway.

    Args:
        history: the window.
        home_days: days with data on which somebody was at home. Shape (days,).
        limits: what a pair must reach.
    """
    funnel = Funnel(DETECTOR)
    screened = screen(history, home_days)
    funnel.step("triggers and actions within ten minutes", screened.judged)
    funnel.step("more often than at random", len(screened.pairs))
    apart = [
        (t, a) for t, a in screened.pairs if _apart(history, screened.triggers[t].entity, screened.actions[a].entity)
    ]
    funnel.step("not one device, nor a group and its member", len(apart))
    judge = Judge(history, home_days)
    judged = [judge.judge(screened.triggers[t], screened.actions[a]) for t, a in apart]
    strong = _strong(history, [pair for pair in judged if pair is not None], limits, funnel)
    funnel.step("beats the action's own rate at that hour", len(strong))
    standing, dropped = _standing(strong, float(np.log(limits.pair_p_value)))
    for pair in dropped:
        funnel.miss(pair.strength(pair.chance), _text(history, pair))
    funnel.step("not explained by a stronger trigger", len(standing))
    return Traces(tuple(_traced(history, pair) for pair in standing), screened.judged, funnel.gates)


def _apart(history: History, first: int, second: int) -> bool:
    return first != second and not history.same_device(first, second)


def _strong(history: History, judged: Sequence[Judged], limits: Limits, funnel: Funnel) -> list[Judged]:
    strong = []
    most_log_p = float(np.log(limits.pair_p_value))
    seeing = _seeing(history, judged)
    for pair in judged:
        hits, trials = int(pair.hit.sum()), int(pair.open.sum())
        if _only_seen(history, pair, seeing):
            funnel.miss(hits / max(1, trials), _text(history, pair))
        elif pair.log_p <= most_log_p and hits >= trials * max(limits.pair_confidence, limits.pair_lift * pair.chance):
            strong.append(pair)
        else:
            funnel.miss(min(-pair.log_p, -most_log_p) * hits / max(1, trials), _text(history, pair))
    return strong


def _seeing(history: History, judged: Sequence[Judged]) -> set[tuple[int, int]]:
    """Return the triggers that only tell where somebody is: motion sensors, and lights that a machine ties to them."""
    motion = {
        (pair.trigger.entity, pair.trigger.state)
        for pair in judged
        if is_motion(
            history.entities[pair.trigger.entity], history.property_of.get(history.entities[pair.trigger.entity])
        )
    }
    tied = {
        (pair.action.entity, pair.action.state)
        for pair in judged
        if (pair.trigger.entity, pair.trigger.state) in motion and _automated(pair)
    }
    return motion | tied


def _automated(pair: Judged) -> bool:
    return is_automated(pair.lag[pair.hit], pair.action.cause[pair.action_row[pair.hit]])


def _only_seen(history: History, pair: Judged, seeing: set[tuple[int, int]]) -> bool:
    """Return whether the trigger may just have seen the person who was about to act.

    Nobody switches a thing off because somebody comes.
    """
    if (pair.trigger.entity, pair.trigger.state) not in seeing or _automated(pair):
        return False
    if history.states[pair.action.state] == "off":
        return True
    soon = np.median(pair.lag[pair.hit]) <= SEEN_SECONDS
    return bool(soon and wilson(int(pair.hit.sum()), int(pair.open.sum()))[0] < SEEN_CONFIDENCE)


def _standing(strong: Sequence[Judged], most_log_p: float) -> tuple[list[Judged], list[Judged]]:
    ordered = sorted(strong, key=_action_key)
    standing: list[Judged] = []
    dropped: list[Judged] = []
    for _, group in groupby(ordered, key=_action_key):
        kept, explained = explain_away(list(group), most_log_p)
        standing += kept
        dropped += explained
    return standing, dropped


def _action_key(pair: Judged) -> tuple[int, int]:
    return pair.action.entity, pair.action.state


def _text(history: History, pair: Judged) -> str:
    names = [f"{history.entities[s.entity]} {history.states[s.state]}" for s in (pair.trigger, pair.action)]
    return f"{names[0]}, then {names[1]}: {pair.hit.sum()} of {pair.open.sum()}, by chance {pair.chance:.0%}"


def _traced(history: History, pair: Judged) -> Traced:
    times = pair.action.time[pair.action_row[pair.hit]]
    name = history.entities[pair.trigger.entity]
    by_motion = is_motion(name, history.property_of.get(name))
    # Darkness and kinds of day are conditions in their own right; hours might just be those of a routine.
    counted = (
        pair.open if "after" not in pair.condition.texts or "sunset" in pair.condition.texts.values() else pair.able
    )
    followed = pair.lag[counted] <= pair.window
    return Traced(_pattern(history, pair), times, pair.trigger.time[counted], followed, by_motion)


def _pattern(history: History, pair: Judged) -> Pattern:
    hits, trials = int(pair.hit.sum()), int(pair.open.sum())
    low, high = wilson(hits, trials)
    lags = pair.lag[pair.hit]
    rows = pair.action_row[pair.hit]
    trigger = history.entities[pair.trigger.entity]
    action = history.entities[pair.action.entity]
    return Pattern(
        kind="co_occurrence",
        entity_id=action,
        state=history.states[pair.action.state],
        days=pair.condition.days,
        occurrences=hits,
        opportunities=trials,
        confidence=next_time(hits, trials),
        confidence_low=low,
        confidence_high=high,
        expected=pair.chance * trials,
        p_value=probability(pair.log_p),
        q_value=1.0,
        trigger_entity_id=trigger,
        trigger_state=history.states[pair.trigger.state],
        conditions=pair.condition.texts,
        lag_seconds=float(np.median(lags)),
        lag_p90_seconds=float(np.quantile(lags, 0.9)),
        undone=times_undone(history, pair.action.entity, pair.action.time[rows]),
        already_automated=is_automated(lags, pair.action.cause[rows]) or (trigger, action) in history.known_automations,
        first_seen=float(pair.action.time[rows].min()),
        last_seen=float(pair.action.time[rows].max()),
        evidence={
            "window_seconds": pair.window,
            "lags_seconds": [round(float(lag), 1) for lag in lags[:500]],
            "chance": round(pair.chance, 4),
        },
    )
