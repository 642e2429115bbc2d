"""A suggestion before it is ranked, and its one score."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2s
from typing import Any, Literal

from homeintel.suggestions.automation.schema import AutomationData
from homeintel.suggestions.backtest.result import Backtest

SuggestionKind = Literal["pattern", "feature", "hybrid", "anomaly"]
KINDS: tuple[SuggestionKind, ...] = ("pattern", "feature", "hybrid", "anomaly")


def suggestion_id(*parts: str) -> str:
    """Return the id of a suggestion from what it is about: the same on every night, safe in topics and in YAML.

    Args:
        parts: the kind of source, then what identifies it there (a pattern's id; a feature's path and model).
            Never fitted minutes or counts, which drift.
    """
    return "s" + blake2s("\x1f".join(parts).encode(), digest_size=6).hexdigest()


@dataclass(frozen=True)
class Candidate:
    """One thing that could be suggested.

    Args:
        suggestion_id: see `suggestion_id`.
        kind: what it was made from.
        title: one line.
        description: two plain sentences.
        entity_ids: the entities it is about; the one acted on first.
        ieee_addresses: the devices it is about.
        effects: what it would change; two candidates that share an effect say the same.
        confidence: calibrated probability that it holds, in [0, 1].
        confidence_low: lower end of its 95 % interval; None where there is no count to make one from.
        confidence_high: upper end; None likewise.
        impact: what it would be worth, in [0, 1].
        effort: what it costs to carry out, in [0, 1]; 0: nothing.
        evidence: the rows and figures behind it.
        evidence_count: how much evidence, in occurrences; grows with the history.
        pattern_id: the pattern it comes from.
        path: the feature it comes from.
        automation: the automation to paste.
        action_payload: what to send or choose instead.
        caveats: what the reader should know before accepting.
        backtest: how the automation would have done; None where there is nothing to replay.
        security: True where it only notifies because acting unseen would be dangerous.
        stands_on: ids of suggestions that this one includes; an answer to them is one to it.
        obstacle: why it can't be suggested at all; empty where it can.
    """

    suggestion_id: str
    kind: SuggestionKind
    title: str
    description: str
    entity_ids: tuple[str, ...]
    ieee_addresses: tuple[str, ...]
    effects: tuple[tuple[str, ...], ...]
    confidence: float
    confidence_low: float | None
    confidence_high: float | None
    impact: float
    effort: float
    evidence: Mapping[str, Any] = field(default_factory=dict)
    evidence_count: int = 0
    pattern_id: str | None = None
    path: str | None = None
    automation: AutomationData | None = None
    action_payload: Mapping[str, Any] | None = None
    caveats: tuple[str, ...] = ()
    backtest: Backtest | None = None
    security: bool = False
    stands_on: tuple[str, ...] = ()
    obstacle: str = ""

    @property
    def score(self) -> float:
        """The one score, in [0, 1]: confidence times impact times what effort leaves.

        The same three factors for every kind, so kinds compare: a sure, daily, ready automation is near 1; the most
        tedious thing (effort 1) keeps half of its worth. The interval does not
        enter: the confidence is calibrated, so few days already pull it down.
        """
        return self.confidence * self.impact * (1 - EFFORT_WEIGHT * self.effort)


EFFORT_WEIGHT = 0.5
"""How much of its worth the most tedious suggestion loses."""
