"""The detector of co-occurrences."""

import numpy as np

from homeintel.patterns.arrays import Bools
from homeintel.patterns.automated import is_automated
from homeintel.patterns.domains import is_motion
from homeintel.patterns.findings import Pattern, Traced, Traces
from homeintel.patterns.funnel import Funnel
from homeintel.patterns.history import History
from homeintel.patterns.limits import IN_FORCE, Limits
from homeintel.patterns.pairs.candidates import screen
from homeintel.patterns.pairs.counts import CELLS
from homeintel.patterns.pairs.gates import beyond_chance, things_apart, unexplained
from homeintel.patterns.pairs.judge import Judge, Judged
from homeintel.patterns.pairs.parts import take_parts
from homeintel.patterns.reversal import times_undone
from homeintel.patterns.stats.intervals import next_time, wilson
from homeintel.patterns.stats.tails import probability

DETECTOR = "co_occurrence"

SOON_PRIOR = (0.7, 8.0)
LATE_PRIOR = (0.5, 20.0)
LATE_SECONDS = 90.0
"""What is known of a pair before it is counted, share of occasions and how many occasions that is worth: its lag window and
condition were chosen on the same occasions, so what looks perfect is luck in greater part than a routine's. What follows later than
after so many seconds is also done less surely."""


def detect_pairs(history: History, home_days: Bools, limits: Limits = IN_FORCE, *, cells: int = CELLS) -> Traces:
    """Return every directed pair whose action follows its trigger more often than it comes anyway.

    Args:
        history: the window.
        home_days: days with data on which somebody was at home. Shape (days,).
        limits: what a pair must reach.
        cells: candidates are counted in blocks of so many counts; changes nothing in the result.
    """
    funnel = Funnel(DETECTOR)
    parts = take_parts(history, home_days, funnel)
    screened = screen(parts, home_days, cells=cells)
    apart = things_apart(history, parts, screened, funnel)
    strong = beyond_chance(history, Judge(history, home_days), parts, apart, limits, funnel)
    standing = unexplained(history, strong, limits, funnel)
    return Traces(tuple(_traced(history, pair) for pair in standing), screened.judged, funnel.gates)


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
        confidence=_confidence(hits, trials, float(np.median(lags))),
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


def _confidence(hits: int, trials: int, lag: float) -> float:
    share, occasions = LATE_PRIOR if lag > LATE_SECONDS else SOON_PRIOR
    return next_time(hits, trials, prior_share=share, prior_trials=occasions)
