"""Sun or clock: which of the two a routine follows more tightly, judged on the same events."""

from math import log

import numpy as np

from homeintel.patterns.arrays import Floats
from homeintel.patterns.calendar import DAY, Calendar
from homeintel.patterns.routines.fit import Fit
from homeintel.patterns.routines.grid import Frame
from homeintel.patterns.stats.robust import robust_spread, trimmed_spread

SUN_RATIO = 0.65
"""The spread about the sun must be under this share of the spread about the clock."""

SUN_EVIDENCE = 8.0
"""Days times the logarithm of the ratio of spreads: with few days a small ratio is luck."""

NOON = DAY / 2
"""On a sun frame the sun event stands at noon, so that a routine about it does not straddle midnight."""


def frames(calendar: Calendar) -> dict[str, Frame]:
    """Return the clock, and the sun's two events where the sun rises and sets at all."""
    found = {"clock": Frame("clock", np.zeros(calendar.days))}
    for name, minutes in (("sunrise", calendar.sunrise), ("sunset", calendar.sunset)):
        if not np.isnan(minutes).all():
            found[name] = Frame(name, minutes * 60 - NOON)
    return found


def follows_sun(wall: Floats, on_clock: Floats, on_sun: Floats, clock: Fit | None, sun: Fit) -> bool:
    """Return whether the sun explains a routine clearly better than the clock.

    Both spreads are taken over the same events: one a day of those that either fit explains.

    Args:
        wall: the stream's wall-clock seconds.
        on_clock: its times on the clock.
        on_sun: its times on the sun's clock; NaN on days without the event.
        clock: the fit on the clock, if any.
        sun: the fit on the sun's clock.
    """
    rows = np.union1d(sun.events, clock.events) if clock is not None else sun.events
    rows = rows[~np.isnan(on_sun[rows])]
    _, first = np.unique(np.floor(wall[rows] / DAY), return_index=True)
    rows = rows[first]
    if len(rows) < 3:
        return False
    spread_clock = _spread(on_clock[rows], clock.centre if clock is not None else float(on_clock[rows[0]] % DAY))
    spread_sun = _spread(on_sun[rows], sun.centre)
    if spread_clock <= 0:
        return False
    ratio = max(spread_sun, 1.0) / spread_clock
    return ratio < SUN_RATIO and len(rows) * log(1 / ratio) > SUN_EVIDENCE


def _spread(times: Floats, centre: float) -> float:
    offsets = (times - centre + DAY / 2) % DAY - DAY / 2
    return max(robust_spread(offsets), trimmed_spread(offsets))
