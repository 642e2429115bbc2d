"""Each kind of anomaly on a lived-in home, with the time it must start at."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from homeintel.patterns import Anomaly, Findings, detect_all, load_history
from homeintel.store import Store, insert
from tests.patterns.homes import BERLIN, Home

MOTION = ("binary_sensor.hall_motion", "binary_sensor.bath_motion")


def _home(seed: int = 1) -> tuple[Home, np.random.Generator]:
    rng = np.random.default_rng(seed)
    home = Home()
    home.life(rng, ["light.desk", "light.bath"])
    home.life(rng, MOTION, uses=25)
    return home, rng


def _local(home: Home, day: int, minute: float) -> float:
    local = datetime.combine(home.first_day, datetime.min.time()) + timedelta(days=day, minutes=minute)
    return local.replace(tzinfo=BERLIN).timestamp()


def _of(findings: Findings, kind: str) -> list[Anomaly]:
    return [anomaly for anomaly in findings.anomalies if anomaly.kind == kind]


def _with_numbers(home: Home, store: Store, entity_id: str, minutes: np.ndarray, values: np.ndarray) -> Findings:
    start = home.window.start
    rows = pd.DataFrame({"ts": [start + timedelta(minutes=float(m)) for m in minutes], "entity_id": entity_id})
    rows["last"] = rows["min"] = rows["max"] = values
    home.stored(store)
    with store.transaction() as connection:
        insert(connection, "measurements", rows.assign(count=1))
    with store.connect() as connection:
        history = load_history(connection, home.window, latitude=home.latitude, longitude=home.longitude)
    return detect_all(history)


def test_an_ordinary_month_has_no_anomaly(store: Store) -> None:
    assert detect_all(_home()[0].history(store)).anomalies == ()


def test_a_thermometer_that_dies_is_silent_since_its_last_report(store: Store) -> None:
    home, rng = _home()
    minutes = np.arange(0, 20 * 1440, 55.0)
    findings = _with_numbers(home, store, "sensor.room", minutes, 20 + rng.normal(0, 0.2, len(minutes)))
    (silent,) = _of(findings, "silent")
    assert (silent.entity_id, silent.ended_at) == ("sensor.room", None)
    assert silent.started_at == pytest.approx(home.window.start.timestamp() + minutes[-1] * 60, abs=1)
    assert 0.7 < silent.score < 1


def test_a_motion_sensor_that_dies_is_silent_and_a_lamp_nobody_uses_is_not(store: Store) -> None:
    home, _ = _home()
    home.rows = [row for row in home.rows if not (row[1] == MOTION[1] and row[0].timestamp() > _local(home, 22, 0))]
    home.rows = [row for row in home.rows if not (row[1] == "light.bath" and row[0].timestamp() > _local(home, 15, 0))]
    assert [anomaly.entity_id for anomaly in _of(detect_all(home.history(store)), "silent")] == [MOTION[1]]


def test_a_sensor_that_stays_on_for_days_is_stuck_not_silent(store: Store) -> None:
    home, _ = _home()
    for day in range(home.days):
        for minute in (500, 700, 900):
            home.change(day, minute, "binary_sensor.office_contact", "on")
            home.change(day, minute + 10, "binary_sensor.office_contact", "off")
    stuck = (_local(home, 20, 650), _local(home, 23, 600))
    own = "binary_sensor.office_contact"
    home.rows = [row for row in home.rows if row[1] != own or not stuck[0] <= row[0].timestamp() <= stuck[1]]
    home.change(20, 650, own, "on")
    findings = detect_all(home.history(store))
    (found,) = _of(findings, "stuck")
    assert (found.entity_id, found.started_at) == (own, stuck[0])
    assert _of(findings, "silent") == []


def test_a_door_at_night_is_unusual_and_by_day_it_is_not(store: Store) -> None:
    home, rng = _home()
    for day in range(home.days):
        for minute in rng.uniform(480, 1200, 2):
            home.change(day, minute, "binary_sensor.garage_door", "on")
            home.change(day, minute + 4, "binary_sensor.garage_door", "off")
    home.change(17, 185, "binary_sensor.garage_door", "on")
    home.change(17, 190, "binary_sensor.garage_door", "off")
    (found,) = _of(detect_all(home.history(store)), "unusual_time")
    assert found.started_at == _local(home, 17, 185)
    assert found.observed == "on at 03:05"


def test_a_contact_gone_mad_twice_is_two_rates(store: Store) -> None:
    home, rng = _home()
    for day in range(home.days):
        for minute in rng.uniform(480, 1200, 3):
            home.change(day, minute, "binary_sensor.window", "on")
            home.change(day, minute + 4, "binary_sensor.window", "off")
    for day in (8, 19):
        for step in range(120):
            home.change(day, 840 + step / 4, "binary_sensor.window", "on" if step % 2 == 0 else "off")
    found = _of(detect_all(home.history(store)), "rate")
    assert [round((a.started_at - _local(home, 0, 0)) / 86_400) for a in found] == [9, 20]


def test_a_room_six_degrees_too_warm_is_a_level(store: Store) -> None:
    home, rng = _home()
    minutes = np.arange(0, home.days * 1440, 20.0)
    values = 20 + 1.5 * np.sin(2 * np.pi * minutes / 1440) + rng.normal(0, 0.2, len(minutes))
    values[(minutes >= 14 * 1440) & (minutes < 15.5 * 1440)] += 6
    (found,) = _of(_with_numbers(home, store, "sensor.room", minutes, values), "level")
    assert abs(found.started_at - _local(home, 14, 0)) <= 2 * 3600
    assert found.detail["shift"] == pytest.approx(6, abs=0.6)


def test_a_firm_routine_that_stops_is_missed_from_the_first_day_on(store: Store) -> None:
    home, rng = _home()
    for day in range(home.days - 4):
        minute = 420 + rng.normal(0, 4)
        home.change(day, minute, "switch.coffee", "on")
        home.change(day, minute + 45 + rng.normal(0, 4), "switch.coffee", "off")
    (found,) = [a for a in _of(detect_all(home.history(store)), "missed_routine") if a.detail["state"] == "on"]
    assert found.ended_at is None
    assert found.started_at == pytest.approx(_local(home, home.days - 4, 420), abs=600)


@pytest.mark.parametrize(
    ("whim", "found"), [((), True), ((1,), True), ((2,), True), ((3,), True), ((1, 2), False), ((2, 3), False)]
)
def test_a_whim_among_the_missed_days_does_not_hide_that_a_routine_stopped(
    store: Store, whim: tuple[int, ...], found: bool
) -> None:
    home, rng = _home()
    for day in range(home.days):
        if day < home.days - 4 or day - (home.days - 4) in whim:
            minute = 420 + rng.normal(0, 4)
            home.change(day, minute, "switch.coffee", "on")
            home.change(day, minute + 45 + rng.normal(0, 4), "switch.coffee", "off")
    missed = [a for a in _of(detect_all(home.history(store)), "missed_routine") if a.detail["state"] == "on"]
    assert len(missed) == found
    for anomaly in missed:
        assert anomaly.ended_at is None
        assert anomaly.detail["missed"] == 4 - len(whim)
        assert anomaly.started_at == pytest.approx(_local(home, home.days - 4, 420), abs=600)


def test_an_automation_that_people_take_back_is_one_anomaly(store: Store) -> None:
    home, rng = _home()
    for day in range(home.days):
        home.change(day, 1080 + rng.normal(0, 0.002), "light.worktop", "on", "automation")
        undone = rng.random() < 0.7
        home.change(day, 1080 + (rng.uniform(0.5, 2.5) if undone else rng.uniform(60, 90)), "light.worktop", "off")
    findings = detect_all(home.history(store))
    (found,) = _of(findings, "undone_automation")
    assert found.entity_id == "light.worktop"
    machine = next(p for p in findings.patterns if (p.entity_id, p.state) == ("light.worktop", "on"))
    assert machine.already_automated
    assert 12 <= machine.undone <= 28
    assert not [p for p in findings.patterns if (p.entity_id, p.state) == ("light.worktop", "off")]


def test_days_away_are_one_anomaly_and_nothing_is_silent(store: Store) -> None:
    home, rng = _home()
    away = (_local(home, 10, 0), _local(home, 13, 0))
    home.rows = [row for row in home.rows if not away[0] <= row[0].timestamp() < away[1]]
    minutes = np.arange(0, home.days * 1440, 60.0)
    found = _with_numbers(home, store, "sensor.room", minutes, 20 + rng.normal(0, 0.2, len(minutes))).anomalies
    assert [(anomaly.kind, anomaly.entity_id) for anomaly in found] == [("away", None)]
    assert (found[0].started_at, found[0].ended_at) == away
    assert datetime.fromtimestamp(found[0].started_at, UTC).astimezone(BERLIN).hour == 0


def test_days_without_any_data_are_not_days_away(store: Store) -> None:
    home, _ = _home()
    outage = (_local(home, 10, 0), _local(home, 13, 0))
    home.rows = [row for row in home.rows if not outage[0] <= row[0].timestamp() < outage[1]]
    assert detect_all(home.history(store)).anomalies == ()


def test_a_number_that_repeats_one_value_is_stuck_whether_it_is_written_again_or_not(store: Store) -> None:
    home, rng = _home()
    minutes = np.arange(0, home.days * 1440, 30.0)
    values = np.round(20 + 1.5 * np.sin(2 * np.pi * minutes / 1440) + rng.normal(0, 0.2, len(minutes)), 2)
    frozen = (minutes >= 12 * 1440) & (minutes < 15 * 1440)
    values[frozen] = values[np.flatnonzero(frozen)[0] - 1]
    findings = _with_numbers(home, store, "sensor.room", minutes, values)
    (found,) = findings.anomalies
    assert (found.kind, found.entity_id) == ("stuck", "sensor.room")
    assert found.started_at == pytest.approx(home.window.start.timestamp() + 12 * 86_400, abs=3600)
    assert found.ended_at == pytest.approx(home.window.start.timestamp() + 15 * 86_400, abs=3600)
    assert found.detail["value"] == values[frozen][0]


def test_a_number_that_is_not_written_while_its_device_reports_is_stuck_and_alone_it_is_silent(store: Store) -> None:
    home, rng = _home()
    minutes = np.arange(0, home.days * 1440, 30.0)
    frozen = (minutes >= 12 * 1440) & (minutes < 15 * 1440)
    values = np.round(20 + rng.normal(0, 0.5, len(minutes)), 2)
    alone = _with_numbers(home, store, "sensor.room", minutes[~frozen], values[~frozen])
    assert [(a.kind, a.entity_id) for a in alone.anomalies] == [("silent", "sensor.room")]
    entities = {
        "entity_id": ["sensor.room", "sensor.humidity"],
        "ieee_address": ["0x1", "0x1"],
        "enabled": [True, True],
    }
    rows = pd.DataFrame({"ts": [home.window.start + timedelta(minutes=float(m)) for m in minutes]})
    rows["last"] = rows["min"] = rows["max"] = rng.normal(50, 3, len(minutes))
    with store.transaction() as connection:
        insert(connection, "entities", pd.DataFrame(entities).assign(component="sensor", source="discovery"))
        insert(connection, "measurements", rows.assign(entity_id="sensor.humidity", count=1))
    with store.connect() as connection:
        history = load_history(connection, home.window, latitude=home.latitude, longitude=home.longitude)
    assert [(a.kind, a.entity_id) for a in detect_all(history).anomalies] == [("stuck", "sensor.room")]


def test_a_plug_that_rests_at_no_power_is_not_stuck(store: Store) -> None:
    home, rng = _home()
    minutes = np.arange(0, home.days * 1440, 30.0)
    running = (minutes % 1440 > 1080) & ~((minutes >= 10 * 1440) & (minutes < 18 * 1440))
    values = np.where(running, np.round(rng.normal(120, 4, len(minutes)), 1), 0.0)
    assert _of(_with_numbers(home, store, "sensor.plug_power", minutes, values), "stuck") == []


def test_a_flood_of_reports_is_a_rate_and_so_is_hardly_any(store: Store) -> None:
    home, rng = _home()
    usual = np.arange(0, home.days * 1440, 30.0)
    slow = (usual >= 20 * 1440) & (usual < 22 * 1440)
    kept = ~slow | (np.arange(len(usual)) % 16 == 0)
    flood = 8 * 1440 + np.arange(0, 60, 0.1)
    minutes = np.concatenate([usual[kept], flood])
    findings = _with_numbers(home, store, "sensor.room", minutes, 20 + rng.normal(0, 0.3, len(minutes)))
    first, second = findings.anomalies
    assert (first.kind, second.kind) == ("rate", "rate")
    assert first.started_at == home.window.start.timestamp() + 8 * 86_400
    assert first.detail["reports"] == 602
    assert second.started_at == pytest.approx(home.window.start.timestamp() + 20 * 86_400, abs=9 * 3600)
    assert second.ended_at == pytest.approx(home.window.start.timestamp() + 22 * 86_400, abs=9 * 3600)
    assert second.detail["usual_a_day"] == pytest.approx(48, abs=1)


def test_two_outages_of_one_device_do_not_hide_each_other(store: Store) -> None:
    home, rng = _home()
    minutes = np.arange(0, home.days * 1440, 40.0)
    out = ((minutes > 6 * 1440) & (minutes < 9 * 1440)) | ((minutes > 20 * 1440) & (minutes < 22 * 1440))
    findings = _with_numbers(home, store, "sensor.room", minutes[~out], 20 + rng.normal(0, 0.3, (~out).sum()))
    start = home.window.start.timestamp()
    days = [((a.started_at - start) / 86_400, ((a.ended_at or 0.0) - start) / 86_400) for a in findings.anomalies]
    assert [a.kind for a in findings.anomalies] == ["silent", "silent"]
    assert days == [pytest.approx((6, 9), abs=0.05), pytest.approx((20, 22), abs=0.05)]


def test_a_door_that_opens_daily_falls_silent_after_days_not_hours(store: Store) -> None:
    home, rng = _home()
    for day in range(15):
        minute = 1020 + rng.normal(0, 30)
        home.change(day, minute, "binary_sensor.cellar_door", "on")
        home.change(day, minute + 3, "binary_sensor.cellar_door", "off")
    (found,) = _of(detect_all(home.history(store)), "silent")
    assert found.entity_id == "binary_sensor.cellar_door"
    assert found.started_at == pytest.approx(_local(home, 14, 1023), abs=2 * 3600)


def test_rooms_that_cool_down_while_nobody_is_at_home_are_one_absence(store: Store) -> None:
    home, rng = _home()
    away = (_local(home, 10, 0), _local(home, 13, 0))
    home.rows = [row for row in home.rows if not away[0] <= row[0].timestamp() < away[1]]
    minutes = np.arange(0, home.days * 1440, 60.0)
    cold = (minutes >= 10 * 1440) & (minutes < 13 * 1440)
    frames = []
    for name in ("sensor.room", "sensor.bath"):
        values = 20 + rng.normal(0, 0.2, len(minutes)) - 5.0 * cold
        frame = pd.DataFrame({"ts": [home.window.start + timedelta(minutes=float(m)) for m in minutes]})
        frames.append(frame.assign(entity_id=name, last=values, min=values, max=values, count=1))
    home.stored(store)
    with store.transaction() as connection:
        insert(connection, "measurements", pd.concat(frames))
    with store.connect() as connection:
        history = load_history(connection, home.window, latitude=home.latitude, longitude=home.longitude)
    findings = detect_all(history)
    assert [(a.kind, a.entity_id) for a in findings.anomalies] == [("away", None)]
    (last,) = [gate for gate in findings.funnel if gate.step.startswith("not explained by days away")]
    assert last.candidates == 1
    assert last.example.endswith("explained by days away")
