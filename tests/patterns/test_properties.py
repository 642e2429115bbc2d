"""What must not change the result: dates, unrelated entities, names, the order of rows, the number of threads."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeintel.patterns import Findings, detect_all, load_history
from homeintel.patterns.findings import Pattern
from homeintel.store import Store, insert, migrate
from tests.patterns.homes import Home

NAMES = ("light.kitchen", "light.desk", "light.bath", "switch.heater", "binary_sensor.attic_motion", "light.attic")


def _home(seed: int) -> Home:
    """A month near the equator: the sun hardly moves, so a week later it stands where it stood."""
    rng = np.random.default_rng(seed)
    home = Home(latitude=0.0, longitude=13.4)
    home.life(rng, ["light.desk", "light.bath"])
    for day in range(home.days):
        if rng.random() < 0.9:
            minute = 420 + rng.normal(0, 5)
            home.change(day, minute, "light.kitchen", "on")
            home.change(day, minute + 40 + rng.normal(0, 5), "light.kitchen", "off")
        if home.weekday(day) >= 5:
            home.change(day, 600 + rng.normal(0, 8), "switch.heater", "on")
            home.change(day, 800 + rng.normal(0, 20), "switch.heater", "off")
        for minute in rng.uniform(450, 1300, 5):
            home.change(day, minute, "binary_sensor.attic_motion", "on")
            home.change(day, minute + 1.5, "binary_sensor.attic_motion", "off")
            if rng.random() < 0.8:
                home.change(day, minute + rng.lognormal(2, 0.4) / 60, "light.attic", "on")
                home.change(day, minute + 7, "light.attic", "off")
        for minute in rng.uniform(480, 1200, 3):
            home.change(day, minute, "binary_sensor.window", "on")
            home.change(day, minute + 4, "binary_sensor.window", "off")
    for step in range(120):
        home.change(12, 840 + step / 4, "binary_sensor.window", "on" if step % 2 == 0 else "off")
    home.change(20, 180, "binary_sensor.window", "on")
    home.change(20, 184, "binary_sensor.window", "off")
    return home


def _found(home: Home, folder: Path, *, shuffle: int | None = None, threads: int = 0) -> Findings:
    folder.mkdir(parents=True, exist_ok=True)
    store = Store(folder / "home.duckdb")
    store.path.unlink(missing_ok=True)
    migrate(store)
    rows = home.frame()
    if shuffle is not None:
        rows = rows.sample(frac=1, random_state=shuffle)
    with store.transaction() as connection:
        insert(connection, "events", rows)
    with store.connect() as connection:
        if threads:
            connection.execute(f"SET threads = {threads}")
        history = load_history(connection, home.window, latitude=home.latitude, longitude=home.longitude)
    return detect_all(history)


def _shape(pattern: Pattern) -> dict[str, Any]:
    """A pattern without its dates, rounded: one moved by a week is the same to the last digits only."""
    dates = {"first_seen", "last_seen", "evidence", "q_value"}
    kept = {name: value for name, value in asdict(pattern).items() if name not in dates}
    return {name: round(value, 6) if isinstance(value, float) else value for name, value in kept.items()}


def _shapes(findings: Findings) -> list[dict[str, Any]]:
    return sorted((_shape(pattern) for pattern in findings.patterns), key=str)


def _on_all_days(findings: Findings) -> Findings:
    """Without what chance made on some weekdays: a day later it is another set of weekdays, which people keep more or less often."""
    return replace(findings, patterns=tuple(pattern for pattern in findings.patterns if pattern.days == "all"))


def _later(home: Home, days: int) -> Home:
    later = timedelta(days=days)
    rows = [(moment + later, entity_id, state, cause) for moment, entity_id, state, cause in home.rows]
    return replace(home, first_day=home.first_day + later, rows=rows)


def _moved(findings: Findings, days: int, other: Mapping[str, str] | None = None) -> list[tuple[Any, ...]]:
    """Anomalies moved by days, under other names."""
    shift, names = days * 86_400, other or {}
    return sorted(
        (a.kind, names.get(a.entity_id or "", a.entity_id or ""), round(a.started_at + shift, 3),
         round((a.ended_at or 0.0) + (shift if a.ended_at else 0), 3), round(a.score, 6))
        for a in findings.anomalies
    )  # fmt: skip


@settings(max_examples=3, deadline=None)
@given(seed=st.integers(0, 1000), weeks=st.integers(1, 3))
def test_weeks_later_only_dates_change(tmp_path_factory: pytest.TempPathFactory, seed: int, weeks: int) -> None:
    folder = tmp_path_factory.mktemp("home")
    home = _home(seed)
    before, after = _found(home, folder), _found(_later(home, 7 * weeks), folder)
    assert len(before.patterns) >= 3
    assert len(before.anomalies) >= 2
    assert _shapes(after) == _shapes(before)
    assert _moved(after, -7 * weeks) == _moved(before, 0)


@settings(max_examples=2, deadline=None)
@given(seed=st.integers(0, 1000), days=st.integers(1, 6))
def test_days_later_only_dates_change(tmp_path_factory: pytest.TempPathFactory, seed: int, days: int) -> None:
    folder = tmp_path_factory.mktemp("home")
    home = _home(seed)
    home.rows = [row for row in home.rows if row[1] != "switch.heater"]  # the one habit that knows weekdays
    before, after = (_on_all_days(_found(one, folder)) for one in (home, _later(home, days)))
    assert len(before.patterns) >= 2
    assert _shapes(after) == _shapes(before)
    assert _moved(after, -days) == _moved(before, 0)


@settings(max_examples=3, deadline=None)
@given(seed=st.integers(0, 1000), order=st.permutations(range(4)))
def test_other_names_give_the_same_result_under_other_names(
    tmp_path_factory: pytest.TempPathFactory, seed: int, order: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("home")
    home = _home(seed)
    lights = [name for name in NAMES if name.startswith("light.")]
    other = {name: lights[order[index]] for index, name in enumerate(lights)}
    renamed = replace(home, rows=[(at, other.get(name, name), state, cause) for at, name, state, cause in home.rows])
    before, after = _found(home, folder), _found(renamed, folder)
    expected = [{**shape, "entity_id": other.get(shape["entity_id"], shape["entity_id"])} for shape in _shapes(before)]
    assert _shapes(after) == sorted(expected, key=str)
    assert _moved(after, 0) == _moved(before, 0, other)


@settings(max_examples=3, deadline=None)
@given(seed=st.integers(0, 1000))
def test_an_unrelated_entity_changes_no_other_pattern(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    folder = tmp_path_factory.mktemp("home")
    home = _home(seed)
    before = _found(home, folder)
    rng = np.random.default_rng(seed)
    for day in range(home.days):
        for minute in rng.uniform(500, 1200, 2):
            home.change(day, minute, "sensor.washing_programme", str(rng.integers(0, 5)))
    after = _found(home, folder)
    assert _shapes(after) == _shapes(before)
    assert _moved(after, 0) == _moved(before, 0)


@pytest.mark.parametrize(("shuffle", "threads"), [(1, 1), (2, 4)])
def test_neither_the_order_of_rows_nor_threads_matter(tmp_path: Path, shuffle: int, threads: int) -> None:
    home = _home(5)
    assert _found(home, tmp_path, shuffle=shuffle, threads=threads) == _found(home, tmp_path)
