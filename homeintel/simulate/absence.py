"""The days on which nobody is at home at all."""

import numpy as np
import numpy.typing as npt

from homeintel.simulate.clock import LocalClock
from homeintel.simulate.kinds import HomeKind

__all__ = ["away_blocks", "away_days"]

STAY, ABSENCE = (3, 7), (3, 9)  # days a holiday home is lived in, and stands empty: least, most


def away_days(kind: HomeKind, clock: LocalClock, days: int, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    """Return which local days the home stands empty.

    An ordinary home: one block in the middle half of the window. A holiday home: most days, in blocks.
    """
    away = np.zeros(clock.days, dtype=np.bool_)
    if kind.seldom:
        day = int(rng.integers(0, STAY[1]))
        while day < clock.days:
            absence = int(rng.integers(ABSENCE[0], ABSENCE[1] + 1))
            away[day : day + absence] = True
            day += absence + int(rng.integers(STAY[0], STAY[1] + 1))
    elif kind.away_days and days >= 10:
        first = int(rng.integers(days // 4, max(days // 4 + 1, 3 * days // 4 - kind.away_days)))
        away[first : first + kind.away_days] = True
    return away


def away_blocks(away: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return (first day, day after the last) of each run of days away."""
    edges = np.diff(np.concatenate([[False], away, [False]]).astype(np.int8))
    return list(zip(np.flatnonzero(edges == 1).tolist(), np.flatnonzero(edges == -1).tolist(), strict=True))
