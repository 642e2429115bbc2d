"""What a candidate pair must pass, gate by gate; each reason to drop one is a counted step of the funnel."""

from collections.abc import Iterator, Sequence

import numpy as np

from homeintel.patterns.arrays import Ints
from homeintel.patterns.automated import is_automated
from homeintel.patterns.calendar import DAY
from homeintel.patterns.domains import is_motion
from homeintel.patterns.funnel import Funnel
from homeintel.patterns.history import History, Stream
from homeintel.patterns.limits import Limits
from homeintel.patterns.pairs.candidates import Screened
from homeintel.patterns.pairs.explain import Explained, standing_alone
from homeintel.patterns.pairs.judge import Judge, Judged
from homeintel.patterns.pairs.parts import Parts, is_sensor
from homeintel.patterns.stats.intervals import wilson

SEEN_SECONDS = 30.0
SEEN_CONFIDENCE = 0.45
"""A motion sensor sees everybody who is about to act, so of what follows it so soon the share must surely be greater."""

OFTEN_A_DAY = 1.5
SEEN_OFTEN_CONFIDENCE = 0.35
"""What follows so many times on a day on which it follows at all is not one habit that a sensor happens to see: less is enough."""

TIED_SHARE = 0.5
"""A thing of whose changes so many follow a motion sensor tells no more than the sensor: where somebody is."""

StreamKey = tuple[int, int]


def things_apart(history: History, parts: Parts, screened: Screened, funnel: Funnel) -> Ints:
    """Return the pairs that passed the screen, of two things that are neither one device nor a group and its member.

    Indices into the triggers and the actions: shape (pairs, 2).

    Args:
        history: the window.
        parts: triggers and actions.
        screened: which of them make pairs worth a look.
        funnel: of the detector.
    """
    funnel.step("within ten minutes of each other", screened.judged)
    if screened.nearest is not None:
        first, second = screened.nearest
        funnel.miss(0.0, _names(history, parts.triggers[first], parts.actions[second]))
    funnel.step("more often than at random", len(screened.pairs))
    pairs, ratios = screened.pairs, screened.ratios
    for step, excluded in (
        ("not the same device", history.one_device),
        ("not a group and its member", history.group_and_member),
    ):
        kept = np.ones(len(pairs), dtype=bool)
        for row, (trigger, action) in enumerate(_streams(parts, pairs)):
            if excluded(trigger.entity, action.entity):
                kept[row] = False
                funnel.miss(float(ratios[row]), _names(history, trigger, action))
        pairs, ratios = pairs[kept], ratios[kept]
        funnel.step(step, len(pairs))
    return pairs


def beyond_chance(
    history: History, judge: Judge, parts: Parts, pairs: Ints, limits: Limits, funnel: Funnel
) -> list[Judged]:
    """Return the pairs that beat chance and whose trigger did not just see the person who was about to act.

    Pairs are judged one by one and what does not stand is let go at once: a dense home has thousands.

    Args:
        history: the window.
        judge: of the same window.
        parts: triggers and actions.
        pairs: indices into both: shape (pairs, 2).
        limits: what a pair must reach.
        funnel: of the detector.
    """
    strong: list[Judged] = []
    tied: set[StreamKey] = set()
    most_log_p = float(np.log(limits.pair_p_value))
    for pair in _judged(judge, parts, pairs):
        hits, trials = int(pair.hit.sum()), int(pair.open.sum())
        if _by_motion(history, pair) and _automated(pair):
            tied.add((pair.action.entity, pair.action.state))
        if pair.log_p <= most_log_p and hits >= trials * max(limits.pair_confidence, limits.pair_lift * pair.chance):
            strong.append(pair)
        else:
            funnel.miss(min(-pair.log_p, -most_log_p) * hits / max(1, trials), _text(history, pair))
    funnel.step("beats the action's own rate at that hour", len(strong))
    tied |= {(pair.action.entity, pair.action.state) for pair in strong if _ties(history, pair)}
    kept = []
    for pair in strong:
        if _only_seen(history, pair, tied):
            funnel.miss(pair.hit.sum() / max(1, pair.open.sum()), _text(history, pair))
        else:
            kept.append(pair)
    funnel.step("the trigger did more than see who acts", len(kept))
    return kept


