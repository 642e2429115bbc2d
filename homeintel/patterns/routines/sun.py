"""Sun or clock: which of the two a routine follows more tightly, judged on the same events."""

import numpy as np

from homeintel.patterns.arrays import Floats
from homeintel.patterns.calendar import DAY, Calendar
from homeintel.patterns.routines.fit import Fit
from homeintel.patterns.routines.grid import Frame
from homeintel.patterns.stats.mixture import Mixture, normal_over_background

SUN_EVIDENCE = 3.5
NEAR_SUN_EVIDENCE = 1.25
NEAR_MINUTES = 40.0
"""Log likelihood by which the sun must explain the same times better than the clock; the lesser within so many minutes of sunrise
or sunset. Of ten fixed times people keep about two are taken to be the sun's, all of them so near to it; of times spread evenly
over the day one in nine is. With the lesser evidence the sun is then eight times as likely; with few days it can't be told, and the
honest answer is the clock."""

CLOSE_MINUTES = 15.0
LOOSE_SUN_EVIDENCE = 7.0
"""A habit that keeps to the sun keeps close to it. What varies more than this, such as the undoing of what the clock began,
needs this much."""

SUN_SHARE = 0.6
"""Of the times, those that must belong to the sun's routine and not to the background."""

REACH = 10_800.0
"""Seconds about either centre in which times are compared."""

MOST_OFFSET = 7_200.0
"""Seconds: what is further from sunrise or sunset is not done for their sake, however the times fall."""

NOON = DAY / 2
"""On a sun frame the sun event stands at noon, so that a routine about it does not straddle midnight."""


def frames(calendar: Calendar) -> dict[str, Frame]:
    """Return the clock, and the sun's two events where the sun rises and sets at all."""
    found = {"clock": Frame("clock", np.zeros(calendar.days))}
    for name, minutes in (("sunrise", calendar.sunrise), ("sunset", calendar.sunset)):
        if not np.isnan(minutes).all():
            found[name] = Frame(name, minutes * 60 - NOON)
    return found


def follows_sun(on_clock: Floats, on_sun: Floats, clock: Fit | None, sun: Fit) -> bool:
    """Return whether the sun explains a routine clearly better than the clock.

    Both are fitted to the same events, those that either explains, as a normal habit over an even background. A fitted centre
    and spread explain few times too well, so that of n times n - 1 count: the marginal likelihood of a normal distribution.

    Args:
        on_clock: the stream's times on the clock.
        on_sun: its times on the sun's clock; NaN on days without the event.
        clock: the fit on the clock, if any.
        sun: the fit on the sun's clock.
    """
    if abs(sun.centre - NOON) > MOST_OFFSET:
        return False
    rows = np.union1d(sun.events, clock.events) if clock is not None else sun.events
    rows = rows[~np.isnan(on_sun[rows])]
    if len(rows) < 3:
        return False
    centre = clock.centre if clock is not None else float(np.median(on_clock[rows] % DAY))
    by_clock = _explained(on_clock[rows], centre, clock.spread if clock is not None else sun.spread)
    by_sun = _explained(on_sun[rows], sun.centre, sun.spread)
    gain = (by_sun.log_likelihood - by_clock.log_likelihood) * (len(rows) - 1) / len(rows)
    return by_sun.share >= SUN_SHARE and gain > _needed(sun)


def _needed(sun: Fit) -> float:
    if sun.spread > CLOSE_MINUTES:
        return LOOSE_SUN_EVIDENCE
    return NEAR_SUN_EVIDENCE if abs(sun.centre - NOON) <= 60 * NEAR_MINUTES else SUN_EVIDENCE


def _explained(times: Floats, centre: float, spread: float) -> Mixture:
    offsets = np.clip((times - centre + DAY / 2) % DAY - DAY / 2, -REACH, REACH)
    return max(
        (normal_over_background(offsets, REACH, guess) for guess in (60 * spread, 600.0, 2400.0)),
        key=lambda mixture: mixture.log_likelihood,
    )
