"""What the truth says is what the rows show."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from homeintel.simulate import SimulatedHome
from homeintel.simulate.truth import Anomaly, Routine


def changes(rows: pd.DataFrame, entity_id: str) -> pd.DataFrame:
    """Return an entity's changes between known states."""
    own = rows[(rows["entity_id"] == entity_id) & ~rows["state"].isin(["unavailable", "unknown"])]
    return own[own["state"] != own["state"].shift()]


def near_minute(local: pd.Series, minute: float, width: float) -> "pd.Series[bool]":
    """Return which local times lie within `width` minutes of a minute of the day, around midnight too."""
    clock = local.dt.hour * 60 + local.dt.minute + local.dt.second / 60
    away = (clock.to_numpy() - minute + 720) % 1440 - 720
    return pd.Series(np.abs(away) <= width, index=local.index)


def test_clock_routines_happen_at_their_local_minute(demo: SimulatedHome, rows: pd.DataFrame) -> None:
    for routine in demo.truth.routines:
        own = changes(rows, routine.entity_id)
        own = own[own["state"] == routine.state]
        assert routine.minute_of_day is not None
        hits = own[near_minute(own["local"], routine.minute_of_day, 2.5 * routine.spread_minutes + 1)]
        assert len(hits) >= routine.occurrences
        assert 0 < routine.occurrences <= routine.opportunities <= 30


def test_local_minute_is_the_same_before_and_after_the_clocks_change(demo: SimulatedHome, rows: pd.DataFrame) -> None:
    coffee = demo.truth.routines[0]
    own = changes(rows, coffee.entity_id)
    hits = own[(own["state"] == "on") & near_minute(own["local"], coffee.minute_of_day or 0, 30)]
    minutes = hits["local"].dt.hour * 60 + hits["local"].dt.minute
    before = hits["local"].dt.date < pd.Timestamp("2026-10-25").date()
    assert abs(minutes[before].mean() - minutes[~before].mean()) < 12
    utc = hits["ts"].dt.hour * 60 + hits["ts"].dt.minute
    assert utc[~before].mean() - utc[before].mean() > 45


def test_sun_routines_follow_the_sun(demo: SimulatedHome, rows: pd.DataFrame) -> None:
    falls = changes(rows, "sun.sun").query("state == 'below_horizon'")
    sunset = dict(zip(falls["local"].dt.date, falls["ts"], strict=True))
    for routine in demo.truth.sun_routines:
        assert routine.sun_event == "sunset"
        own = changes(rows, routine.entity_id)
        own = own[own["state"] == routine.state]
        pairs = zip(own["ts"], own["local"].dt.date, strict=True)
        after = np.array([(ts - sunset[day]).total_seconds() / 60 for ts, day in pairs if day in sunset])
        hits = after[np.abs(after - (routine.offset_minutes or 0)) <= 2.5 * routine.spread_minutes + 1]
        assert len(hits) >= routine.occurrences > 10
        assert abs(hits.mean() - (routine.offset_minutes or 0)) < routine.spread_minutes


def test_couplings_follow_their_trigger(demo: SimulatedHome, rows: pd.DataFrame) -> None:
    assert len(demo.truth.couplings) == 4
    for coupling in demo.truth.couplings:
        own, acts = changes(rows, coupling.trigger_entity_id), changes(rows, coupling.entity_id)
        triggers = own[own["state"] == coupling.trigger_state]["ts"].to_numpy()
        actions = acts[acts["state"] == coupling.state]["ts"].to_numpy()
        last = np.searchsorted(triggers, actions) - 1
        lag = (actions - triggers[np.maximum(last, 0)]) / np.timedelta64(1, "s")
        followed = lag[(last >= 0) & (lag < coupling.lag_seconds * 6)]
        assert len(followed) >= 0.8 * coupling.occurrences
        assert coupling.occurrences <= coupling.opportunities
        assert 0.5 * coupling.lag_seconds < np.median(followed) < 2 * coupling.lag_seconds


def test_automations_react_like_machines(demo: SimulatedHome, rows: pd.DataFrame) -> None:
    by_motion = demo.truth.automations[0]
    own = rows[(rows["entity_id"] == by_motion.entity_id) & rows["context_parent_id"].notna() & (rows["state"] == "on")]
    triggers = rows[(rows["entity_id"] == by_motion.trigger_entity_id) & (rows["state"] == "on")]["ts"].to_numpy()
    lag = own["ts"].to_numpy() - triggers[np.searchsorted(triggers, own["ts"].to_numpy()) - 1]
    seconds = lag / np.timedelta64(1, "s")
    assert abs(np.median(seconds) - by_motion.lag_seconds) < 0.05
    assert np.percentile(seconds, 90) - np.percentile(seconds, 10) < 0.3
    by_time = demo.truth.automations[1]
    off = changes(rows, by_time.entity_id)
    off = off[(off["state"] == "off") & near_minute(off["local"], by_time.minute_of_day or 0, 0.1)]
    assert len(off) >= 10  # on other days somebody was quicker
    assert off["local"].dt.second.max() == 0


