"""The detectors on simulated homes: few seeds here, many in `homeintel score`."""

from datetime import date

import pandas as pd
import pytest

from homeintel.patterns import detect_all
from homeintel.patterns.tables import anomaly_rows, pattern_rows
from homeintel.simulate import simulate_home
from homeintel.simulate.calibration import sun_minutes
from homeintel.simulate.home import SimulatedHome
from homeintel.simulate.scores import Scores, match
from homeintel.store import Store
from tests.patterns.homes import history_of

END = date(2026, 11, 8)


def _scored(home: SimulatedHome, store: Store) -> tuple[Scores, pd.DataFrame]:
    findings = detect_all(history_of(home, store))
    patterns = pattern_rows(findings.patterns, [str(number) for number in range(len(findings.patterns))])
    anomalies = anomaly_rows(findings.anomalies, [str(number) for number in range(len(findings.anomalies))])
    return match(home.truth, patterns, anomalies, sun_minutes(home)), patterns


@pytest.mark.parametrize("seed", [1, 2])
def test_a_regular_home_is_understood(store: Store, seed: int) -> None:
    scores, patterns = _scored(simulate_home(seed=seed, days=30, end=END), store)
    assert scores.routines.f1 >= 0.9
    assert scores.sun.f1 >= 0.9
    assert scores.couplings.f1 >= 0.75
    assert scores.anomalies.f1 >= 0.85
    assert patterns["q_value"].max() <= 0.05


def test_a_home_without_habits_has_none(store: Store) -> None:
    scores, _ = _scored(simulate_home(seed=3, days=30, end=END, kind="empty"), store)
    assert (scores.routines.false, scores.sun.false, scores.couplings.false) == (0, 0, 0)


@pytest.mark.parametrize("days", [1, 3, 5])
def test_a_few_days_give_no_false_routine(store: Store, days: int) -> None:
    scores, _ = _scored(simulate_home(seed=4, days=days, end=END, kind="empty"), store)
    assert scores.routines.false + scores.sun.false + scores.couplings.false == 0


def test_the_southern_hemisphere_without_daylight_saving(store: Store) -> None:
    home = simulate_home(seed=5, days=30, end=END, timezone="Australia/Brisbane", latitude=-27.47, longitude=153.03)
    scores, _ = _scored(home, store)
    assert scores.routines.f1 >= 0.9