def unexplained(history: History, strong: Sequence[Judged], limits: Limits, funnel: Funnel) -> list[Judged]:
    """Return the pairs that no other trigger of the same action explains.

    Args:
        history: the window.
        strong: pairs, each by itself more than chance.
        limits: what a pair must reach.
        funnel: of the detector.
    """
    standing, dropped = standing_alone(strong, float(np.log(limits.pair_p_value)))
    sensors = [one for one in dropped if is_sensor(history, one.pair.trigger) and is_sensor(history, one.by.trigger)]
    others = [one for one in dropped if one not in sensors]
    chains = [one for one in others if one.is_chain]
    causes = [one for one in others if not one.is_chain]
    left = len(strong)
    for step, of_step in (
        ("not explained by a sensor that saw the same person pass", sensors),
        ("not two actions of one trigger", causes),
        ("not the two ends of a chain", chains),
    ):
        for one in of_step:
            funnel.miss(one.pair.strength(one.pair.chance), _explained_text(history, one))
        left -= len(of_step)
        funnel.step(step, left)
    return standing


def _streams(parts: Parts, pairs: Ints) -> Iterator[tuple[Stream, Stream]]:
    return ((parts.triggers[trigger], parts.actions[action]) for trigger, action in pairs)


def _judged(judge: Judge, parts: Parts, pairs: Ints) -> Iterator[Judged]:
    for trigger, action in _streams(parts, pairs):
        pair = judge.judge(trigger, action)
        if pair is not None:
            yield pair


def _by_motion(history: History, pair: Judged) -> bool:
    name = history.entities[pair.trigger.entity]
    return is_motion(name, history.property_of.get(name))


def _automated(pair: Judged) -> bool:
    return is_automated(pair.lag[pair.hit], pair.action.cause[pair.action_row[pair.hit]])


def _ties(history: History, pair: Judged) -> bool:
    """Return whether a motion sensor's pair makes its action tell where somebody is, as the sensor does."""
    most = pair.hit.sum() >= TIED_SHARE * len(pair.action.time)
    return bool(most) and _by_motion(history, pair) and not _only_seen(history, pair, set())


def _only_seen(history: History, pair: Judged, tied: set[StreamKey]) -> bool:
    """Return whether the trigger may just have seen the person who was about to act.

    Motion sensors only tell where somebody is, and so do lights that a machine or people tie to them. Nobody switches a thing
    off because somebody comes.
    """
    seeing = _by_motion(history, pair) or (pair.trigger.entity, pair.trigger.state) in tied
    if not seeing or _automated(pair):
        return False
    if history.states[pair.action.state] == "off":
        return True
    if np.median(pair.lag[pair.hit]) > SEEN_SECONDS:
        return False
    hits = int(pair.hit.sum())
    often = hits >= OFTEN_A_DAY * len(np.unique(pair.trigger.wall[pair.hit] // DAY))
    least = SEEN_OFTEN_CONFIDENCE if often else SEEN_CONFIDENCE
    return bool(wilson(hits, int(pair.open.sum()))[0] < least)


def _names(history: History, *streams: Stream) -> str:
    return ", then ".join(f"{history.entities[one.entity]} {history.states[one.state]}" for one in streams)


def _text(history: History, pair: Judged) -> str:
    names = _names(history, pair.trigger, pair.action)
    return f"{names}: {pair.hit.sum()} of {pair.open.sum()}, by chance {pair.chance:.0%}"


def _explained_text(history: History, one: Explained) -> str:
    return f"{_text(history, one.pair)}; explained by {_names(history, one.by.trigger)}"
