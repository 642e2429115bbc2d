"""One simulated home through phases 1 to 5, compared with what was planted in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from homeintel.bridge import phase as capabilities
from homeintel.events import phase as events
from homeintel.features import phase as features
from homeintel.patterns import phase as patterns
from homeintel.patterns.calendar import Calendar
from homeintel.phase import Phase, PhaseName, Window
from homeintel.settings import load_settings
from homeintel.simulate import simulate_home
from homeintel.simulate.truth import Coupling, Routine, Truth
from homeintel.store import Store, insert, migrate, query
from homeintel.suggestions import phase as suggestions
from homeintel.suggestions.automation import dump_yaml
from homeintel.suggestions.backtest.replay import replay
from homeintel.suggestions.pattern_row import PatternRow

END = date(2026, 9, 14)
DAYS = 30
GOOD_PRECISION = 0.8
NEAR_MINUTES = 45.0

_ROOMS: tuple[tuple[PhaseName, Any], ...] = (
    ("capabilities", capabilities),
    ("events", events),
    ("patterns", patterns),
    ("features", features),
    ("suggestions", suggestions),
)


@dataclass
class HomeScore:
    """What one home gave. `missed` and `false` name the habits concerned."""

    kind: str
    seed: int
    planted: int = 0
    found: int = 0
    from_habits: int = 0
    true: int = 0
    automated: int = 0
    shown: int = 0
    changed_ids: int = 0
    new_again: int = 0
    missed: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)
    automations: list[dict[str, Any]] = field(default_factory=list)

    def figures(self) -> Mapping[str, Any]:
        """Return the counts."""
        return {name: value for name, value in self.__dict__.items() if not isinstance(value, list)}


def score_home(kind: str, seed: int, folder: Path) -> HomeScore:
    """Run phases 1 to 5 twice on a home and compare the suggestions with its truth."""
    first = _night(kind, seed, folder, "run-1", END)
    phase, rows = first
    again = _again(phase)
    truth = simulate_home(seed=seed, days=DAYS, end=END, kind=kind).truth
    score = HomeScore(kind, seed)
    _count(score, phase, rows, truth)
    score.changed_ids = len(set(rows["suggestion_id"]) ^ set(again["suggestion_id"]))
    score.new_again = int((again["status"] == "new").sum())
    return score


def _night(kind: str, seed: int, folder: Path, run_id: str, end: date) -> tuple[Phase, pd.DataFrame]:
    source = {"source": "simulated", "seed": seed, "kind": kind}
    params = {
        "home": {"name": "benchmark", "timezone": "Europe/Berlin", "latitude": 52.52, "longitude": 13.40},
        "window": {"days": DAYS, "end": end},
        "bridge": source,
        "events": source,
        "storage": {"database": "home.duckdb", "reports": "reports"},
        "suggestions": {"limit": None},
        "publish": {"enabled": False},
    }
    (folder / "params.yaml").write_text(dump_yaml(params), encoding="utf-8")
    settings = load_settings(folder / "params.yaml")
    store = Store(settings.storage.database)
    migrate(store)
    phase = Phase("suggestions", settings, Window.of(settings), store, run_id)
    _record(phase)
    for name, room in _ROOMS:
        room.run(replace(phase, name=name))
    return phase, _open(phase)


def _again(phase: Phase) -> pd.DataFrame:
    """Run the next night on the same findings: what is suggested must keep its ids and be new no more."""
    window = replace(phase.window, end_day=phase.window.end_day + timedelta(days=1))
    following = replace(phase, window=window, run_id="run-2")
    _record(following)
    with following.store.transaction() as connection:
        for table in ("patterns", "anomalies", "device_feature_usage"):
            connection.execute(
                f"INSERT INTO {table} SELECT * REPLACE ('run-2' AS run_id) FROM {table} WHERE run_id = 'run-1'"
            )
    suggestions.run(following)
    return _open(following)


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


def _count(score: HomeScore, phase: Phase, rows: pd.DataFrame, truth: Truth) -> None:
    material = suggestions.load(phase)
    by_id = {row.pattern_id: row for row in material.patterns}
    shown = [by_id[name] for name in rows["pattern_id"] if isinstance(name, str)]
    score.shown = len(rows)
    score.automations = [
        one for text in rows["automation_yaml"] if isinstance(text, str) for one in yaml.safe_load(text)
    ]
    past = suggestions.load_past(phase, material)
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
        _minute(_as_pattern(one), calendar) + one.undo_minutes
        for one in (*truth.routines, *truth.sun_routines)
        if one.undo_minutes is not None and one.entity_id == found.entity_id and one.state != found.state
    ]
    return found.kind != "co_occurrence" and any(
        _apart(_minute(found, calendar), minute) <= NEAR_MINUTES for minute in undoings
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
