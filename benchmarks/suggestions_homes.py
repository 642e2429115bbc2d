"""One simulated home through phases 1 to 5, compared with what was planted in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import yaml

from benchmarks.suggestions_calibration import Foretold, foretold
from homeintel.bridge import phase as capabilities
from homeintel.events import phase as events
from homeintel.features import phase as features
from homeintel.patterns import phase as patterns
from homeintel.patterns.calendar import Calendar
from homeintel.phase import Phase, PhaseName, Window
from homeintel.settings import load_settings
from homeintel.simulate import simulate_home
from homeintel.simulate.labels import UNDO_SHARE
from homeintel.simulate.truth import Coupling, Routine, Truth
from homeintel.store import Store, insert, migrate, query
from homeintel.suggestions import phase as room_of_suggestions
from homeintel.suggestions.analysis import Suggestions
from homeintel.suggestions.automation import dump_yaml
from homeintel.suggestions.backtest.replay import HELD_OUT_DAYS, replay
from homeintel.suggestions.candidate import Candidate
from homeintel.suggestions.load import Material
from homeintel.suggestions.pattern_row import PatternRow
from homeintel.suggestions.wording import Worded

END = date(2026, 9, 14)
DAYS = 30
GOOD_PRECISION = 0.8
NEAR_MINUTES = 45.0

_ROOMS: tuple[tuple[PhaseName, Any], ...] = (
    ("capabilities", capabilities),
    ("events", events),
    ("patterns", patterns),
    ("features", features),
)


@dataclass
class HomeScore:
    """What one home gave. `missed` and `false` name the habits concerned, `moved` the ids that came or went and why."""

    kind: str
    seed: int
    planted: int = 0
    found: int = 0
    from_habits: int = 0
    true: int = 0
    automated: int = 0
    shown: int = 0
    came: int = 0
    went: int = 0
    renamed: int = 0
    new_again: int = 0
    missed: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    automations: list[dict[str, Any]] = field(default_factory=list)
    foretold: list[Foretold] = field(default_factory=list)

    def figures(self) -> Mapping[str, Any]:
        """Return the counts."""
        return {name: value for name, value in self.__dict__.items() if not isinstance(value, list)}


@dataclass(frozen=True)
class Night:
    """One night: its phase, the findings it worked on, what it suggested and the rows that wait for an answer."""

    phase: Phase
    material: Material
    suggestions: Suggestions
    rows: pd.DataFrame


def score_home(kind: str, seed: int, folder: Path) -> HomeScore:
    """Run phases 1 to 5 on two nights in a row of a home's life; compare them with its truth and its following week.

    Where the folder holds both nights' findings of an earlier call, only phase 5 is run again.
    """
    home = simulate_home(seed=seed, days=DAYS + HELD_OUT_DAYS, end=END + timedelta(days=HELD_OUT_DAYS), kind=kind)
    if not (folder / "home.duckdb").exists():
        pq.write_table(home.events, folder / "events.parquet")
        for day in range(2):
            _find(_phase(kind, seed, folder, END + timedelta(days=day)))
    _forget(_phase(kind, seed, folder, END))
    first, second = (_suggest(_phase(kind, seed, folder, END + timedelta(days=day))) for day in range(2))
    score = HomeScore(kind, seed)
    _count(score, first, home.truth)
    compare_nights(score, first, second)
    score.foretold = foretold(first.phase, first.material, first.suggestions, home.truth)
    return score


def _phase(kind: str, seed: int, folder: Path, end: date) -> Phase:
    params = {
        "home": {"name": "benchmark", "timezone": "Europe/Berlin", "latitude": 52.52, "longitude": 13.40},
        "window": {"days": DAYS, "end": end},
        "bridge": {"source": "simulated", "seed": seed, "kind": kind},
        "events": {"source": "files", "paths": ["events.parquet"]},
        "storage": {"database": "home.duckdb", "reports": "reports"},
        "suggestions": {"limit": None},
        "publish": {"enabled": False},
    }
    (folder / "params.yaml").write_text(dump_yaml(params), encoding="utf-8")
    settings = load_settings(folder / "params.yaml")
    return Phase("suggestions", settings, Window.of(settings), Store(settings.storage.database), f"run-{end}")


def _find(phase: Phase) -> None:
    """Run phases 1 to 4."""
    migrate(phase.store)
    _record(phase)
    for name, room in _ROOMS:
        room.run(replace(phase, name=name))


def _forget(phase: Phase) -> None:
    """Take back what phase 5 once said."""
    with phase.store.transaction() as connection:
        connection.execute("DELETE FROM suggestions")


def _suggest(phase: Phase) -> Night:
    """Run phase 5."""
    material = room_of_suggestions.load(phase)
    found = room_of_suggestions.suggest(phase, material, room_of_suggestions.load_past(phase, material))
    room_of_suggestions.save(phase, material, found, Worded())
    return Night(phase, material, found, _open(phase))


def _record(phase: Phase) -> None:
    row = {
        "run_id": phase.run_id, "params_file": "benchmark", "window_start": phase.window.start,
        "window_end": phase.window.end, "started_at": datetime.now(UTC), "status": "running", "version": "benchmark",
    }  # fmt: skip
    with phase.store.transaction() as connection:
        insert(connection, "job_runs", pd.DataFrame([row]))


def _open(phase: Phase) -> pd.DataFrame:
    with phase.store.connect() as connection:
        return query(
            connection,
            "SELECT * FROM suggestions WHERE run_id = ? AND status IN ('new', 'repeated') ORDER BY rank",
            [phase.run_id],
        )


def compare_nights(score: HomeScore, first: Night, second: Night) -> None:
    """Count the ids that came or went, each with the reason, and those that are one finding under two ids."""
    before, after = set(first.rows["suggestion_id"]), set(second.rows["suggestion_id"])
    score.came, score.went = len(after - before), len(before - after)
    again = second.rows[second.rows["suggestion_id"].isin(before)]
    score.new_again = int((again["status"] == "new").sum())
    effects = [_effects(night, gone) for night, gone in ((first, before - after), (second, after - before))]
    score.renamed = len(effects[0].keys() & effects[1].keys())
    for word, night, other, ids in (("went", first, second, before - after), ("came", second, first, after - before)):
        by_id = {one.suggestion_id: one for one in night.suggestions.candidates}
        for name in sorted(ids):
            score.moved.append(f"{word} {by_id[name].kind} {by_id[name].title}: {_why(by_id[name], other)}")


def _effects(night: Night, ids: set[str]) -> dict[tuple[object, ...], str]:
    return {
        (one.kind, one.effects): one.suggestion_id for one in night.suggestions.candidates if one.suggestion_id in ids
    }


def _why(candidate: Candidate, other: Night) -> str:
    """Return why a suggestion of one night is not among those of the other."""
    reason = other.suggestions.selection.reasons.get(candidate.suggestion_id)
    if reason is not None:
        return reason
    known = {row.pattern_id: row for row in other.material.patterns}
    if candidate.pattern_id is None:
        return "no candidate"
    if candidate.pattern_id not in known:
        return f"no pattern {candidate.pattern_id}, {candidate.evidence['occurrences']} of {candidate.evidence['opportunities']}"
    return (
        "automated" if candidate.pattern_id in other.material.automated else "no candidate, though its pattern is there"
    )


def _count(score: HomeScore, night: Night, truth: Truth) -> None:
    material, rows = night.material, night.rows
    by_id = {row.pattern_id: row for row in material.patterns}
    shown = [by_id[name] for name in rows["pattern_id"] if isinstance(name, str)]
    score.shown = len(rows)
    score.automations = [
        one for text in rows["automation_yaml"] if isinstance(text, str) for one in yaml.safe_load(text)
    ]
    past = room_of_suggestions.load_past(night.phase, material)
    for planted in _habits(truth):
        row = _as_pattern(planted)
        if _automated(row, truth) or not any(name == row.entity_id for name in past.histories):
            continue
        precision = replay(row, past.histories, past.calendar, past.left_out_days).window.precision
        if precision is None or precision < GOOD_PRECISION:
            continue
        score.planted += 1
        if any(_same(one, row, past.calendar) for one in shown):
            score.found += 1
        else:
            score.missed.append(
                f"missed {row.entity_id} {row.state} {row.trigger_entity_id or round(row.minute_of_day)} {row.days} {precision:.2f}"
            )
    for one in shown:
        score.from_habits += 1
        score.automated += _automated(one, truth)
        if _is_true(one, truth, past.calendar):
            score.true += 1
        else:
            score.false.append(
                f"false {one.entity_id} {one.state} {one.trigger_entity_id or round(one.minute_of_day)} {one.days}"
            )


def _habits(truth: Truth) -> list[Routine | Coupling]:
    return [*truth.routines, *truth.sun_routines, *truth.couplings]


def _as_pattern(planted: Routine | Coupling) -> PatternRow:
    common: dict[str, Any] = {"pattern_id": "", "entity_id": planted.entity_id, "state": planted.state, "occurrences": planted.occurrences,
              "opportunities": planted.opportunities, "confidence": 0.0, "confidence_low": 0.0, "confidence_high": 0.0}  # fmt: skip
    if isinstance(planted, Coupling):
        dark = any(one.get("entity_id") == "sun.sun" or one.get("condition") == "sun" for one in planted.conditions)
        return PatternRow(
            **common, kind="co_occurrence", days="all", trigger_entity_id=planted.trigger_entity_id,
            trigger_state=planted.trigger_state, lag_seconds=planted.lag_seconds, lag_p90_seconds=2 * planted.lag_seconds,
            conditions={"after": "sunset"} if dark else {},
        )  # fmt: skip
    return PatternRow(
        **common, kind="sun" if planted.sun_event else "time_of_day", days=planted.days,
        minute_of_day=planted.minute_of_day or 0.0, spread_minutes=planted.spread_minutes,
        sun_event=planted.sun_event or "", offset_minutes=planted.offset_minutes or 0.0,
    )  # fmt: skip


def _minute(row: PatternRow, calendar: Calendar) -> float:
    if row.kind != "sun":
        return row.minute_of_day
    return float(np.nanmean(calendar.sunrise if row.sun_event == "sunrise" else calendar.sunset)) + row.offset_minutes


def _same(found: PatternRow, planted: PatternRow, calendar: Calendar) -> bool:
    if (found.entity_id, found.state) != (planted.entity_id, planted.state):
        return False
    if "co_occurrence" in (found.kind, planted.kind):
        trigger = (found.trigger_entity_id, found.trigger_state)
        return found.kind == planted.kind and trigger == (planted.trigger_entity_id, planted.trigger_state)
    return _apart(_minute(found, calendar), _minute(planted, calendar)) <= max(NEAR_MINUTES, 2 * planted.spread_minutes)


def _is_true(found: PatternRow, truth: Truth, calendar: Calendar) -> bool:
    planted = [_as_pattern(one) for one in _habits(truth)]
    if any(_same(found, one, calendar) for one in planted):
        return True
    undoings = [
        (_minute(_as_pattern(one), calendar) + one.undo_minutes, max(NEAR_MINUTES, UNDO_SHARE * one.undo_minutes))
        for one in (*truth.routines, *truth.sun_routines)
        if one.undo_minutes is not None and one.entity_id == found.entity_id and one.state != found.state
    ]
    return found.kind != "co_occurrence" and any(
        _apart(_minute(found, calendar), minute) <= near for minute, near in undoings
    )


def _automated(row: PatternRow, truth: Truth) -> bool:
    return any(
        (one.entity_id, one.state) == (row.entity_id, row.state)
        and (one.trigger_entity_id or "") == row.trigger_entity_id
        and (one.minute_of_day is None or _apart(one.minute_of_day, row.minute_of_day) <= 2)
        for one in truth.automations
    )


def _apart(one: float, other: float) -> float:
    return abs((one - other + 720) % 1440 - 720)
