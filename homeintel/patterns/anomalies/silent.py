"""Silence: a device that reports nothing for much longer than it ever did."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from homeintel.patterns.anomalies.limits import LOG_CHANCE, spell
from homeintel.patterns.arrays import Floats
from homeintel.patterns.domains import ACTUATOR_DOMAINS, domain
from homeintel.patterns.findings import Anomaly
from homeintel.patterns.history import History
from homeintel.patterns.presence import AwakeTime
from homeintel.patterns.stats.surprise import log_tail_chance, score

LEAST_REPORTS = 20
"""Fewer show no rhythm."""

SILENCE_RATIO = 2.5
"""How many times the longest other pause a silence must last, on the clock it is judged by."""

SHORTEST = 4 * 3600.0
"""Seconds; a shorter silence is nobody's concern."""

NOT_REPORTING = frozenset({"update", "automation", "script", "scene", "sun", "weather", "button", "number", "select"})
"""Domains whose changes are not a device's own reports."""

OWN_RHYTHM_A_DAY = 2.0
"""A device with so many hours of numeric reports a day while nobody is awake at home reports by itself; a metering plug
reports while the thing on it is used."""


@dataclass(frozen=True)
class Silence:
    """One pause that is too long.

    Args:
        entities: the device's entities.
        start: Unix seconds of the last report of any of them.
        end: Unix seconds of the next one; None while it lasts.
        usual: seconds of the longest other pause.
        log_chance: log chance of such a pause.
    """

    entities: tuple[int, ...]
    start: float
    end: float | None
    usual: float
    log_chance: float


def find_silent(history: History, awake: AwakeTime) -> Iterator[Anomaly]:
    """Yield every silence that is too long for the device's own rhythm, one row an entity of a silent device.

    A device that reports by itself is judged by the clock on the wall; one that reports what people do, by the time
    they are awake at home; what people only switch can't fall silent. Each row starts at its entity's own last report.
    """
    for entities in _devices(history):
        silence = _silence(history, entities, awake)
        if silence is not None:
            yield from _rows(history, silence)


def _devices(history: History) -> list[tuple[int, ...]]:
    devices: dict[str, list[int]] = {}
    for entity, name in enumerate(history.entities):
        if domain(name) not in NOT_REPORTING:
            devices.setdefault(history.device_of.get(name, name), []).append(entity)
    return [tuple(devices[key]) for key in sorted(devices)]


def _silence(history: History, entities: tuple[int, ...], awake: AwakeTime) -> Silence | None:
    own = [_own_reports(history, entity) for entity in entities]
    times = np.unique(np.concatenate([*own, *(_changes(history, entity) for entity in entities)]))
    unattended = sum(int(np.count_nonzero(~awake.at(reports))) for reports in own)
    by_itself = unattended > OWN_RHYTHM_A_DAY * history.span / 86_400
    if by_itself:
        clock = times - _without_data(history, times)
    elif any(domain(history.entities[entity]) in ACTUATOR_DOMAINS for entity in entities):
        return None
    else:
        clock = awake(times)
    end = float(history.calendar.starts[-1])
    last = end - _without_data(history, np.array([end])) if by_itself else awake(np.array([end]))
    pauses = np.diff(np.append(clock, last))
    if len(pauses) < LEAST_REPORTS:
        return None
    longest = int(np.argmax(pauses))
    others = np.delete(pauses, longest)
    log_chance = log_tail_chance(float(pauses[longest]), others)
    usual = float(others.max())
    if pauses[longest] < max(SHORTEST, SILENCE_RATIO * usual) or log_chance > LOG_CHANCE:
        return None
    over = longest < len(times) - 1
    return Silence(entities, float(times[longest]), float(times[longest + 1]) if over else None, usual, log_chance)


def _own_reports(history: History, entity: int) -> Floats:
    """Return the last report of each hour of a numeric or chatty series."""
    low, high = np.searchsorted(history.hourly.entity, (entity, entity + 1))
    return history.hourly.last_time[low:high]


def _changes(history: History, entity: int) -> Floats:
    return history.changes.time[history.rows(entity)]


def _without_data(history: History, times: Floats) -> Floats:
    """Return seconds without any data in the home from the window's start to each time."""
    starts = history.calendar.starts
    missing = np.concatenate([[0.0], np.cumsum(np.diff(starts) * ~history.data_days)])
    return np.asarray(np.interp(times, starts, missing))


def _rows(history: History, silence: Silence) -> Iterator[Anomaly]:
    for entity in silence.entities:
        reports = np.concatenate([_own_reports(history, entity), _changes(history, entity)])
        before = reports[reports <= silence.start]
        if not len(before):
            continue
        started = float(before.max())
        after = reports[reports > silence.start]
        end = None if silence.end is None else float(after.min()) if len(after) else silence.end
        until = silence.end or float(history.calendar.starts[-1])
        yield Anomaly(
            kind="silent",
            entity_id=history.entities[entity],
            started_at=started,
            ended_at=end,
            score=score(silence.log_chance),
            expected=f"something from its device at least every {spell(silence.usual)}",
            observed=f"nothing for {spell(until - silence.start)}",
            detail={
                "device": history.device_of.get(history.entities[entity]),
                "usual_pause_seconds": round(silence.usual),
                "device_silent_since": round(silence.start),
            },
        )
