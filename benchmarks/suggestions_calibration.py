"""Whether a suggestion's confidence comes true: its automation replayed on the week after the night."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import pandas as pd

from homeintel.events import phase as events
from homeintel.patterns.calendar import Calendar
from homeintel.phase import Phase
from homeintel.simulate.truth import Truth
from homeintel.suggestions.analysis import Suggestions
from homeintel.suggestions.backtest.history import load_histories
from homeintel.suggestions.backtest.replay import HELD_OUT_DAYS, replay
from homeintel.suggestions.load import Material

EDGES = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
"""Borders of the confidences counted together."""


@dataclass(frozen=True)
class Foretold:
    """One suggestion from a habit, and what came of it.

    Args:
        confidence: the suggestion's.
        wanted: on how many occasions of the following week the person did the same.
        occasions: how many there were.
    """

    confidence: float
    wanted: int
    occasions: int


def foretold(phase: Phase, material: Material, suggestions: Suggestions, truth: Truth) -> list[Foretold]:
    """Read the week after the night and replay the night's automations on it, fitted on the night's window.

    Habits that the home drops by plan (a planted missed routine) and days away are not counted: nobody could know.

    Args:
        phase: the night; its source has the following week too.
        material: what the night worked on.
        suggestions: the night's.
        truth: what was planted.
    """
    dropped = {one.entity_id for one in truth.anomalies if one.kind == "missed_routine"}
    window = replace(phase.window, end_day=phase.window.end_day + timedelta(days=HELD_OUT_DAYS))
    events.run(replace(phase, name="events", window=window))
    rows = {row.pattern_id: row for row in material.patterns}
    acting = [one for one in suggestions.selection.chosen if one.kind == "pattern" and not one.security]
    chosen = [one for one in acting if one.entity_ids[0] not in dropped]
    habits = [rows[str(one.pattern_id)] for one in chosen]
    entities = {name for row in habits for name in (row.entity_id, row.trigger_entity_id) if name}
    home = phase.settings.home
    calendar = Calendar(window.first_day, window.days, window.zone, home.latitude, home.longitude)
    with phase.store.connect() as connection:
        histories = load_histories(connection, entities, window.start, window.end)
    away = np.array([calendar.date_of(day) in truth.away_days for day in range(calendar.days)])
    tallies = [replay(row, histories, calendar, away).unseen for row in habits]
    return [
        Foretold(one.confidence, tally.wanted, tally.occasions)
        for one, tally in zip(chosen, tallies, strict=True)
        if tally.occasions
    ]


def calibration(cases: Sequence[Foretold]) -> pd.DataFrame:
    """Return a row a range of confidences: how many suggestions, what they promised, what came of it.

    `promised` and `came` are means over suggestions, each of the same weight.
    """
    confidence = np.array([case.confidence for case in cases])
    came = np.array([case.wanted / case.occasions for case in cases])
    table = pd.DataFrame({"range": pd.cut(confidence, list(EDGES)), "promised": confidence, "came": came})
    table["squared_error"] = (table["promised"] - table["came"]) ** 2
    grouped = table.groupby("range", observed=True)
    counted = grouped.mean().assign(suggestions=grouped.size())
    total = table.drop(columns="range").mean().to_frame("all").T.assign(suggestions=len(table))
    return pd.concat([counted.rename(index=str), total])
