"""What detectors answer: patterns, anomalies, and how many candidates each gate let through."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from homeintel.patterns.arrays import Bools, Floats

PatternKind = Literal["time_of_day", "sun", "co_occurrence"]
AnomalyKind = Literal["silent", "stuck", "unusual_time", "missed_routine", "level", "rate", "undone_automation", "away"]


@dataclass(frozen=True)
class Pattern:
    """A habit, without an id; see `homeintel.patterns.identity`.

    Args:
        kind: what it follows.
        entity_id: what acts.
        state: the state it enters.
        days: `all`, `weekday`, `weekend`, or weekdays like `mon,tue`.
        occurrences: days (routines) or occasions (pairs) on which it happened.
        opportunities: days or occasions on which it could have.
        confidence: how likely it happens the next time; see `docs/methods.md`.
        confidence_low: lower end of the 95 % interval.
        confidence_high: upper end.
        expected: occurrences that chance alone would give.
        p_value: chance of so many occurrences without the habit, the search paid for.
        q_value: the same after the false-discovery correction over the night.
        minute_of_day: local wall clock; routines only.
        spread_minutes: standard deviation about it.
        sun_event: sunrise or sunset.
        offset_minutes: after (positive) or before the sun event.
        trigger_entity_id: pairs only.
        trigger_state: pairs only.
        conditions: what must hold besides, such as `{"after": "sunset"}`.
        lag_seconds: median from trigger to action.
        lag_p90_seconds: nine of ten lags are at most this.
        already_automated: a machine does it already.
        undone: occurrences that somebody reversed within minutes.
        first_seen: Unix seconds of the first occurrence.
        last_seen: Unix seconds of the last one.
        evidence: what the numbers were made from, for a person to check.
    """

    kind: PatternKind
    entity_id: str
    state: str
    days: str
    occurrences: int
    opportunities: int
    confidence: float
    confidence_low: float
    confidence_high: float
    expected: float
    p_value: float
    q_value: float
    minute_of_day: float | None = None
    spread_minutes: float | None = None
    sun_event: str | None = None
    offset_minutes: float | None = None
    trigger_entity_id: str | None = None
    trigger_state: str | None = None
    conditions: Mapping[str, object] = field(default_factory=dict)
    lag_seconds: float | None = None
    lag_p90_seconds: float | None = None
    already_automated: bool = False
    undone: int = 0
    first_seen: float | None = None
    last_seen: float | None = None
    evidence: Mapping[str, object] = field(default_factory=dict)

    @property
    def lift(self) -> float | None:
        """Occurrences over what chance alone would give; None when that is zero."""
        return self.occurrences / self.expected if self.expected > 0 else None


@dataclass(frozen=True)
class Traced:
    """A pattern with the times it was made from, while detectors are weighed against each other.

    Args:
        pattern: the pattern.
        times: Unix seconds of the changes it explains.
        occasions: Unix seconds of a pair's triggers, also outside the hours it is tied to; empty for a routine.
        followed: on which of the occasions the action followed.
        by_motion: a pair's trigger is a sensor that sees people move.
        evidence: log Bayes factor of a routine against chance, the search for it paid for.
        share: of the times the entity enters the state, those that are the routine.
    """

    pattern: Pattern
    times: Floats
    occasions: Floats = field(default_factory=lambda: np.zeros(0))
    followed: Bools = field(default_factory=lambda: np.zeros(0, dtype=bool))
    by_motion: bool = False
    evidence: float = 0.0
    share: float = 1.0


@dataclass(frozen=True)
class Traces:
    """What a detector of patterns found.

    Args:
        found: patterns without q-values.
        tests: how many candidates were judged; what the false-discovery rate counts.
        gates: the funnel so far.
    """

    found: tuple[Traced, ...]
    tests: int
    gates: "tuple[Gate, ...]"


@dataclass(frozen=True)
class Anomaly:
    """Something out of the ordinary, without an id.

    Args:
        kind: which detector found it.
        entity_id: None for the whole home.
        started_at: Unix seconds.
        ended_at: Unix seconds; None while it lasts.
        score: in [0, 1), comparable across kinds: `stats.surprise.score` of the chance of such a thing in one window of
            this entity.
        expected: in words, with units.
        observed: in words, with units.
        detail: figures behind it.
    """

    kind: AnomalyKind
    entity_id: str | None
    started_at: float
    ended_at: float | None
    score: float
    expected: str
    observed: str
    detail: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Gate:
    """One step of the funnel.

    Args:
        detector: whose.
        step: what was asked of a candidate, in words.
        candidates: how many passed.
        example: the nearest miss at this step, in words; empty when none missed.
    """

    detector: str
    step: str
    candidates: int
    example: str = ""


@dataclass(frozen=True)
class Findings:
    """Everything one night found."""

    patterns: tuple[Pattern, ...]
    anomalies: tuple[Anomaly, ...]
    funnel: tuple[Gate, ...]
