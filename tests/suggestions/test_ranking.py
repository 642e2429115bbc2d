import random
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeintel.suggestions.backtest.result import VERDICTS, Backtest
from homeintel.suggestions.candidate import Candidate
from homeintel.suggestions.ranking import GOOD_SCORE, select


def candidate(name: str, kind: Any = "pattern", confidence: float = 0.9, **given: Any) -> Candidate:
    made = Candidate(
        suggestion_id=name, kind=kind, title=name, description="", entity_ids=(), ieee_addresses=(),
        effects=((name,),), confidence=confidence, confidence_low=None, confidence_high=None, impact=0.8, effort=0.2,
    )  # fmt: skip
    return replace(made, **given)


def backtest(wanted: int, unwanted: int) -> Backtest:
    count = wanted + unwanted
    verdicts = np.repeat([VERDICTS.index("agreed"), VERDICTS.index("wrong")], [wanted, unwanted])
    return Backtest(np.arange(count, dtype=float), verdicts, np.full(count, np.nan), np.zeros(count, dtype=bool), 7, 28)


def names(candidates: list[Candidate], limit: int | None = 10, answered: dict[str, str] | None = None) -> list[str]:
    return [one.suggestion_id for one in select(candidates, answered or {}, limit).chosen]


def test_the_score_is_confidence_times_impact_times_what_effort_leaves() -> None:
    assert candidate("a").score == pytest.approx(0.9 * 0.8 * (1 - 0.5 * 0.2))


@given(confidence=st.floats(0, 1), impact=st.floats(0, 1), effort=st.floats(0, 1), more=st.floats(0, 1))
def test_the_score_is_in_0_1_and_never_falls_when_a_factor_improves(
    confidence: float, impact: float, effort: float, more: float
) -> None:
    one = candidate("a", confidence=confidence, impact=impact, effort=effort)
    assert 0 <= one.score <= 1
    assert replace(one, confidence=max(confidence, more)).score >= one.score
    assert replace(one, impact=max(impact, more)).score >= one.score
    assert replace(one, effort=min(effort, more)).score >= one.score


@given(scores=st.lists(st.sampled_from([0.2, 0.4, 0.4, 0.6, 0.8]), min_size=1, max_size=30), seed=st.integers(0, 9))
def test_the_order_does_not_depend_on_the_order_of_candidates(scores: list[float], seed: int) -> None:
    kinds = ("pattern", "feature", "hybrid", "anomaly")
    candidates = [candidate(f"c{i}", kinds[i % 4], score, effects=((f"e{i % 7}",),)) for i, score in enumerate(scores)]
    shuffled = candidates[:]
    random.Random(seed).shuffle(shuffled)
    shown = {f"c{i}" for i in range(0, len(scores), 3)}
    assert select(candidates, {}, 5, shown) == select(shuffled, {}, 5, shown)


def test_each_kind_that_has_a_good_one_is_among_the_first() -> None:
    many = [candidate(f"p{i:02d}", confidence=0.95) for i in range(20)]
    feature = candidate("f", "feature", 0.5)
    anomaly = candidate("a", "anomaly", 0.3)
    poor = candidate("h", "hybrid", GOOD_SCORE / 0.8)
    found = names([*many, feature, anomaly, poor])
    assert len(found) == 10
    assert {"f", "a"} <= set(found)
    assert "h" not in found
    assert found[:8] == [f"p{i:02d}" for i in range(8)]


def test_two_that_say_the_same_are_one_the_better() -> None:
    one, other = candidate("a", confidence=0.6), candidate("b", effects=(("a",), ("x",)))
    selection = select([one, other], {}, 10)
    assert [c.suggestion_id for c in selection.chosen] == ["b"]
    assert selection.reasons["a"] == "says the same as: b"


