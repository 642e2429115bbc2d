"""Whether what was promised came true: the seven days after the window."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, cast
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow.compute as pc

from homeintel.simulate.clock import MINUTE, SECOND, Ints, LocalClock
from homeintel.simulate.habits import day_mask
from homeintel.simulate.home import SimulatedHome
from homeintel.simulate.labels import records
from homeintel.simulate.scene import FUTURE_DAYS
from homeintel.simulate.sun import sun_times

__all__ = ["calibration", "held", "sun_minutes"]

LEAST_MINUTES, SPREADS = 10.0, 2.5  # a routine is kept within this many minutes, or spreads, whichever is more
LAG_FACTOR, LAG_SECONDS = 1.25, 2.0  # a pair within its ninetieth percentile, and a little more
BINS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


@dataclass(frozen=True)
class _Future:
    """The discrete rows after the window: by entity, sorted times and states, only changes between known states."""

    clock: LocalClock
    sunrise: Ints
    sunset: Ints
    times: Mapping[str, Ints]
    states: Mapping[str, npt.NDArray[np.str_]]


def held(home: SimulatedHome, patterns: pd.DataFrame) -> pd.DataFrame:
    """Return, for each pattern that is not automated, how often it could and did happen in the seven days after.

    Days and occasions on which the state was there already do not count, nor do days on which nobody is at home.

    Args:
        home: with its `future`.
        patterns: rows with the columns of the table `patterns`.

    Returns:
        Columns kind, stated (the confidence), chances, kept; one row a pattern, in order.
    """
    future = _read(home)
    rows = [row for row in records(patterns) if not row["already_automated"]]
    counted = [_pair(future, row) if row["kind"] == "co_occurrence" else _routine(future, row) for row in rows]
    return pd.DataFrame(
        {
            "kind": [str(row["kind"]) for row in rows],
            "stated": [float(row["confidence"]) for row in rows],
            "chances": [chances for chances, _ in counted],
            "kept": [kept for _, kept in counted],
        }
    )


def calibration(counted: pd.DataFrame) -> pd.DataFrame:
    """Return stated against kept shares by kind and by bin of the stated confidence; `held` of one home or of many.

    Columns kind, confidence (the bin), patterns, chances, stated (mean, weighted by chances), kept (share of chances).
    """
    seen = counted[counted["chances"] > 0]
    labels = [f"{low:.1f}-{high:.1f}" for low, high in pairwise(BINS)]
    bins = pd.cut(seen["stated"], BINS, labels=labels, include_lowest=True).astype(str)
    grouped = seen.assign(confidence=bins, weight=seen["stated"] * seen["chances"]).groupby(["kind", "confidence"])
    sums = grouped[["chances", "kept", "weight"]].sum()
    table = pd.DataFrame(
        {
            "patterns": grouped.size(),
            "chances": sums["chances"],
            "stated": sums["weight"] / sums["chances"],
            "kept": sums["kept"] / sums["chances"],
        }
    )
    return table.reset_index()


def sun_minutes(home: SimulatedHome) -> dict[str, tuple[float, float]]:
    """Return sunrise and sunset -> earliest and latest local minute on the days of the window that have events."""
    first = pc.min(home.events["ts"]).as_py().astimezone(ZoneInfo(home.timezone)).date()
    clock = LocalClock(home.timezone, first, (home.end - first).days)
    events = sun_times(clock, home.latitude, home.longitude)
    minutes = [clock.local_minute(times[times > 0]) for times in events]
    pairs = zip(("sunrise", "sunset"), minutes, strict=True)
    return {name: (float(times.min()), float(times.max())) for name, times in pairs if len(times)}


def _read(home: SimulatedHome) -> _Future:
    clock = LocalClock(home.timezone, home.end, FUTURE_DAYS)
    frame = home.future.select(["ts", "entity_id", "state"]).to_pandas()
    frame = frame[~frame["state"].isin(["unknown", "unavailable"])]
    frame["us"] = frame["ts"].astype("int64")
    times, states = {}, {}
    for name, own in frame.groupby("entity_id", sort=False):
        changed = own[own["state"] != own["state"].shift()]
        times[str(name)], states[str(name)] = changed["us"].to_numpy(), changed["state"].to_numpy(dtype=str)
    sunrise, sunset = sun_times(clock, home.latitude, home.longitude)
    return _Future(clock, sunrise, sunset, times, states)


def _routine(future: _Future, row: Mapping[str, Any]) -> tuple[int, int]:
    """Return on how many days a routine could have been kept, and on how many it was."""
    clock, name = future.clock, row["entity_id"]
    days = np.arange(FUTURE_DAYS)[day_mask(row["days"], clock.weekdays) & _lived(future)]
    if row["kind"] == "sun":
        event = future.sunrise if row["sun_event"] == "sunrise" else future.sunset
        due = event[days] + round(float(row["offset_minutes"]) * MINUTE)
    else:
        due = clock.to_utc(days, np.full(len(days), float(row["minute_of_day"])))
    width = round(max(LEAST_MINUTES, SPREADS * float(row["spread_minutes"] or 0.0)) * MINUTE)
    times = _entered(future, name, row["state"])
    kept = np.array([bool(((times >= at - width) & (times <= at + width)).any()) for at in due], dtype=bool)
    there = _state_before(future, name, due - width) == row["state"]
    return int((kept | ~there).sum()), int(kept.sum())


def _pair(future: _Future, row: Mapping[str, Any]) -> tuple[int, int]:
    """Return how many triggers could have been followed, and how many were."""
    triggers = _entered(future, row["trigger_entity_id"], row["trigger_state"])
    triggers = triggers[_conditions_hold(future, row, triggers)]
    triggers = triggers[_state_before(future, row["entity_id"], triggers) != row["state"]]
    most = float(row["lag_p90_seconds"] or row["lag_seconds"]) * LAG_FACTOR + LAG_SECONDS
    times = _entered(future, row["entity_id"], row["state"])
    position = np.searchsorted(times, triggers)
    following = np.append(times, np.iinfo(np.int64).max)[position]
    return len(triggers), int((following - triggers <= most * SECOND).sum())


def _conditions_hold(future: _Future, row: Mapping[str, Any], ts: Ints) -> npt.NDArray[np.bool_]:
    """Return whether a reported pair's days and conditions hold at each time."""
    clock = future.clock
    day = np.clip(clock.day_of(ts), 0, FUTURE_DAYS - 1)
    held_now = day_mask(row.get("days") or "all", clock.weekdays)[day]
    stored = row.get("conditions")
    conditions = json.loads(stored) if isinstance(stored, str) and stored else stored or {}
    if not isinstance(conditions, Mapping) or not {"after", "before"} & conditions.keys():
        return held_now
    after, before = (
        _bound(future, conditions.get(key), day, late) for key, late in (("after", False), ("before", True))
    )
    overnight = after > before
    inside = np.where(overnight, (ts >= after) | (ts < before), (ts >= after) & (ts < before))
    return np.asarray(held_now & inside)


