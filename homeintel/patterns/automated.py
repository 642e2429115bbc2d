"""Whether a machine does it already."""

import numpy as np

from homeintel.patterns.arrays import Floats, Ints
from homeintel.patterns.history import AUTOMATION

MACHINE_SPREAD_SECONDS = 1.0
"""A machine's lag hardly varies, whatever its length: radio and bus add tenths of a second, a person seconds."""

RELATIVE_SPREAD = 0.15
LEAST_SPREAD_SECONDS = 0.3
"""What a person does comes sooner one time and later another, in proportion to how long it takes: three seconds on average are
two to five. A short lag is a machine's only where it varies by less than this share of it, or by hardly more than radio adds."""

LEAST_LAGS = 5
CENTRAL = (0.2, 0.8)
"""The middle of the lags: some of the times a person was quicker, or the action came by whim."""
CENTRAL_SPREADS = 1.68
"""Standard deviations that the middle 60 % of a normal distribution span."""

AUTOMATION_SHARE = 0.5
"""Of the changes, those whose recorded cause is an automation."""


EXACT_SHARE = 0.5
"""Of a routine's changes, those that fall on the same second of the day: no person does that, whatever the others do."""


def is_automated(seconds: Floats, causes: Ints, *, by_clock: bool = False) -> bool:
    """Return whether lags, or seconds from a fixed time, or recorded causes are a machine's.

    Args:
        seconds: lags to a trigger, or distances from a clock time.
        causes: codes of the changes' causes.
        by_clock: the seconds are distances from a clock time.
    """
    if by_clock and _most_at_once(seconds) >= max(LEAST_LAGS, EXACT_SHARE * len(seconds)):
        return True
    low, middle, high = np.quantile(seconds, (CENTRAL[0], 0.5, CENTRAL[1])) if len(seconds) else (0.0, 0.0, 0.0)
    least = MACHINE_SPREAD_SECONDS if by_clock else max(LEAST_SPREAD_SECONDS, RELATIVE_SPREAD * middle)
    spread = (high - low) / CENTRAL_SPREADS
    nearly_constant = len(seconds) >= LEAST_LAGS and spread < min(MACHINE_SPREAD_SECONDS, least)
    return bool(nearly_constant or (len(causes) and np.mean(causes == AUTOMATION) >= AUTOMATION_SHARE))


def _most_at_once(seconds: Floats) -> int:
    """Return how many values the fullest span of a machine's spread holds."""
    ordered = np.sort(seconds)
    ends = np.searchsorted(ordered, ordered + MACHINE_SPREAD_SECONDS, side="right")
    return int((ends - np.arange(len(ordered))).max(initial=0))


def too_few_to_tell(seconds: Floats) -> bool:
    """Return whether times are as exact as a machine's, yet too few to call it one: nobody's habit either way."""
    return len(seconds) < LEAST_LAGS and bool(np.ptp(seconds) < MACHINE_SPREAD_SECONDS)
