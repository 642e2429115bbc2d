"""Unusual time: something a person does, at an hour at which neither it nor anything else in the home ever happens."""

from collections.abc import Iterator
from math import log

import numpy as np

from homeintel.patterns.anomalies.limits import LOG_CHANCE
from homeintel.patterns.arrays import Bools, Floats, Ints
from homeintel.patterns.calendar import DAY
from homeintel.patterns.domains import domain, is_motion
from homeintel.patterns.findings import Anomaly
from homeintel.patterns.history import AUTOMATION, RESTART, History, Stream
from homeintel.patterns.stats.circular import circular_difference
from homeintel.patterns.stats.surprise import score

WATCHED = frozenset({"binary_sensor", "lock", "cover", "alarm_control_panel", "valve"})
"""Doors, windows, locks and the like: a light in the night is nobody's concern."""

LEAST_TIMES = 8
"""Fewer times show no habit."""

OWN_MINUTES = 90.0
"""At the unusual time the entity must not have acted on any other day within so many minutes."""

HOME_MINUTES = 45.0
QUIET_SHARE = 0.12
"""On at most so many of the days may anybody have moved within so many minutes of that time."""

SAME_EVENT = 3600.0
"""Seconds; what follows within them is the same event."""


def find_unusual_times(history: History, home_days: Bools) -> Iterator[Anomaly]:
    """Yield each event of a door, window, lock or cover at an hour when this home sleeps."""
    activity = _activity(history)
    for stream in history.streams:
        name, state = history.entities[stream.entity], history.states[stream.state]
        if not _watched(history, name, state) or len(stream.time) < LEAST_TIMES:
            continue
        last = -np.inf
        for index in _alone(stream):
            if stream.time[index] - last < SAME_EVENT:
                continue
            share = _home_share(activity, float(stream.wall[index]), home_days)
            log_chance = log(share + 0.5 / max(1, home_days.sum())) + log(1 / (len(stream.time) + 1)) * 2
            if share <= QUIET_SHARE and log_chance <= LOG_CHANCE / 2:
                last = stream.time[index]
                yield _anomaly(history, stream, int(index), share, log_chance)


def _watched(history: History, name: str, state: str) -> bool:
    return (
        domain(name) in WATCHED
        and state not in {"off", "closed", "locked", "closing", "opening"}
        and not is_motion(name, history.property_of.get(name))
        and bool(history.people_driven[history.entities.index(name)])
    )


def _activity(history: History) -> tuple[Ints, Floats]:
    """Return day and minute of all changes by people."""
    changes = history.changes
    chosen = (changes.cause != RESTART) & (changes.cause != AUTOMATION) & history.people_driven[changes.entity]
    wall = history.wall[chosen]
    return np.floor(wall / DAY).astype(np.int64), wall % DAY / 60


def _alone(stream: Stream) -> Ints:
    """Return the times that no time of another day is near to, by the time of day."""
    day, minute = np.floor(stream.wall / DAY), stream.wall % DAY / 60
    order = np.argsort(minute, kind="stable")
    alone = []
    for index in range(len(minute)):
        near = np.abs(circular_difference(minute, minute[index])) <= OWN_MINUTES
        if not np.any(near & (day != day[index])):
            alone.append(index)
    del order
    return np.array(alone, dtype=np.int64)


def _home_share(activity: tuple[Ints, Floats], wall: float, home_days: Bools) -> float:
    """Return the share of other days on which anybody moved at about this time of day."""
    day, minute = activity
    near = np.abs(circular_difference(minute, wall % DAY / 60)) <= HOME_MINUTES
    own = int(wall // DAY)
    days = np.unique(day[near])
    days = days[(days != own) & (days >= 0) & (days < len(home_days))]
    return float(home_days[days].sum() / max(1, home_days.sum() - 1))


def _anomaly(history: History, stream: Stream, index: int, share: float, log_chance: float) -> Anomaly:
    state = history.states[stream.state]
    changes = history.changes.time[history.rows(stream.entity)]
    after = changes[changes > stream.time[index]]
    local = history.calendar.local(float(stream.time[index]))
    return Anomaly(
        kind="unusual_time",
        entity_id=history.entities[stream.entity],
        started_at=float(stream.time[index]),
        ended_at=float(after[0]) if len(after) else None,
        score=score(log_chance),
        expected=f"nobody moves about {local:%H:%M} on {1 - share:.0%} of days",
        observed=f"{state} at {local:%H:%M}",
        detail={"state": state, "times_in_window": len(stream.time), "home_share": round(share, 3)},
    )
