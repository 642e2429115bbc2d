"""Sets of weekdays and what choosing among them costs."""

import numpy as np

from homeintel.patterns.routines.fit import best_mask
from homeintel.patterns.weekdays import mask_name, set_costs

ALL, WEEKDAY, WEEKEND = 0b1111111, 0b0011111, 0b1100000


def test_all_choices_together_use_the_error_once() -> None:
    costs = set_costs()
    assert np.isinf(costs[0])
    assert np.exp(-costs[1:]).sum() <= 1 + 1e-9
    assert costs[ALL] < costs[WEEKDAY] == costs[WEEKEND]
    every_other, four_days, monday, odd = costs[0b0010101], costs[0b0001111], costs[0b0000001], costs[0b0011001]
    assert costs[WEEKEND] < every_other < four_days < monday < odd


def _mask(rates: tuple[float, ...], *, known: int = ALL, least_share: float = 0.4) -> str:
    """The set found when each weekday, of four weeks, is kept on so many of its days, by chance on 5 %."""
    weekdays = np.tile(np.arange(7), 4)
    kept = np.repeat(np.arange(4), 7) < 4 * np.array(rates)[weekdays]
    every = np.ones(28, dtype=bool)
    return mask_name(best_mask(kept, every, every, every, weekdays, 0.05, least_share, known))


def test_the_set_that_explains_best_is_found() -> None:
    assert _mask((1, 1, 1, 1, 1, 1, 1)) == "all"
    assert _mask((1, 1, 1, 1, 1, 0, 0)) == "weekday"
    assert _mask((0, 0, 0, 0, 0, 1, 1)) == "weekend"
    assert _mask((0, 1, 0, 1, 0, 1, 0)) == "tue,thu,sat"


def test_days_on_which_the_state_mostly_holds_already_count_for_a_customary_set_but_not_for_an_odd_one() -> None:
    weekdays = np.tile(np.arange(7), 4)
    every = np.ones(28, dtype=bool)

    def found(days: tuple[int, ...]) -> str:
        kept = np.isin(weekdays, days)
        return mask_name(best_mask(kept, kept, every, every, weekdays, 0.05, 0.4, ALL))

    assert found((5, 6)) == "weekend"
    assert found((1, 5, 6)) == "all"


def test_a_set_needs_four_days_of_its_own_where_another_has_them() -> None:
    weekdays = np.tile(np.arange(7), 3)
    every = np.ones(21, dtype=bool)
    kept = np.isin(weekdays, (1, 3)) | (np.arange(21) == 0)
    assert mask_name(best_mask(kept, every, every, every, weekdays, 0.01, 0.4, ALL)) == "tue,thu"


def test_uneven_luck_is_no_set_of_its_own() -> None:
    assert _mask((1, 0.75, 1, 0.5, 0.75, 0.75, 0.5)) == "all"


def _in_a_week_of_shifts(possible_weekdays: int) -> str:
    """The set of a habit kept on all weekends and up to 3 of the weekdays that were possible, found on weekends."""
    weekdays = np.tile(np.arange(7), 4)
    working = np.flatnonzero(weekdays < 5)
    there = weekdays >= 5
    there[working[:possible_weekdays]] = True
    kept = weekdays >= 5
    kept[working[: min(3, possible_weekdays)]] = True
    every = np.ones(28, dtype=bool)
    return mask_name(best_mask(kept, there, there, every, weekdays, 0.02, 0.4, WEEKEND))


def test_a_habit_of_every_day_is_not_one_of_weekends_because_it_was_found_there() -> None:
    assert _in_a_week_of_shifts(10) == "all"
    assert _in_a_week_of_shifts(20) == "weekend"


def test_weekdays_on_which_hardly_anybody_is_there_belong_to_no_habit() -> None:
    assert _in_a_week_of_shifts(1) == "weekend"
