"""Phase 5 of a night: load, make candidates, choose, save."""

from datetime import UTC, datetime

import duckdb

from homeintel.patterns.calendar import Calendar
from homeintel.phase import Outcome, Phase
from homeintel.store import insert, replace_run_rows
from homeintel.suggestions.aftermath import watched_entities
from homeintel.suggestions.analysis import Past, Suggestions, choose, habits, left_out, make_candidates
from homeintel.suggestions.backtest.history import load_histories
from homeintel.suggestions.feedback_file import take_answers
from homeintel.suggestions.load import Material, load
from homeintel.suggestions.save import FUNNEL_DETECTOR, funnel_rows, suggestion_rows
from homeintel.suggestions.wording import Worded, read_cache, word

__all__ = ["load", "load_past", "put_into_words", "run", "save", "suggest", "take_feedback"]


def run(phase: Phase) -> Outcome:
    """Do the whole phase.

    Raises:
        SuggestionError: neither patterns nor features were ever stored.
        StoreError: the database can't be read or written.
    """
    problems = take_feedback(phase)
    material = load(phase, problems)
    suggestions = suggest(phase, material, load_past(phase, material))
    return save(phase, material, suggestions, put_into_words(phase, material, suggestions))


def take_feedback(phase: Phase) -> list[str]:
    """Store the answers of `suggestions.feedback_file`; return a sentence for each that can't be used.

    Raises:
        StoreError: the database can't be written.
    """
    return take_answers(phase.store, phase.settings.suggestions.feedback_file, datetime.now(UTC))


def load_past(phase: Phase, material: Material) -> Past:
    """Read the events of the entities that take part in habits, over the window.

    Raises:
        StoreError: the database can't be read.
    """
    window, home = phase.window, phase.settings.home
    calendar = Calendar(window.first_day, window.days, window.zone, home.latitude, home.longitude)
    rows = habits(material)
    entities = {name for row in rows for name in (row.entity_id, row.trigger_entity_id) if name}
    entities |= watched_entities(material.memory)
    with phase.store.connect() as connection:
        histories = load_histories(connection, entities, window.start, window.end) if entities else {}
        with_data = _days_with_data(connection)
    away = material.anomalies[material.anomalies["kind"] == "away"]
    ends = away["ended_at"].fillna(window.end)
    blocks = [(start.timestamp(), end.timestamp()) for start, end in zip(away["started_at"], ends, strict=True)]
    return Past(histories, calendar, left_out(calendar, blocks, with_data))


def suggest(phase: Phase, material: Material, past: Past) -> Suggestions:
    """Return the night's suggestions, at most `suggestions.limit` of the settings."""
    candidates = make_candidates(material, past, phase.window)
    return choose(candidates, material, past, phase.window, phase.settings.suggestions.limit)


def put_into_words(phase: Phase, material: Material, suggestions: Suggestions) -> Worded:
    """Return the wording of a language model where one is switched on; by hand only answers of earlier nights.

    Raises:
        StoreError: the database can't be read.
    """
    settings = phase.settings.suggestions.llm
    if not settings.enabled:
        return Worded()
    with phase.store.connect() as connection:
        cache = read_cache(connection)
    bounds = settings.model_copy(update={"max_calls": 0}) if phase.by_hand else settings
    return word(suggestions.selection.chosen, material.names, material.device_names, bounds, cache)


def save(phase: Phase, material: Material, suggestions: Suggestions, worded: Worded) -> Outcome:
    """Store the night's suggestions and their funnel in one transaction, and say how it went.

    Raises:
        SuggestionError: an automation is not what homeintel's schema allows.
        StoreError: the database can't be written.
    """
    rows = suggestion_rows(suggestions, material.memory, phase.window.end, worded)
    with phase.store.transaction() as connection:
        written = replace_run_rows(connection, "suggestions", phase.run_id, rows)
        written += replace_run_rows(
            connection,
            "detection_funnel",
            phase.run_id,
            funnel_rows(suggestions),
            where=f"detector = '{FUNNEL_DETECTOR}'",
        )
        written += insert(connection, "wordings", worded.calls.assign(run_id=phase.run_id))
    counts = {status: int((rows["status"] == status).sum()) for status in ("new", "repeated", "resolved")}
    shown = counts["new"] + counts["repeated"]
    done = f"{shown} suggestions, {counts['new']} of them new." if shown else "Nothing worth suggesting tonight."
    figures = {
        "suggestions": shown,
        "new_suggestions": counts["new"],
        "resolved_suggestions": counts["resolved"],
        "candidates": len(suggestions.candidates),
        "wording_calls": len(worded.calls),
        "wording_tokens": int(worded.calls[["tokens_input", "tokens_output"]].to_numpy().sum()),
        "wording_cost": float(worded.calls["cost"].sum()),
    }
    return Outcome(
        "degraded" if material.missing else "succeeded",
        written,
        " ".join(text for text in [*material.missing, done, *material.notes, worded.sentence] if text),
        figures,
    )


def _days_with_data(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    rows = connection.execute("SELECT DISTINCT day FROM event_days WHERE rows_kept > 0").fetchall()
    return frozenset(day.isoformat() for (day,) in rows)