def _bound(future: _Future, text: str | None, day: Ints, late: bool) -> Ints:
    """Return when a condition begins or ends on each day: sunrise, sunset, HH:MM, or the day's own end."""
    if text is None:
        return future.clock.midnights[day + 1] if late else future.clock.midnights[day]
    if text in {"sunrise", "sunset"}:
        return (future.sunrise if text == "sunrise" else future.sunset)[day]
    hours, minutes = text.split(":")[:2]
    return future.clock.to_utc(day, np.full(len(day), int(hours) * 60.0 + int(minutes)))


def _lived(future: _Future) -> npt.NDArray[np.bool_]:
    """Return the days on which some motion sensor saw somebody."""
    lived = np.zeros(FUTURE_DAYS, dtype=bool)
    for name, times in future.times.items():
        if name.endswith("_occupancy"):
            lived[np.clip(future.clock.day_of(times), 0, FUTURE_DAYS - 1)] = True
    return lived


def _entered(future: _Future, name: str, state: str) -> Ints:
    """Return when an entity came into a state."""
    if name not in future.times:
        return np.empty(0, dtype=np.int64)
    return cast("Ints", future.times[name][future.states[name] == state])


def _state_before(future: _Future, name: str, ts: Ints) -> npt.NDArray[np.str_]:
    """Return an entity's state just before each time; empty before its first row."""
    if name not in future.times:
        return np.full(len(ts), "", dtype=str)
    position = np.searchsorted(future.times[name], ts) - 1
    return np.where(position >= 0, future.states[name][np.maximum(position, 0)], "")
