"""Chances on one scale: among things of pure chance, few are surprising, and whatever their distribution."""

from collections.abc import Callable

import numpy as np
import pytest

from homeintel.patterns.stats.surprise import log_tail_chance, score, standing_out

Draw = Callable[[np.random.Generator, int], np.ndarray]

KINDS: dict[str, Draw] = {
    "pauses of a Poisson process": lambda rng, n: rng.exponential(3600, n),
    "pauses of a steady reporter": lambda rng, n: rng.uniform(30, 45, n),
    "deviations of a thermometer": lambda rng, n: np.abs(rng.normal(0, 0.4, n)),
    "changes an hour": lambda rng, n: 1.0 + rng.poisson(4, n),
}


@pytest.mark.parametrize("kind", list(KINDS))
@pytest.mark.parametrize("count", [20, 60, 500])
def test_a_chance_of_one_in_a_hundred_comes_by_chance_at_most_about_so_often(kind: str, count: int) -> None:
    rng = np.random.default_rng(1)
    chances = []
    for _ in range(600):
        values = np.sort(KINDS[kind](rng, count))
        chances.append(log_tail_chance(float(values[-1]), values[:-1]))
    surprising = np.array(chances) <= np.log(0.01)
    assert surprising.mean() <= 0.025
    assert (np.array(chances) <= -11.5).mean() == 0


def test_a_longer_tail_than_assumed_seldom_makes_an_anomaly_as_the_largest_must_be_a_multiple_of_the_next() -> None:
    rng = np.random.default_rng(5)
    stays = [rng.lognormal(0.5, 0.9, 200) for _ in range(1000)]
    found = [standing_out(values, ratio=3.0, least=0.0, log_limit=-11.5, most=4) for values in stays]
    assert sum(len(one) > 0 for one in found) <= 5  # of a thousand entities


def test_scores_read_as_chances_whatever_the_kind() -> None:
    assert [round(score(np.log(chance)), 3) for chance in (1.0, 0.01, 1e-6)] == [0.0, 0.5, 0.75]
    rng = np.random.default_rng(2)
    rare = [log_tail_chance(20 * float(draw(rng, 200).max()), draw(rng, 200)) for draw in KINDS.values()]
    assert max(rare) < np.log(1e-6)


def test_few_values_must_stand_out_more_than_many() -> None:
    rng = np.random.default_rng(3)
    values = rng.exponential(1.0, 1000)
    chances = [log_tail_chance(25.0, values[:count]) for count in (10, 30, 100)]
    assert chances[0] > chances[1] > chances[2]
    assert log_tail_chance(1e9, values[:1]) == 0.0


def test_two_that_stand_out_do_not_hide_each_other() -> None:
    values = np.concatenate([np.random.default_rng(4).uniform(0.5, 1.0, 100), [40.0, 120.0]])
    assert standing_out(values, ratio=2.5, least=4, log_limit=-11.5, most=4).tolist() == [101, 100]
    assert standing_out(values, ratio=2.5, least=50, log_limit=-11.5, most=4).tolist() == [101]
    assert standing_out(values[:100], ratio=2.5, least=0, log_limit=-11.5, most=4).tolist() == []
