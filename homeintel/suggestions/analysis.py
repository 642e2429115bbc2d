"""Everything phase 5 computes, as pure functions: material and replays in, suggestions out."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from homeintel.patterns.calendar import Calendar
from homeintel.phase import Window
from homeintel.suggestions.backtest.history import Bools, EntityHistory
from homeintel.suggestions.backtest.replay import replay
from homeintel.suggestions.candidate import Candidate
from homeintel.suggestions.from_anomalies import from_anomalies
from homeintel.suggestions.from_features import from_opportunities
from homeintel.suggestions.from_patterns import from_pattern
from homeintel.suggestions.load import Material
from homeintel.suggestions.memory import answered
from homeintel.suggestions.pattern_row import PatternRow, pattern_rows
from homeintel.suggestions.ranking import Selection, Step, select


@dataclass(frozen=True)
class Past:
    """The lived days that automations are replayed on.

    Args:
        histories: changes by entity id.
        calendar: the window's local days.
        left_out_days: days without data or away, shape (days,).
    """

    histories: Mapping[str, EntityHistory]
    calendar: Calendar
    left_out_days: Bools


@dataclass(frozen=True)
class Suggestions:
    """The night's suggestions.

    Args:
        selection: the chosen ones and the funnel.
        candidates: every candidate, chosen or not.
    """

    selection: Selection
    candidates: tuple[Candidate, ...]


def habits(material: Material) -> list[PatternRow]:
    """Return the patterns that no machine carries out already."""
    return [row for row in pattern_rows(material.patterns) if not row.already_automated]


def make_candidates(material: Material, past: Past, window: Window) -> list[Candidate]:
    """Return every candidate: from habits with their backtest, from unused features, from anomalies."""
    from_habits = [_from_habit(row, material, past, window) for row in habits(material)]
    others = from_anomalies(material.anomalies, material.names, material.battery_devices)
    return [*from_habits, *from_opportunities(material.opportunities), *others]


def _from_habit(row: PatternRow, material: Material, past: Past, window: Window) -> Candidate:
    candidate = from_pattern(row, material.names, window.days)
    if candidate.obstacle or row.entity_id not in past.histories:
        return candidate
    return replace(candidate, backtest=replay(row, past.histories, past.calendar, past.left_out_days))


def choose(candidates: list[Candidate], material: Material, window: Window, limit: int | None) -> Suggestions:
    """Return what is suggested tonight, at most `limit`."""
    selection = select(candidates, answered(candidates, material.memory, window.end_day), limit)
    automated = int(material.patterns["already_automated"].astype(bool).sum())
    first = Step("patterns, unused features and anomalies", len(candidates) + automated)
    note = f"{automated} habits a machine carries out already" if automated else ""
    steps = (first, replace(selection.steps[0], step="not automated already", example=note), *selection.steps[1:])
    return Suggestions(replace(selection, steps=steps), tuple(candidates))


def left_out(calendar: Calendar, away: list[tuple[float, float]], days_with_data: frozenset[str]) -> Bools:
    """Return which local days nothing is replayed on.

    Args:
        calendar: the window's local days.
        away: (start, end) in Unix seconds of days away.
        days_with_data: dates `YYYY-MM-DD` with events; empty where that is not known.
    """
    noon = (calendar.starts[:-1] + calendar.starts[1:]) / 2
    gone = np.zeros(calendar.days, dtype=bool)
    for start, end in away:
        gone |= (noon >= start) & (noon < end)
    if days_with_data:
        dates = [calendar.date_of(day).isoformat() for day in range(calendar.days)]
        gone |= ~np.isin(dates, sorted(days_with_data))
    return gone
