"""Suggestions as rows of the public tables."""

import json
from datetime import datetime
from typing import Any

import pandas as pd

from homeintel.errors import SuggestionError
from homeintel.suggestions.analysis import Suggestions
from homeintel.suggestions.automation import automation_yaml
from homeintel.suggestions.candidate import Candidate
from homeintel.suggestions.memory import Memory
from homeintel.suggestions.wording import Worded

FUNNEL_DETECTOR = "suggestions"
"""This phase's rows in `detection_funnel`."""


COLUMNS = (
    "suggestion_id", "rank", "kind", "title", "description", "entity_ids", "ieee_addresses", "pattern_id", "path",
    "confidence", "impact", "score", "automation_yaml", "action_payload", "backtest", "status", "first_suggested",
    "wording", "confidence_low", "confidence_high", "effort", "caveats", "evidence", "evidence_count",
)  # fmt: skip


def suggestion_rows(suggestions: Suggestions, memory: Memory, window_end: datetime, worded: Worded) -> pd.DataFrame:
    """Return the rows of `suggestions` (without `run_id`): the open ones, the best first, then accepted, put aside, resolved.

    Raises:
        SuggestionError: an automation is not what homeintel's schema allows.
    """
    ranked: list[tuple[Candidate, str]] = [(c, memory.status(c.suggestion_id)) for c in suggestions.selection.chosen]
    made = [_row(candidate, status, memory, window_end) for candidate, status in (*ranked, *suggestions.aside)]
    for row in made:
        if row["suggestion_id"] in worded.texts:
            row["title"], row["description"] = worded.texts[row["suggestion_id"]]
            row["wording"] = "llm"
    rows = [*made[: len(ranked)], *suggestions.watched, *made[len(ranked) :], *suggestions.resolved]
    numbered = [{**row, "rank": rank} for rank, row in enumerate(rows, start=1)]
    return pd.DataFrame(numbered, columns=list(COLUMNS))


def funnel_rows(suggestions: Suggestions) -> pd.DataFrame:
    """Return this phase's rows of `detection_funnel` (without `run_id`)."""
    steps = suggestions.selection.steps
    return pd.DataFrame(
        {
            "detector": [FUNNEL_DETECTOR] * len(steps),
            "step": [step.step for step in steps],
            "candidates": [step.candidates for step in steps],
            "example": [step.example for step in steps],
            "position": range(len(steps)),
        }
    )


def _row(candidate: Candidate, status: str, memory: Memory, window_end: datetime) -> dict[str, Any]:
    return {
        "suggestion_id": candidate.suggestion_id,
        "kind": candidate.kind,
        "title": candidate.title,
        "description": candidate.description,
        "entity_ids": list(candidate.entity_ids),
        "ieee_addresses": list(candidate.ieee_addresses),
        "pattern_id": candidate.pattern_id,
        "path": candidate.path,
        "confidence": candidate.confidence,
        "impact": candidate.impact,
        "score": candidate.score,
        "automation_yaml": _yaml(candidate),
        "action_payload": _json(candidate.action_payload),
        "backtest": _json(candidate.backtest.record() if candidate.backtest else None),
        "status": status,
        "first_suggested": memory.first_suggested.get(candidate.suggestion_id, window_end),
        "wording": "template",
        "confidence_low": candidate.confidence_low,
        "confidence_high": candidate.confidence_high,
        "effort": candidate.effort,
        "caveats": list(candidate.caveats),
        "evidence": _json(candidate.evidence),
        "evidence_count": candidate.evidence_count,
    }


def _yaml(candidate: Candidate) -> str | None:
    if candidate.automation is None:
        return None
    try:
        return automation_yaml([candidate.automation])
    except SuggestionError as error:
        raise SuggestionError(
            f"{candidate.title}: {error.happened}",
            kept="Earlier suggestions are kept.",
            next_step="This is a mistake in homeintel; please report it with this sentence.",
        ) from error


def _json(value: Any) -> str | None:  # noqa: ANN401 - any plain data
    return None if value is None else json.dumps(value, default=str, ensure_ascii=False)
