"""Sun or clock: which of the two the same times follow."""

from dataclasses import replace

import numpy as np
import pytest

from homeintel.patterns.arrays import Floats
from homeintel.patterns.calendar import DAY
from homeintel.patterns.routines.fit import Fit
from homeintel.patterns.routines.grid import Frame
from homeintel.patterns.routines.sun import MOST_OFFSET, NEAR_SUN_EVIDENCE, NOON, SUN_EVIDENCE, follows_sun
from homeintel.patterns.weekdays import ANY_SET

DAYS = np.arange(12)


def _fit(centre: float, spread: float, events: int) -> Fit:
    days = np.ones(events, dtype=bool)
    return Fit(centre, spread, 3 * spread, 127, days, days, days, np.arange(events), np.zeros(events), 10.0)


def _times(offset: float, drift: float = 480.0) -> tuple[Floats, Floats]:
    """Times five minutes about a moment that comes `drift` seconds later every day: by the clock, and by the moment."""
    by_moment = DAYS * DAY + NOON + offset + np.resize([-300.0, 300.0, 0.0], len(DAYS))
    return by_moment + DAYS * drift + 20_000.0, by_moment


def _wins(offset: float, days: int = 12, drift: float = 480.0) -> bool:
    on_clock, on_sun = (times[:days] for times in _times(offset, drift))
    clock = _fit(float(np.mean(on_clock % DAY)), float(np.std(on_clock % DAY) / 60), days)
    return follows_sun(on_clock, on_sun, clock, _fit(NOON + offset, 4.2, days))


def test_times_that_drift_with_the_sun_are_the_suns() -> None:
    assert _wins(0.0)
    assert _wins(-3600.0)


def test_few_days_are_the_clocks() -> None:
    assert not _wins(0.0, days=5, drift=120.0)
    assert _wins(0.0, days=12, drift=120.0)


def test_nothing_is_done_for_the_sake_of_a_sun_that_is_hours_away() -> None:
    assert _wins(MOST_OFFSET - 60)
    assert not _wins(MOST_OFFSET + 60)


def test_what_is_near_the_sun_needs_less_to_be_its() -> None:
    on_clock, on_sun = (times[:4] for times in _times(0.0))
    clock = _fit(float(np.mean(on_clock % DAY)), float(np.std(on_clock % DAY) / 60), 4)
    near, far = _fit(NOON, 4.2, 4), _fit(NOON + 3000.0, 4.2, 4)
    assert follows_sun(on_clock, on_sun, clock, near)
    assert not follows_sun(on_clock, on_sun + 3000.0, clock, far)


def test_of_n_times_n_less_one_count(monkeypatch: pytest.MonkeyPatch) -> None:
    on_clock, on_sun = _times(0.0)
    clock = _fit(float(np.mean(on_clock % DAY)), float(np.std(on_clock % DAY) / 60), 12)
    gains = []
    for evidence in np.arange(0.0, 40.0, 0.25):
        monkeypatch.setattr("homeintel.patterns.routines.sun.NEAR_SUN_EVIDENCE", evidence)
        if follows_sun(on_clock, on_sun, clock, _fit(NOON, 4.2, 12)):
            gains.append(evidence)
    clock_spread, sun_spread = np.std(on_clock % DAY), np.std(on_sun % DAY)
    # Mixtures with a background gain a little less than two normal distributions would.
    assert max(gains) == pytest.approx(11 * np.log(clock_spread / sun_spread), abs=3)
    assert max(gains) > SUN_EVIDENCE > NEAR_SUN_EVIDENCE


def test_the_sun_knows_no_weekdays_but_the_weeks_end() -> None:
    clock = Frame("clock", np.zeros(3))
    assert len(clock.sets) == len(ANY_SET) == 127
    assert replace(clock, name="sunset").sets.tolist() == [0b1111111, 0b0011111, 0b1100000]
