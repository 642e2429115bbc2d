"""What all kinds of anomalies share: how unlikely something must be, what stands out, how times read."""

from dataclasses import dataclass

import numpy as np

from homeintel.patterns.arrays import Floats, Ints
from homeintel.patterns.calendar import DAY
from homeintel.patterns.funnel import Funnel
from homeintel.patterns.stats.surprise import log_tail_chance, standing_out

LOG_CHANCE = -11.5
"""Natural logarithm of the chance, over the window and one entity, below which something is an anomaly: 1 in 100,000,
so that a home of a thousand entities sees a false one in a hundred windows."""

MOST_OF_A_KIND = 4
"""Of one kind an entity can have so many in a window; what happens more often is its way."""


@dataclass(frozen=True)
class Extremes:
    """The values that stand out of many.

    Args:
        chosen: their positions, in order.
        usual: the largest of all other values; 0.0 without any.
        log_chances: of each of them, the log chance of such a value.
    """

    chosen: Ints
    usual: float
    log_chances: Floats


def extremes(values: Floats, *, ratio: float, least: float, funnel: Funnel, name: str) -> Extremes:
    """Return which values stand out at this chance; else tell the funnel how near the largest came.

    Args:
        values: positive.
        ratio: how many times the largest other value each must reach.
        least: what each must reach anyway, in the unit of the values.
        funnel: of the kind of anomaly.
        name: whose values they are, for the funnel.
    """
    chosen = np.sort(standing_out(values, ratio=ratio, least=least, log_limit=LOG_CHANCE, most=MOST_OF_A_KIND))
    if not len(chosen):
        if len(values) > 1:
            *_, second, largest = np.partition(values, len(values) - 2)
            times = float(largest / max(second, 1e-9))
            if largest >= least:
                funnel.miss(
                    times / ratio, f"{name}: {min(times, 1e6):.1f} times its largest other, {ratio:g} are needed"
                )
        return Extremes(chosen, float(values.max()) if len(values) else 0.0, np.zeros(0))
    others = np.delete(values, chosen)
    chances = np.array([log_tail_chance(float(value), others) for value in values[chosen]])
    return Extremes(chosen, float(others.max()), chances)


def spell(seconds: float) -> str:
    """Return a length of time in words."""
    if seconds >= 2 * DAY:
        return f"{seconds / DAY:.1f} days"
    return f"{seconds / 3600:.1f} hours" if seconds >= 5400 else f"{seconds / 60:.0f} minutes"
