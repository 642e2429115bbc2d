"""What could be known of a planted routine: odds that no detector is needed for."""

from math import exp, isclose

import pytest

from homeintel.simulate import SimulatedHome, simulate_home
from homeintel.simulate.family import home_of_family, place_of
from homeintel.simulate.kinds import GROUPS, KINDS
from homeintel.simulate.power import binomial_tail
from homeintel.simulate.scores import MOST_LOG_ODDS
from homeintel.simulate.truth import Routine, Truth
from tests.simulate.test_scores import scored


def test_binomial_tails() -> None:
    assert isclose(binomial_tail(2, 2, 0.5), 0.25)
    assert isclose(binomial_tail(1, 3, 0.1), 1 - 0.9**3)
    assert isclose(binomial_tail(0, 5, 0.3), 1.0)
    assert binomial_tail(5, 5, 0.0) == 1e-300


def test_firm_habits_are_beyond_doubt(demo: SimulatedHome) -> None:
    daily = [routine for routine in demo.truth.routines if routine.days == "all" and routine.occurrences >= 20]
    assert len(daily) >= 3
    assert all(routine.log_odds < -30 for routine in daily)


def test_the_fewer_days_were_seen_the_less_is_sure(demo: SimulatedHome) -> None:
    short = simulate_home(seed=7, days=5, end=demo.end)
    long = {(r.entity_id, r.state, r.days): r.log_odds for r in demo.truth.routines}
    same = [(r.log_odds, long[key]) for r in short.truth.routines if (key := (r.entity_id, r.state, r.days)) in long]
    assert same
    assert all(few > many for few, many in same)


@pytest.mark.parametrize(("log_odds", "findable"), [(MOST_LOG_ODDS - 0.1, 1), (MOST_LOG_ODDS + 0.1, 0)])
def test_what_even_an_observer_could_not_report_is_not_asked_for(log_odds: float, findable: int) -> None:
    weak = Routine("light.a", "on", "tue,thu", 1100.0, 35.0, 0.6, log_odds=log_odds, occurrences=5, opportunities=9)
    scores = scored(truth=Truth(routines=(weak,)))
    assert scores.routines.findable == findable
    assert len(scores.missed) == findable
    assert isclose(exp(MOST_LOG_ODDS), 0.005)


def test_a_home_of_the_family_does_not_depend_on_which_others_are_asked_for() -> None:
    assert {place_of(seed, "hard").timezone for seed in range(6)} == {
        place_of(seed, "young").timezone for seed in range(6)
    }
    home = home_of_family(2, "sparse", days=3)
    assert (home.timezone, home.name) == (place_of(2, "sparse").timezone, "sparse-2")
    assert sorted(kind for group in GROUPS.values() for kind in group) == sorted(KINDS)
