"""All kinds of anomalies, and their funnel."""

from collections.abc import Sequence

from homeintel.patterns.anomalies.away import find_away
from homeintel.patterns.anomalies.level import find_levels
from homeintel.patterns.anomalies.missed import find_missed
from homeintel.patterns.anomalies.rate import find_rates
from homeintel.patterns.anomalies.silent import find_silent
from homeintel.patterns.anomalies.stuck import find_stuck
from homeintel.patterns.anomalies.undone import find_undone
from homeintel.patterns.anomalies.unusual_time import find_unusual_times
from homeintel.patterns.findings import Anomaly, Gate, Pattern
from homeintel.patterns.history import History
from homeintel.patterns.presence import AwakeTime, Presence

DETECTOR = "anomalies"


def detect_anomalies(
    history: History, presence: Presence, awake: AwakeTime, patterns: Sequence[Pattern]
) -> tuple[tuple[Anomaly, ...], tuple[Gate, ...]]:
    """Return every anomaly that starts in the window, by time, and how many each kind gave.

    Args:
        history: the window.
        presence: which days somebody was at home.
        awake: the clock of the hours in which people are awake at home.
        patterns: the night's patterns; missed routines are judged by them.
    """
    routines = [pattern for pattern in patterns if pattern.kind != "co_occurrence"]
    found = {
        "away": list(find_away(history, presence)),
        "silent": list(find_silent(history, awake)),
        "stuck": list(find_stuck(history)),
        "unusual_time": list(find_unusual_times(history, awake, presence.home)),
        "rate": list(find_rates(history)),
        "level": list(find_levels(history)),
        "missed_routine": list(find_missed(history, routines)),
        "undone_automation": list(find_undone(history, patterns)),
    }
    found["silent"] = [anomaly for anomaly in found["silent"] if not _stuck(history, anomaly, found["stuck"])]
    gates = tuple(Gate(DETECTOR, kind, len(anomalies)) for kind, anomalies in found.items())
    everything = [anomaly for anomalies in found.values() for anomaly in anomalies]
    everything.sort(key=lambda a: (a.started_at, a.kind, a.entity_id or ""))
    return tuple(everything), gates


def _stuck(history: History, silence: Anomaly, stuck: Sequence[Anomaly]) -> bool:
    """Return whether a device is silent because one of its sensors is stuck."""
    return any(
        history.device_of.get(silence.entity_id or "", silence.entity_id)
        == history.device_of.get(other.entity_id or "", other.entity_id)
        and (silence.ended_at is None or other.started_at <= silence.ended_at)
        and (other.ended_at is None or silence.started_at <= other.ended_at)
        for other in stuck
    )