@pytest.mark.parametrize(
    ("wanted", "unwanted", "shown"),
    [(8, 2, True), (6, 4, True), (5, 5, False), (0, 2, True), (0, 3, False), (0, 0, True)],
)
def test_what_would_annoy_is_left_out(wanted: int, unwanted: int, shown: bool) -> None:
    assert (names([candidate("a", backtest=backtest(wanted, unwanted))]) == ["a"]) is shown


def test_what_was_shown_before_does_not_come_and_go() -> None:
    border = candidate("a", backtest=backtest(57, 43))
    assert select([border], {}, 10).chosen == ()
    assert select([border], {}, 10, {"a"}).chosen == (border,)
    assert select([candidate("a", backtest=backtest(54, 46))], {}, 10, {"a"}).chosen == ()


def week(wanted: int, unwanted: int) -> Backtest:
    """Four weeks, three of them faultless, the last one held out."""
    verdicts = np.repeat([VERDICTS.index("agreed"), VERDICTS.index("wrong")], [21 + wanted, unwanted])
    count = len(verdicts)
    return Backtest(np.arange(count, dtype=float), verdicts, np.full(count, np.nan), np.arange(count) >= 21, 7, 28)


@pytest.mark.parametrize(
    ("wanted", "unwanted", "fresh", "shown"),
    [
        (3, 4, True, True),
        (2, 5, True, True),
        (1, 6, False, True),
        (0, 7, False, False),
        (1, 4, True, True),
        (0, 5, False, True),
    ],
)
def test_a_bad_week_counts_by_how_likely_it_is(wanted: int, unwanted: int, fresh: bool, shown: bool) -> None:
    one = candidate("a", backtest=week(wanted, unwanted))
    assert (select([one], {}, 10).chosen == (one,)) is fresh
    assert (select([one], {}, 10, {"a"}).chosen == (one,)) is shown


def test_a_rival_takes_a_place_only_if_it_is_clearly_better() -> None:
    stays, near, better = candidate("z"), candidate("a", confidence=0.93), candidate("b", confidence=0.97)
    assert [c.suggestion_id for c in select([stays, near], {}, 1, {"z"}).chosen] == ["z"]
    assert [c.suggestion_id for c in select([stays, near], {}, 1).chosen] == ["a"]
    assert [c.suggestion_id for c in select([stays, better], {}, 1, {"z"}).chosen] == ["b"]
    same = [candidate("z", effects=(("x",),)), candidate("a", confidence=0.93, effects=(("x",),))]
    assert [c.suggestion_id for c in select(same, {}, 10, {"z"}).chosen] == ["z"]
    assert [c.suggestion_id for c in select([stays, near], {}, 2, {"z"}).chosen] == ["a", "z"]


@pytest.mark.parametrize(
    ("confidence", "fresh", "shown"), [(0.05, True, True), (0.03, False, True), (0.02, False, False)]
)
def test_what_is_hardly_worth_it_goes_too(confidence: float, fresh: bool, shown: bool) -> None:
    one = candidate("a", confidence=confidence)
    assert (names([one]) == ["a"]) is fresh
    assert (select([one], {}, 10, {"a"}).chosen == (one,)) is shown


def test_the_funnel_counts_down_and_names_the_nearest_miss() -> None:
    candidates = [
        candidate("fine"), candidate("next", confidence=0.8), candidate("odd", obstacle="no action"),
        candidate("no"), candidate("annoys", backtest=backtest(1, 9)), candidate("poor", confidence=0.01),
    ]  # fmt: skip
    selection = select(candidates, {"no": "dismissed on 2026-09-01"}, 1)
    assert [step.candidates for step in selection.steps] == [6, 5, 4, 3, 3, 2, 1]
    assert selection.steps[-1].example == "next (1 others rank higher; score 0.58)"
    assert selection.steps[2].example.startswith("no (dismissed on 2026-09-01")


def test_without_a_limit_everything_worth_it_is_shown() -> None:
    assert len(names([candidate(f"c{i}") for i in range(40)], None)) == 40
