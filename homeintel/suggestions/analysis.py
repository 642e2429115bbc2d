"""Everything phase 5 computes, as pure functions: material and replays in, suggestions out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from homeintel.patterns.arrays import Bools
from homeintel.patterns.calendar import Calendar
from homeintel.patterns.stats.intervals import next_time, wilson
from homeintel.phase import Window
from homeintel.suggestions.aftermath import put_aside, resolved, watched
from homeintel.suggestions.backtest.history import EntityHistory
from homeintel.suggestions.backtest.replay import replay
from homeintel.suggestions.backtest.result import Backtest
from homeintel.suggestions.candidate import Candidate
from homeintel.suggestions.echoes import echoes
from homeintel.suggestions.from_anomalies import from_anomalies, lately_missed
from homeintel.suggestions.from_features import from_opportunities
from homeintel.suggestions.from_patterns import from_pattern
from homeintel.suggestions.hybrid import hybrids
from homeintel.suggestions.load import Material
from homeintel.suggestions.memory import StoredRow, answered
from homeintel.suggestions.pattern_row import PatternRow
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
        aside: what the person dismissed or snoozed, with that status.
        watched: rows of accepted suggestions, with what became of them.
        resolved: rows of what was open last night and whose reason is gone.
    """

    selection: Selection
    candidates: tuple[Candidate, ...]
    aside: tuple[tuple[Candidate, str], ...] = ()
    watched: tuple[StoredRow, ...] = ()
    resolved: tuple[StoredRow, ...] = ()


def habits(material: Material) -> list[PatternRow]:
    """Return the patterns that no machine carries out already, a group's echo of its member left out."""
    by_hand = _by_hand(material)
    only_echoes = echoes(by_hand, material.members, material.names)
    return [row for row in by_hand if row.pattern_id not in only_echoes]


def _by_hand(material: Material) -> list[PatternRow]:
    return [row for row in material.patterns if row.pattern_id not in material.automated]


def make_candidates(material: Material, past: Past, window: Window) -> list[Candidate]:
    """Return every candidate: from habits with their replay, from unused features, of both, from anomalies."""
    rows = habits(material)
    missed = lately_missed(material.anomalies, rows)
    from_habits = [_from_habit(row, material, past, window, missed.get(row.pattern_id)) for row in rows]
    shown = material.memory.open_last_night
    both = hybrids(list(zip(rows, from_habits, strict=True)), material.opportunities, material.names, shown)
    broken = from_anomalies(material.anomalies, rows, material.names, material.battery_devices, window.zone)
    return [*from_habits, *both, *from_opportunities(material.opportunities, material.names), *broken]


def _from_habit(row: PatternRow, material: Material, past: Past, window: Window, missed: str | None) -> Candidate:
    candidate = from_pattern(row, material.names, window.days)
    if missed is not None:
        candidate = replace(candidate, caveats=(f"Lately it was not done: {missed}.", *candidate.caveats))
    if candidate.obstacle or row.entity_id not in past.histories:
        return candidate
    replayed = replay(row, past.histories, past.calendar, past.left_out_days)
    return replace(_as_wanted(candidate, row, replayed), backtest=replace(replayed, reminder=candidate.security))


def _as_wanted(candidate: Candidate, row: PatternRow, replayed: Backtest) -> Candidate:
    """Return the candidate with a confidence that weighs the habit's count and its replay's alike.

    The habit says how regular the person is, the replay how well an automation meets it; of both together
    `benchmarks.suggestions` finds the next week best foretold.
    """
    tally = replayed.window
    if candidate.security or not tally.occasions:
        return candidate
    hits, trials = (row.occurrences + tally.wanted) / 2, (row.opportunities + tally.occasions) / 2
    low, high = wilson(hits, trials)
    return replace(candidate, confidence=next_time(hits, trials), confidence_low=low, confidence_high=high)


def choose(
    candidates: Sequence[Candidate], material: Material, past: Past, window: Window, limit: int | None
) -> Suggestions:
    """Return what is suggested tonight, at most `limit`, and what became of earlier suggestions."""
    memory = material.memory
    kept_out = answered(candidates, memory, window.end_day)
    selection = select(candidates, kept_out, limit, memory.open_last_night)
    return Suggestions(
        replace(selection, steps=_from_the_start(selection.steps, material)),
        tuple(candidates),
        tuple(put_aside(candidates, memory, kept_out)),
        tuple(watched(candidates, memory, past.histories, material.automated, material.own)),
        tuple(resolved(candidates, memory, material.absent, material.automated)),
    )


def _from_the_start(steps: Sequence[Step], material: Material) -> tuple[Step, ...]:
    """Return the funnel with the patterns that were no candidates at all in front."""
    automated, count = len(material.automated), steps[0].candidates
    same = len(_by_hand(material)) - len(habits(material))
    return (
        Step("patterns, unused features and anomalies", count + same + automated),
        Step("not automated already", count + same, _counted(automated, "a machine carries out already")),
        replace(steps[0], step="not a group and its member at once", example=_counted(same, "seen in both")),
        *steps[1:],
    )


def _counted(count: int, what: str) -> str:
    return f"{'1 habit' if count == 1 else f'{count} habits'} {what}" if count else ""


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
