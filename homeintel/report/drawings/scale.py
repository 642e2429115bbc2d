"""From values to places, and the round values an axis names."""

from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, floor, log10

MOST_TICKS = 5


@dataclass(frozen=True)
class Scale:
    """A straight scale from values to places.

    Args:
        low: the value at `start`.
        high: the value at `end`; more than `low`.
        start: a place.
        end: another.
    """

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Return the place of a value; values outside are put on the border."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


def ticks(low: float, high: float, steps: tuple[float, ...] = ()) -> list[float]:
    """Return round values from `low` to `high`, at most `MOST_TICKS`.

    Args:
        low: the least value.
        high: the greatest.
        steps: allowed distances in ascending order; none: 1, 2 and 5 times powers of ten.
    """
    span = max(high - low, 1e-9)
    power = 10.0 ** floor(log10(span / MOST_TICKS))
    choices = steps or (power, 2 * power, 5 * power, 10 * power, 20 * power)
    step = next((choice for choice in choices if span / choice <= MOST_TICKS), choices[-1])
    return [step * count for count in range(ceil(low / step), floor(high / step) + 1)]


def day_ticks(first: date, days: int) -> list[int]:
    """Return which days (counted from `first`) an axis names: Mondays of a month, firsts of months of a longer time."""
    every = range(days)
    if days <= 45:
        return [day for day in every if (first + timedelta(day)).weekday() == 0]
    months = [day for day in every if (first + timedelta(day)).day == 1]
    return months[:: ceil(len(months) / 7)] if months else [0]
