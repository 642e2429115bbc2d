"""All kinds of anomalies, and their funnel."""

from collections.abc import Sequence

from homeintel.patterns.anomalies.away import find_away
from homeintel.patterns.anomalies.missed import find_missed
from homeintel.patterns.anomalies.silent import find_silent
from homeintel.patterns.findings import Anomaly, Gate, Pattern
from homeintel.patterns.history import History
from homeintel.patterns.presence import Presence

DETECTOR = "anomalies"


def detect_anomalies(
    history: History, presence: Presence, patterns: Sequence[Pattern]
) -> tuple[tuple[Anomaly, ...], tuple[Gate, ...]]:
    """Return every anomaly that starts in the window, by time, and how many each kind gave.

    Args:
        history: the window.
        presence: which days somebody was at home.
        patterns: the night's patterns; missed routines are judged by them.
    """
    routines = [pattern for pattern in patterns if pattern.kind != "co_occurrence"]
    found = {
        "away": list(find_away(history, presence)),
        "silent": list(find_silent(history, presence)),
        "missed_routine": list(find_missed(history, routines)),
    }
    gates = tuple(Gate(DETECTOR, kind, len(anomalies)) for kind, anomalies in found.items())
    everything = [anomaly for anomalies in found.values() for anomaly in anomalies]
    everything.sort(key=lambda a: (a.started_at, a.kind, a.entity_id or ""))
    return tuple(everything), gates
