"""Silence: a device that reports nothing for much longer than it ever did."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from homeintel.patterns.anomalies.limits import extremes, spell
from homeintel.patterns.anomalies.rhythm import is_switched, reports_by_itself, rests
from homeintel.patterns.arrays import Floats
from homeintel.patterns.domains import domain
from homeintel.patterns.findings import Anomaly
from homeintel.patterns.funnel import Funnel
from homeintel.patterns.history import History
from homeintel.patterns.presence import AwakeTime
from homeintel.patterns.stats.surprise import score

LEAST_REPORTS = 20
LEAST_OCCASIONS = 12
"""Fewer pauses show no rhythm: of a device that reports by itself, and of one that reports what people do."""

OCCASION = 1800.0
"""Seconds awake at home; what people do again sooner is still the same occasion, however often it was reported."""

SILENCE_RATIO = 3.0
"""How many times the longest other pause a silence must last, on the clock it is judged by."""

SHORTEST = 4 * 3600.0
"""Seconds; a shorter silence is nobody's concern."""

NOT_REPORTING = frozenset({"update", "automation", "script", "scene", "sun", "weather", "button", "number", "select"})
"""Domains whose changes are not a device's own reports."""


@dataclass(frozen=True)
class Silence:
    """One pause that is too long.

    Args:
        entities: the device's entities, or the one sensor that is silent while its device reports.
        since: Unix seconds of the end of the silence before this one; minus infinity without one.
        start: Unix seconds of the last report of any of them.
        end: Unix seconds of the next one; None while it lasts.
        usual: seconds of the longest ordinary pause.
        log_chance: log chance of such a pause.
    """

    entities: tuple[int, ...]
    since: float
    start: float
    end: float | None
    usual: float
    log_chance: float


def find_silent(history: History, awake: AwakeTime, funnel: Funnel) -> Iterator[Anomaly]:
    """Yield every silence that is too long for the device's own rhythm, one row an entity of a silent device.

    A device that reports by itself is judged by the clock on the wall; one that reports what people do, by the time
    they are awake at home; what people only switch can't fall silent. A sensor of what people do can fall silent alone,
    while its device goes on telling its temperature. Each row starts at its entity's own last report.
    """
    for entities in _devices(history):
        found = _silences(history, entities, awake, funnel)
        if not found and len(entities) > 1:
            sensors = (entity for entity in entities if domain(history.entities[entity]) == "binary_sensor")
            found = [
                one for e in sensors if history.people_driven[e] for one in _silences(history, (e,), awake, funnel)
            ]
        for silence in found:
            yield from _rows(history, silence)


def _devices(history: History) -> list[tuple[int, ...]]:
    devices: dict[str, list[int]] = {}
    for entity, name in enumerate(history.entities):
        if domain(name) not in NOT_REPORTING:
            devices.setdefault(history.device_of.get(name, name), []).append(entity)
    return [tuple(devices[key]) for key in sorted(devices)]


def _silences(history: History, entities: tuple[int, ...], awake: AwakeTime, funnel: Funnel) -> list[Silence]:
    times = np.unique(
        np.concatenate([reports(history, entity) for entity in entities for reports in (_own_reports, _changes)])
    )
    if len(times) < LEAST_OCCASIONS:
        return []
    by_itself = reports_by_itself(history, entities, awake)
    if not by_itself and is_switched(history, entities):
        return []
    moments = np.append(times, history.calendar.starts[-1])
    pauses = np.diff(moments - _without_data(history, moments) if by_itself else awake(moments))
    counted = np.flatnonzero(pauses >= (0.0 if by_itself else OCCASION))
    if len(counted) < (LEAST_REPORTS if by_itself else LEAST_OCCASIONS):
        return []
    name = history.entities[entities[0]]
    found = extremes(pauses[counted], ratio=SILENCE_RATIO, least=SHORTEST, funnel=funnel, name=name)
    kept = [not rests(history, entities, float(time), float(time)) for time in times[counted[found.chosen]]]
    rows, chances = counted[found.chosen][kept], found.log_chances[kept]
    ends = np.append(times[1:], np.inf)
    before = np.concatenate([[-np.inf], ends[rows]])[: len(rows)]
    return [
        Silence(entities, float(since), float(times[row]), _known(ends[row]), found.usual, float(log_chance))
        for row, since, log_chance in zip(rows, before, chances, strict=True)
    ]


def _known(end: float) -> float | None:
    return float(end) if np.isfinite(end) else None


def _own_reports(history: History, entity: int) -> Floats:
    """Return the last report of each hour of a numeric or chatty series."""
    return history.hourly.last_time[history.hours(entity)]


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
        before = reports[(reports >= silence.since) & (reports <= silence.start)]
        if not len(before):
            continue
        after = reports[reports > silence.start]
        end = None if silence.end is None else float(after.min()) if len(after) else silence.end
        until = silence.end or float(history.calendar.starts[-1])
        whose = "its device" if len(silence.entities) > 1 else "it"
        yield Anomaly(
            kind="silent",
            entity_id=history.entities[entity],
            started_at=float(before.max()),
            ended_at=end,
            score=score(silence.log_chance),
            expected=f"something from {whose} at least every {spell(silence.usual)}",
            observed=f"nothing for {spell(until - silence.start)}",
            detail={
                "device": history.device_of.get(history.entities[entity]),
                "usual_pause_seconds": round(silence.usual),
                "device_silent_since": round(silence.start),
                "device_silent_until": None if silence.end is None else round(silence.end),
            },
        )
