"""Young and odd homes: each has a defined outcome, no false report, and a funnel that says how near anything came."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from homeintel.patterns import Findings, detect_all, load_history
from homeintel.store import Store, insert
from tests.patterns.homes import Home


def _lived_in(days: int, *, habit: bool, seed: int = 1) -> Home:
    """A home with aimless use of three things and, if asked for, one firm habit."""
    rng = np.random.default_rng(seed)
    home = Home(days=days)
    home.life(rng, ["light.desk", "light.bath"])
    home.life(rng, ["binary_sensor.hall_motion"], uses=15)
    for day in range(days if habit else 0):
        minute = 420 + rng.normal(0, 4)
        home.change(day, minute, "switch.coffee", "on")
        home.change(day, minute + 45 + rng.normal(0, 4), "switch.coffee", "off")
    return home


def _numbers(store: Store, home: Home, entity_ids: list[str], hours: int = 1, seed: int = 2) -> None:
    """Store hourly numbers, or every so many hours, around a level, over the whole window."""
    rng = np.random.default_rng(seed)
    times = pd.date_range(home.window.start, home.window.end, freq=f"{hours}h", inclusive="left")
    frames = []
    for entity_id in entity_ids:
        values = 20 + np.sin(2 * np.pi * np.arange(len(times)) / 24) + rng.normal(0, 0.2, len(times))
        frames.append(pd.DataFrame({"ts": times, "entity_id": entity_id, "last": values, "min": values, "max": values}))
    with store.transaction() as connection:
        insert(connection, "measurements", pd.concat(frames).assign(count=1))


def _detect(store: Store, home: Home) -> Findings:
    with store.connect() as connection:
        return detect_all(load_history(connection, home.window, latitude=52.5, longitude=13.4))


@pytest.mark.parametrize("days", [3, 5, 10, 20])
def test_a_young_home_has_no_false_report(store: Store, days: int) -> None:
    home = _lived_in(days, habit=False)
    _numbers(store, home, ["sensor.room", "sensor.cellar"])
    home.stored(store)
    findings = _detect(store, home)
    assert (findings.patterns, findings.anomalies) == ((), ())
    assert findings.funnel[0].candidates == len(home.frame())


@pytest.mark.parametrize(("days", "found"), [(3, 0), (5, 1), (10, 1), (20, 1)])
def test_a_firm_habit_is_found_as_soon_as_days_allow_and_its_interval_narrows(
    store: Store, days: int, found: int
) -> None:
    home = _lived_in(days, habit=True)
    patterns = [
        p for p in _detect(home.stored(store), home).patterns if (p.entity_id, p.state) == ("switch.coffee", "on")
    ]
    assert len(patterns) == found
    for pattern in patterns:
        assert (pattern.occurrences, pattern.opportunities) == (days, days)
        low = days / (days + 1.959964**2)  # Wilson's lower end where every day was kept
        assert (pattern.confidence_low, pattern.confidence_high) == pytest.approx((low, 1.0), abs=1e-6)


def test_a_home_without_any_routine_has_the_nearest_misses(store: Store) -> None:
    home = _lived_in(30, habit=False)
    findings = _detect(home.stored(store), home)
    assert (findings.patterns, findings.anomalies) == ((), ())
    misses = {(gate.detector, gate.step): gate.example for gate in findings.funnel if gate.example}
    assert {detector for detector, _ in misses} >= {"routines", "anomalies"}
    assert "away" in misses["anomalies", "away"]


def test_one_entity_that_is_switched_now_and_then(store: Store) -> None:
    rng = np.random.default_rng(3)
    home = Home()
    home.life(rng, ["light.only"], uses=2)
    findings = _detect(home.stored(store), home)
    assert (findings.patterns, findings.anomalies) == ((), ())


def test_one_number_alone(store: Store) -> None:
    home = Home()
    _numbers(store, home, ["sensor.only"])
    findings = _detect(store, home)
    assert (findings.patterns, findings.anomalies) == ((), ())
    assert [gate.candidates for gate in findings.funnel if gate.step == "days with somebody at home"] == [30]


def test_an_event_an_hour_for_a_year(store: Store) -> None:
    first = datetime(2025, 1, 1, tzinfo=UTC)
    home = Home(first_day=date(2025, 1, 1), days=365)
    home.rows = [
        (first + timedelta(hours=hour), "switch.pump", "on" if hour % 2 == 0 else "off", "unknown")
        for hour in range(365 * 24 - 1)
    ]
    findings = _detect(home.stored(store), home)
    assert findings.anomalies == ()
    assert all(p.already_automated for p in findings.patterns)  # on the second, every hour: a machine's doing


def test_two_thousand_entities_that_nobody_uses_regularly(store: Store) -> None:
    rng = np.random.default_rng(4)
    home = Home(days=14)
    home.life(rng, [f"light.lamp_{number}" for number in range(150)], uses=0.7)
    home.life(rng, [f"binary_sensor.door_{number}" for number in range(250)], uses=0.7)
    _numbers(store, home, [f"sensor.number_{number}" for number in range(1600)], hours=6)
    home.stored(store)
    findings = _detect(store, home)
    assert (findings.patterns, findings.anomalies) == ((), ())
