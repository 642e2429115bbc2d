"""Whole detection on small hand-made homes."""

import numpy as np
import pytest

from homeintel.patterns import detect_all
from homeintel.patterns.findings import Pattern
from homeintel.store import Store
from tests.patterns.homes import Home


def _lived_in(seed: int, **keywords: object) -> tuple[Home, np.random.Generator]:
    rng = np.random.default_rng(seed)
    home = Home(**keywords)  # type: ignore[arg-type]
    home.life(rng, ["light.desk", "light.bath", "binary_sensor.hall_motion"])
    return home, rng


def _of(patterns: tuple[Pattern, ...], entity_id: str, state: str = "on") -> list[Pattern]:
    return [pattern for pattern in patterns if (pattern.entity_id, pattern.state) == (entity_id, state)]


def test_a_weekday_and_a_weekend_routine_of_one_lamp_are_two(store: Store) -> None:
    home, rng = _lived_in(1)
    for day in range(home.days):
        minute = 405 + rng.normal(0, 4) if home.weekday(day) < 5 else 560 + rng.normal(0, 12)
        home.change(day, minute, "light.kitchen", "on")
        home.change(day, minute + 200 + rng.normal(0, 60), "light.kitchen", "off")
    found = sorted(_of(detect_all(home.history(store)).patterns, "light.kitchen"), key=lambda p: p.minute_of_day or 0)
    assert [pattern.days for pattern in found] == ["weekday", "weekend"]
    assert [pattern.minute_of_day for pattern in found] == pytest.approx([405, 560], abs=8)
    assert found[0].spread_minutes == pytest.approx(4, rel=0.5)
    assert found[0].q_value < 1e-6


def test_a_routine_across_midnight_is_one(store: Store) -> None:
    home, rng = _lived_in(2)
    for day in range(home.days - 1):
        home.change(day, 1440 + rng.normal(0, 6), "lock.door", "locked")
        home.change(day + 1, 700 + rng.uniform(0, 200), "lock.door", "unlocked")
    found = _of(detect_all(home.history(store)).patterns, "lock.door", "locked")
    assert len(found) == 1
    assert min(found[0].minute_of_day or 0, 1440 - (found[0].minute_of_day or 0)) < 4
    assert found[0].occurrences >= 27


def test_aimless_use_is_no_pattern(store: Store) -> None:
    home, _ = _lived_in(3)
    findings = detect_all(home.history(store))
    assert findings.patterns == ()
    assert any(gate.example for gate in findings.funnel)


def test_a_light_that_follows_motion_is_a_pair_and_a_machine_is_marked(store: Store) -> None:
    home, rng = _lived_in(4)
    for day in range(home.days):
        for minute in rng.uniform(420, 1380, 6):
            home.change(day, minute, "binary_sensor.attic_motion", "on")
            home.change(day, minute + 1.5, "binary_sensor.attic_motion", "off")
            home.change(day, minute + rng.normal(4, 0.1) / 60, "light.attic_machine", "on")
            home.change(day, minute + 9, "light.attic_machine", "off")
            if rng.random() < 0.8:
                home.change(day, minute + rng.lognormal(2, 0.4) / 60, "light.attic", "on")
                home.change(day, minute + 8, "light.attic", "off")
    patterns = detect_all(home.history(store)).patterns
    person, machine = (
        [
            p
            for p in _of(patterns, name)
            if p.kind == "co_occurrence" and p.trigger_entity_id == "binary_sensor.attic_motion"
        ]
        for name in ("light.attic", "light.attic_machine")
    )
    assert [pattern.already_automated for pattern in person] == [False]
    assert [pattern.already_automated for pattern in machine] == [True]
    assert person[0].confidence == pytest.approx(0.8, abs=0.08)
    assert person[0].lag_seconds == pytest.approx(7.4, abs=1.5)


def test_days_away_are_one_anomaly_and_no_missed_day(store: Store) -> None:
    rng = np.random.default_rng(5)
    home = Home()
    home.life(rng, ["light.desk", "light.bath", "binary_sensor.hall_motion"])
    for day in range(home.days):
        minute = 420 + rng.normal(0, 3)
        home.change(day, minute, "light.kitchen", "on")
        home.change(day, minute + 100, "light.kitchen", "off")
    away = {10, 11, 12, 13}
    home.rows = [row for row in home.rows if (row[0].astimezone(home.zone).date() - home.first_day).days not in away]
    findings = detect_all(home.history(store))
    routine = _of(findings.patterns, "light.kitchen")[0]
    assert (routine.occurrences, routine.opportunities) == (26, 26)


def test_nothing_at_all(store: Store) -> None:
    findings = detect_all(Home().history(store))
    assert (findings.patterns, findings.anomalies) == ((), ())
    assert findings.funnel[0].candidates == 0