def test_the_silent_device_is_offline_and_silent(demo: SimulatedHome, rows: pd.DataFrame) -> None:
    silent = [anomaly for anomaly in demo.truth.anomalies if anomaly.kind == "silent"]
    devices = {entity.entity_id: entity.ieee_address for entity in demo.truth.entities}
    assert len({devices[anomaly.entity_id or ""] for anomaly in silent}) == 2
    for anomaly in silent:
        own = rows[(rows["entity_id"] == anomaly.entity_id) & (rows["state"] != "unavailable")]
        for restart in demo.truth.restarts:  # they bring back the last state, which is no report
            own = own[(own["ts"] < restart.started_at) | (own["ts"] > restart.ended_at + timedelta(seconds=5))]
        assert own["ts"].max() == anomaly.started_at
    offline = [topic for topic, payload in demo.retained.items() if payload == '{"state":"offline"}']
    assert len(offline) == 2
    assert all(topic.endswith("/availability") for topic in offline)
    assert demo.retained["zigbee2mqtt/hall light/availability"] == '{"state":"online"}'


def one(demo: SimulatedHome, kind: str, domain: str = "") -> Anomaly:
    found = [a for a in demo.truth.anomalies if a.kind == kind and (a.entity_id or "").startswith(domain)]
    assert len(found) == 1
    return found[0]


def test_the_stuck_sensor_stays_on(demo: SimulatedHome, rows: pd.DataFrame) -> None:
    stuck = one(demo, "stuck", "binary_sensor.")
    assert stuck.ended_at is not None
    own = changes(rows, stuck.entity_id or "")
    inside = own[(own["ts"] >= stuck.started_at) & (own["ts"] < stuck.ended_at)]
    assert inside["state"].tolist() == ["on"]
    assert len(own) > 300


def test_the_mad_contact_the_night_door_and_the_warm_room(demo: SimulatedHome, rows: pd.DataFrame) -> None:
    rate = one(demo, "rate", "binary_sensor.")
    own = rows[(rows["entity_id"] == rate.entity_id) & (rows["ts"] >= rate.started_at) & (rows["ts"] < rate.ended_at)]
    assert len(own) > 200
    night = one(demo, "unusual_time")
    door = rows[(rows["entity_id"] == night.entity_id) & (rows["ts"] == night.started_at)]
    assert door["local"].dt.hour.tolist() in ([2], [3])
    level = one(demo, "level")
    warm = rows[(rows["entity_id"] == level.entity_id) & ~rows["state"].isin(["unavailable", "unknown"])]
    inside = (warm["ts"] >= level.started_at) & (warm["ts"] < level.ended_at)
    values = warm["state"].astype(float)
    assert values[inside].median() - values[~inside].median() > 4


def test_the_frozen_number_stays_at_one_value(demo: SimulatedHome, rows: pd.DataFrame) -> None:
    frozen = one(demo, "stuck", "sensor.")
    assert frozen.ended_at is not None
    own = changes(rows, frozen.entity_id or "")
    inside = (own["ts"] >= frozen.started_at) & (own["ts"] < frozen.ended_at)
    assert inside.sum() == 1
    assert len(own) > 300
    assert frozen.ended_at - frozen.started_at > timedelta(days=2)


def test_one_sensor_floods_and_one_hardly_reports(demo: SimulatedHome, rows: pd.DataFrame) -> None:
    rates = [a for a in demo.truth.anomalies if a.kind == "rate" and (a.entity_id or "").startswith("sensor.")]
    (flood,) = [a for a in rates if a.detail == "a report every few seconds"]
    slow = [a for a in rates if a.detail == "hardly any report"]
    assert slow
    for anomaly in (flood, *slow):
        own = rows[rows["entity_id"] == anomaly.entity_id]
        assert anomaly.ended_at is not None
        inside = (own["ts"] >= anomaly.started_at) & (own["ts"] < anomaly.ended_at)
        lasts = (anomaly.ended_at - anomaly.started_at) / timedelta(hours=1)
        usual = (~inside).sum() / (30 * 24 - lasts)
        assert inside.sum() / lasts > 100 * usual if anomaly is flood else inside.sum() / lasts < 0.25 * usual


def test_the_missed_routine_is_missing_at_the_end(demo: SimulatedHome, rows: pd.DataFrame) -> None:
    missed = one(demo, "missed_routine")
    routine = next(r for r in demo.truth.routines if r.entity_id == missed.entity_id)
    own = changes(rows, routine.entity_id)
    hits = own[(own["state"] == routine.state) & near_minute(own["local"], routine.minute_of_day or 0, 20)]
    late = hits[hits["ts"] > missed.started_at]
    assert len(late) <= 1
    assert len(hits) > 15


def test_away_starts_at_local_midnight_of_the_first_whole_day(demo: SimulatedHome) -> None:
    away = one(demo, "away")
    assert away.entity_id is None
    local = pd.Timestamp(away.started_at).tz_convert(demo.timezone)
    assert (local.hour, local.minute) == (0, 0)
    assert local.date() == demo.truth.away_days[0]


@pytest.mark.parametrize("field", ["occurrences", "opportunities", "future_opportunities"])
def test_counts_are_not_negative(demo: SimulatedHome, field: str) -> None:
    planted: tuple[Routine, ...] = demo.truth.routines + demo.truth.sun_routines
    assert all(getattr(routine, field) >= 0 for routine in planted)
