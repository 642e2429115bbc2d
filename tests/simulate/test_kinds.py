"""Every kind of home, in every place: what is planted is possible and shows."""

import json
from datetime import date, timedelta
from itertools import pairwise

import pandas as pd
import pytest

from homeintel.simulate import KINDS, SimulatedHome, family_of_homes, simulate_home
from homeintel.simulate.family import PLACES


@pytest.fixture(scope="module")
def family() -> dict[str, SimulatedHome]:
    """One home of each kind, each in another place."""
    return {home.kind: home for home in family_of_homes([3], list(KINDS))}


def test_the_family_is_whole(family: dict[str, SimulatedHome]) -> None:
    asked = {"regular", "shift", "family", "holiday", "sparse", "noisy", "young", "empty", "hard"}
    assert asked <= set(family)
    assert len({home.timezone for home in family.values()}) == len(PLACES)


@pytest.mark.parametrize("kind", KINDS)
def test_counts_are_possible(family: dict[str, SimulatedHome], kind: str) -> None:
    truth = family[kind].truth
    for routine in (*truth.routines, *truth.sun_routines):
        assert 0 <= routine.occurrences <= routine.opportunities <= 30
        assert routine.future_occurrences <= routine.future_opportunities + 1 <= 8  # the last evening, after midnight
    for coupling in truth.couplings:
        assert coupling.occurrences <= coupling.opportunities + 1  # a trigger just before the window's first midnight


@pytest.mark.parametrize("kind", KINDS)
def test_events_are_sorted_and_in_the_window(family: dict[str, SimulatedHome], kind: str) -> None:
    home = family[kind]
    frame = home.events.to_pandas()
    local = frame["ts"].dt.tz_convert(home.timezone).dt.date
    assert local.min() >= home.start
    assert local.max() < home.end
    assert frame["ts"].is_monotonic_increasing


def test_a_hard_home_is_hard(family: dict[str, SimulatedHome]) -> None:
    truth = family["hard"].truth
    assert len(truth.routines) >= 8
    assert all(0.55 <= routine.keep_rate <= 0.65 for routine in truth.routines)
    assert all(25 <= routine.spread_minutes <= 40 for routine in truth.routines)
    assert all(120 <= coupling.lag_seconds <= 180 for coupling in truth.couplings)
    assert all(0.45 <= coupling.probability <= 0.6 for coupling in truth.couplings)
    entities = [routine.entity_id for routine in truth.routines]
    assert len(set(entities)) < len(entities)
    assert any("," in routine.days for routine in truth.routines)


def test_reactions_of_the_family_cover_what_homes_have() -> None:
    couplings = [
        c
        for seed in (1, 2, 3)
        for c in simulate_home(seed=seed, days=10, end=date(2026, 11, 8), kind="family").truth.couplings
    ]
    lags = [coupling.lag_seconds for coupling in couplings]
    assert min(lags) < 6
    assert max(lags) > 60
    assert any(coupling.conditions for coupling in couplings)
    assert any(not coupling.trigger_entity_id.startswith("binary_sensor.") for coupling in couplings)


def test_a_young_home_begins_with_unknown(family: dict[str, SimulatedHome]) -> None:
    home = family["young"]
    frame = home.events.to_pandas()
    first = frame["ts"].dt.tz_convert(home.timezone).dt.date.min()
    assert first == home.end - timedelta(days=9)
    assert (frame["state"].head(300) == "unknown").mean() > 0.9


def test_a_holiday_home_stands_empty_most_days(family: dict[str, SimulatedHome]) -> None:
    truth = family["holiday"].truth
    assert len(truth.away_days) >= 10
    blocks = [anomaly for anomaly in truth.anomalies if anomaly.kind == "away"]
    gaps = sum((later - earlier).days > 1 for earlier, later in pairwise(truth.away_days))
    assert len(blocks) == gaps + 1


def test_an_empty_home_is_still_lived_in(family: dict[str, SimulatedHome]) -> None:
    home = family["empty"]
    lights = home.events.to_pandas().query("entity_id.str.startswith('light.') and state == 'on'")
    assert len(lights) > 100
    assert home.truth.routines == ()


def test_a_noisy_home_repeats_and_flickers(family: dict[str, SimulatedHome]) -> None:
    def repeated(home: SimulatedHome) -> float:
        frame = home.events.to_pandas().sort_values(["entity_id", "ts"], kind="stable")
        own = frame[frame["entity_id"].str.endswith("_occupancy")]
        same = (own["entity_id"] == own["entity_id"].shift()) & (own["ts"].diff() < pd.Timedelta(seconds=1))
        return float(same.mean())

    assert repeated(family["noisy"]) > 3 * repeated(family["varied"])
    assert len(family["noisy"].truth.restarts) == 5


def test_the_registry_knows_what_discovery_does_not(family: dict[str, SimulatedHome]) -> None:
    home = family["family"]
    renamed = [entity for entity in home.truth.entities if entity.renamed]
    excluded = [entity for entity in home.truth.entities if entity.excluded]
    assert len(renamed) == len(excluded) == 2
    rows = set(home.events["entity_id"].to_pylist())
    registry = {entry["unique_id"]: entry for entry in home.registry["data"]["entities"]}
    for entity in renamed:
        assert registry[entity.unique_id]["entity_id"] == entity.entity_id
        assert entity.entity_id not in json.dumps(list(home.retained.values()))
        assert entity.default_entity_id not in rows
    assert not {entity.entity_id for entity in excluded} & rows
    by_user = [entry for entry in registry.values() if entry["disabled_by"] == "user"]
    assert len(by_user) == 2
    assert not {entry["entity_id"] for entry in by_user} & rows


def test_the_group_follows_its_members(demo: SimulatedHome, rows: pd.DataFrame) -> None:
    group = rows[(rows["entity_id"] == "light.living_room_all_lights") & (rows["state"] == "on")]
    members = rows[rows["entity_id"].str.startswith("light.living_room_") & (rows["state"] == "on")]
    singles = members[members["entity_id"] != "light.living_room_all_lights"]["ts"]
    follows = [
        bool(((ts - singles) <= pd.Timedelta(milliseconds=6)).where(ts >= singles, other=False).any())
        for ts in group["ts"]
    ]
    assert sum(follows) > 0.3 * len(follows)
    assert "homeassistant/light/1221051039810110150109113116116_1/light/config" in demo.retained
