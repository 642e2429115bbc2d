"""Replays a pattern's automation over the days already lived; the fit sees all but the last week.

An occasion on which the person had just done it is none to complain about, and one on which the entity had long
been in that state is none at all: the automation's condition keeps it from running.
"""

from collections.abc import Mapping

import numpy as np

from homeintel.patterns.arrays import Bools, Floats, Ints
from homeintel.patterns.calendar import DAY, Calendar
from homeintel.suggestions.automation.build import WEEKDAYS, clock, days_of
from homeintel.suggestions.backtest.history import EMPTY, EntityHistory
from homeintel.suggestions.backtest.result import VERDICTS, Backtest
from homeintel.suggestions.pattern_row import PatternRow

HELD_OUT_DAYS = 7
LEAST_TRAINING_DAYS = 7
"""With less history than this beside the held-out week, the pattern's own fit is replayed and nothing is held out."""

LEAST_TOLERANCE_MINUTES = 15.0
MOST_TOLERANCE_MINUTES = 45.0
"""A routine counts as done at that time within two spreads, but not an hour away: then it would have been in the way."""

LEAST_FITTED_DAYS = 4
UNDONE_WITHIN_SECONDS = 60.0
"""A thing done and taken back within a minute was not wanted."""

AGREED, EARLIER, WRONG, UNDONE = range(len(VERDICTS))

LAG_ROOM = 1.5
"""How much longer than the 90th percentile of its lags a reaction may take and still be one."""


def replay(
    pattern: PatternRow, histories: Mapping[str, EntityHistory], calendar: Calendar, left_out_days: Bools
) -> Backtest:
    """Return how the pattern's automation would have done.

    Args:
        pattern: a routine (by clock or sun) or a coupling.
        histories: changes by entity id, within the calendar's days.
        calendar: the window's local days.
        left_out_days: local days without data or away, shape (days,): nothing is replayed on them.
    """
    action = histories.get(pattern.entity_id, EMPTY)
    held_out = HELD_OUT_DAYS if calendar.days >= HELD_OUT_DAYS + LEAST_TRAINING_DAYS else 0
    border = calendar.starts[calendar.days - held_out]
    days = _days(pattern, calendar) & ~left_out_days
    if pattern.kind == "co_occurrence":
        fires, before, after, fitted = _coupling_fires(pattern, histories, calendar, days, border, action)
    else:
        fires, before, after, fitted = _routine_fires(pattern, action, calendar, days, border)
    at, verdict, done_at = _judge(fires, before, after, action, pattern.state)
    unseen = np.asarray(at >= border) if held_out else np.zeros(len(at), dtype=bool)
    return Backtest(at, verdict, done_at, unseen, held_out, int((~left_out_days).sum()), fitted)


def _days(pattern: PatternRow, calendar: Calendar) -> Bools:
    wanted = [WEEKDAYS.index(day) for day in days_of(pattern.days)]
    return np.isin(calendar.weekdays, wanted)


def _routine_fires(
    pattern: PatternRow, action: EntityHistory, calendar: Calendar, days: Bools, border: float
) -> tuple[Floats, float, float, str]:
    """Return when a routine's automation would start, the tolerance either side, and what was fitted."""
    tolerance = min(MOST_TOLERANCE_MINUTES, max(LEAST_TOLERANCE_MINUTES, 2 * pattern.spread_minutes))
    reference = _sun_minutes(pattern, calendar)
    anchor = pattern.offset_minutes if pattern.kind == "sun" else pattern.minute_of_day
    entries = action.entries(pattern.state)
    wall = calendar.wall(entries[entries < border])
    day = np.clip((wall // DAY).astype(np.int64), 0, calendar.days - 1)
    distance = _circular(wall / 60 - day * 1440 - reference[day] - anchor)
    near = days[day] & (np.abs(distance) <= tolerance)
    shift = float(np.median(distance[near])) if near.sum() >= LEAST_FITTED_DAYS else 0.0
    fitted = round(anchor + shift)
    days = days & ~np.isnan(reference)
    fires = calendar.utc(np.flatnonzero(days) * DAY + 60 * np.mod(reference[days] + fitted, 1440))
    label = f"{fitted} minutes from {pattern.sun_event}" if pattern.kind == "sun" else clock(fitted)[:5]
    return fires, tolerance * 60, tolerance * 60, label


def _sun_minutes(pattern: PatternRow, calendar: Calendar) -> Floats:
    if pattern.kind != "sun":
        return np.zeros(calendar.days)
    return calendar.sunrise if pattern.sun_event == "sunrise" else calendar.sunset


def _circular(minutes: Floats) -> Floats:
    return np.asarray((minutes + 720) % 1440 - 720)


def _coupling_fires(
    pattern: PatternRow,
    histories: Mapping[str, EntityHistory],
    calendar: Calendar,
    days: Bools,
    border: float,
    action: EntityHistory,
) -> tuple[Floats, float, float, str]:
    """Return when a coupling's automation would start: at each occasion of its trigger; repeats within the lag are one."""
    reach = max(10.0, LAG_ROOM * (pattern.lag_p90_seconds or pattern.lag_seconds))
    trigger = histories.get(pattern.trigger_entity_id, EMPTY).changes_to(pattern.trigger_state)
    day = calendar.day_of(trigger)
    inside = (day >= 0) & (day < calendar.days)
    trigger, day = trigger[inside], day[inside]
    trigger = trigger[days[day]]
    trigger = trigger[_condition_holds(pattern, trigger, calendar)]
    apart = np.diff(trigger, prepend=-np.inf) > reach
    fires = trigger[apart]
    entries = action.entries(pattern.state)
    position = np.searchsorted(entries, fires)
    lags = np.append(entries, np.inf)[position] - fires
    known = (fires < border) & (lags <= reach)
    lag = float(np.median(lags[known])) if known.sum() >= LEAST_FITTED_DAYS else pattern.lag_seconds
    return fires, min(reach, 60.0), reach, f"{lag:.0f} s after"


def _condition_holds(pattern: PatternRow, moments: Floats, calendar: Calendar) -> Bools:
    if pattern.hours is not None:
        first, last = pattern.hours
        minute = calendar.wall(moments) % DAY / 60
        return np.asarray((minute - first) % 1440 < (last - first) % 1440)
    if pattern.light == "dark":
        return calendar.dark(moments)
    if pattern.light == "day":
        return np.asarray(~calendar.dark(moments))
    return np.ones(len(moments), dtype=bool)


def _judge(
    fires: Floats, before: float, after: float, action: EntityHistory, state: str
) -> tuple[Floats, Ints, Floats]:
    """Return the times the automation would start, what the person did about each, and when.

    Times at which it would not act, because the entity has long been in that state, are left out.
    """
    padded = np.concatenate([[-np.inf], action.entries(state), [np.inf]])
    position = np.searchsorted(padded[1:-1], fires, side="left")
    done_before, done_after = padded[position], padded[position + 1]
    held = action.holds(state, fires)
    agreed = (done_after - fires <= after) & ~held
    earlier = (fires - done_before <= before) & ~agreed
    back_at = np.append(action.leaves(state), np.inf)
    undone = agreed & (back_at[np.searchsorted(back_at[:-1], done_after)] <= done_after + UNDONE_WITHIN_SECONDS)
    verdict = np.select([undone, agreed, earlier], [UNDONE, AGREED, EARLIER], default=WRONG)
    done_at = np.where(agreed, done_after, np.where(earlier, done_before, np.nan))
    acts = agreed | earlier | ~held
    return fires[acts], verdict[acts], done_at[acts]
