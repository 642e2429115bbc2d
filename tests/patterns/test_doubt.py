"""How likely a routine is none, given its own evidence and what else the home does by habit."""

from dataclasses import replace
from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import betabinom

from homeintel.patterns.doubt import doubts
from homeintel.patterns.findings import Pattern, Traced
from homeintel.patterns.stats.bayes import log_bayes_factor

SURE, LIKELY = 15.0, 3.0
TESTS = 55


def _routine(evidence: float, *, expected: float = 2.0, share: float = 0.6, automated: bool = False) -> Traced:
    pattern = Pattern(
        "time_of_day",
        "light.hall",
        "on",
        "all",
        18,
        25,
        0.7,
        0.5,
        0.9,
        expected,
        1e-6,
        1e-5,
        already_automated=automated,
    )
    return Traced(pattern, np.zeros(18), evidence=evidence, share=share)


def _doubt(*routines: Traced) -> float:
    """Return the first one's doubt."""
    return float(doubts(routines, TESTS)[0])


def test_the_same_evidence_is_a_habit_among_habits_and_an_accident_alone() -> None:
    alone = _doubt(_routine(LIKELY))
    among = _doubt(_routine(LIKELY), *[_routine(SURE)] * 9)
    assert alone > 0.6
    assert among < 0.2


def test_a_sure_routine_needs_no_others() -> None:
    assert _doubt(_routine(SURE)) < 0.01


def test_machines_say_nothing_of_peoples_habits() -> None:
    assert _doubt(_routine(LIKELY), *[_routine(SURE, automated=True)] * 9) == _doubt(_routine(LIKELY))


def test_a_routine_does_not_speak_for_itself() -> None:
    pair = [_routine(LIKELY), _routine(LIKELY)]
    assert _doubt(pair[0]) > _doubt(*pair)
    share = 0.3 / (TESTS + 2.3)
    own = 0.75 * LIKELY + 0.62 * np.log(9) + 1.08 * np.log(0.6) + 0.12
    assert np.isclose(_doubt(pair[0]), 1 / (1 + np.exp(own) * share / (1 - share)))


def test_a_busy_hour_and_a_thing_used_at_all_hours_raise_doubt() -> None:
    usual = _doubt(_routine(LIKELY))
    assert _doubt(_routine(LIKELY, expected=7.0)) > usual
    assert _doubt(_routine(LIKELY, share=0.2)) > usual


def test_what_chance_never_gives_is_worth_no_more_than_twelve_times_chance() -> None:
    assert _doubt(_routine(LIKELY, expected=0.0)) == _doubt(_routine(LIKELY, expected=1.5))


def test_nothing_found_is_nothing_doubted() -> None:
    assert doubts([], TESTS).shape == (0,)


@given(st.lists(st.floats(-10, 40), min_size=1, max_size=12), st.randoms())
def test_the_order_changes_nothing_and_doubt_is_a_probability(evidence: list[float], random: Random) -> None:
    routines = [_routine(one) for one in evidence]
    shuffled = list(range(len(routines)))
    random.shuffle(shuffled)
    found = doubts(routines, TESTS)
    again = doubts([replace(routines[place]) for place in shuffled], TESTS)
    assert np.allclose(found[shuffled], again)
    assert ((found >= 0) & (found <= 1)).all()


@given(st.integers(0, 30), st.integers(0, 30), st.floats(0.3, 20), st.floats(0.3, 20), st.floats(0.3, 20))
def test_a_bayes_factor_is_a_ratio_of_likelihoods(hits: int, misses: int, a: float, b: float, other: float) -> None:
    expected = betabinom.logpmf(hits, hits + misses, a, b) - betabinom.logpmf(hits, hits + misses, other, b)
    assert np.isclose(log_bayes_factor(hits, hits + misses, (a, b), (other, b)), expected, atol=1e-6)
