"""What became of earlier suggestions: accepted ones are watched, answered ones recorded, vanished ones resolved."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from homeintel.suggestions.backtest.history import EMPTY, EntityHistory
from homeintel.suggestions.candidate import Candidate
from homeintel.suggestions.memory import Memory, StoredRow
from homeintel.suggestions.own_automations import OwnAutomations
from homeintel.suggestions.pattern_row import PatternRow, json_object
from homeintel.suggestions.watch import watch

_SOURCES = {
    "pattern": {"patterns"},
    "anomaly": {"patterns"},
    "feature": {"features"},
    "hybrid": {"patterns", "features"},
}
_GONE = {
    "pattern": "The habit no longer shows in these days.",
    "hybrid": "The habit no longer shows in these days, or the feature is in use.",
    "feature": "The feature is in use now, or set as suggested.",
    "anomaly": "It no longer shows: it is over, or began before these days.",
}
_MACHINE = "A machine does it now."


def resolved(
    candidates: Sequence[Candidate], memory: Memory, absent: frozenset[str], automated: frozenset[str]
) -> list[StoredRow]:
    """Return rows of what was open last night and whose reason is gone, once.

    What only ranks lower tonight, or comes from an input that is missing tonight, is not resolved.

    Args:
        candidates: all of tonight's, chosen or not.
        memory: what is remembered.
        absent: inputs that gave nothing of their own tonight.
        automated: ids of tonight's patterns that a machine carries out.
    """
    present = {candidate.suggestion_id for candidate in candidates}
    found: list[StoredRow] = []
    for row in memory.last_night:
        answer = memory.answers.get(row["suggestion_id"])
        answered = answer is not None and answer.answer != "snooze"
        if row["suggestion_id"] in present or answered or _SOURCES[str(row["kind"])] & absent:
            continue
        reason = _MACHINE if row["pattern_id"] in automated else _GONE[str(row["kind"])]
        found.append({**row, "status": "resolved", "description": reason})
    return found


def watched(
    candidates: Sequence[Candidate],
    memory: Memory,
    histories: Mapping[str, EntityHistory],
    automated: frozenset[str],
    own: OwnAutomations,
) -> list[StoredRow]:
    """Return a row for each accepted suggestion, with what became of it.

    Args:
        candidates: all of tonight's, chosen or not.
        memory: what is remembered.
        histories: changes by entity id, in the window.
        automated: ids of tonight's patterns that a machine carries out.
        own: the home's automations.
    """
    present = {candidate.suggestion_id for candidate in candidates}
    found: list[StoredRow] = []
    for name, row in memory.accepted.items():
        evidence = json_object(row["evidence"])
        if row["automation_yaml"] is None or "state" not in evidence:
            record: dict[str, object] = {"appeared": name not in present}
            sentence = _STILL if name in present else _DONE
        elif evidence.get("reminder"):
            record, sentence = {"appeared": name in own.installed}, _REMINDS if name in own.installed else _UNSEEN
        else:
            history = histories.get(str(evidence.get("entity_id", "")), EMPTY)
            appeared = name in own.installed or row["pattern_id"] in automated
            became = watch(
                history, str(evidence["state"]), memory.answers[name].given_at.timestamp(), appeared=appeared
            )
            record, sentence = asdict(became), became.sentence
        evidence_text = json.dumps({**evidence, "watch": record}, ensure_ascii=False)
        found.append({**row, "status": "accepted", "description": sentence, "evidence": evidence_text})
    return found


_REMINDS = "The reminder is among your automations."
_UNSEEN = "Accepted. A reminder leaves no trace in the history: whether it is there is not known."
_STILL = "Accepted, and still to be done."
_DONE = "Accepted and done."


def put_aside(
    candidates: Sequence[Candidate], memory: Memory, kept_out: Mapping[str, str]
) -> list[tuple[Candidate, str]]:
    """Return tonight's candidates that the person dismissed or snoozed, with that status.

    Args:
        candidates: all of tonight's.
        memory: what is remembered.
        kept_out: see `homeintel.suggestions.memory.answered`.
    """
    words = {"dismiss": "dismissed", "snooze": "snoozed"}
    found = []
    for candidate in candidates:
        answer = memory.answers.get(candidate.suggestion_id)
        if answer is not None and answer.answer in words and candidate.suggestion_id in kept_out:
            found.append((candidate, words[answer.answer]))
    return found


def watched_entities(memory: Memory) -> set[str]:
    """Return the entities whose events tell what became of accepted suggestions."""
    entities = (json_object(row["evidence"]).get("entity_id") for row in memory.accepted.values())
    return {entity for entity in entities if isinstance(entity, str)}


def automated_ids(rows: Sequence[PatternRow], own: OwnAutomations) -> frozenset[str]:
    """Return the ids of patterns that a machine carries out: seen in the events, or in the home's file."""
    return frozenset(row.pattern_id for row in rows if row.already_automated or own.carry_out(row))
