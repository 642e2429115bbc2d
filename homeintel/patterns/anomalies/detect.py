"""All kinds of anomalies, and their funnel."""

from collections.abc import Callable, Iterable, Sequence

from homeintel.patterns.anomalies.away import find_away
from homeintel.patterns.anomalies.level import find_levels
from homeintel.patterns.anomalies.missed import find_missed
from homeintel.patterns.anomalies.overlaps import DETECTOR, told_once
from homeintel.patterns.anomalies.rate import find_rates
from homeintel.patterns.anomalies.silent import find_silent
from homeintel.patterns.anomalies.slow import find_slow
from homeintel.patterns.anomalies.stuck import find_stuck
from homeintel.patterns.anomalies.stuck_value import find_stuck_values
from homeintel.patterns.anomalies.undone import find_undone
from homeintel.patterns.anomalies.unusual_time import find_unusual_times
from homeintel.patterns.findings import Anomaly, Gate, Pattern
from homeintel.patterns.funnel import Funnel
from homeintel.patterns.history import History
from homeintel.patterns.presence import AwakeTime, Presence


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
    finders: tuple[tuple[str, Callable[[Funnel], Iterable[Anomaly]]], ...] = (
        ("away", lambda funnel: find_away(history, presence, funnel)),
        ("stuck", lambda funnel: find_stuck(history, presence, funnel)),
        ("stuck value", lambda funnel: find_stuck_values(history, funnel)),
        ("rate", lambda funnel: find_rates(history, funnel)),
        ("rate, too low", lambda funnel: find_slow(history, funnel)),
        ("silent", lambda funnel: find_silent(history, awake, funnel)),
        ("unusual time", lambda funnel: find_unusual_times(history, awake, presence.home, funnel)),
        ("level", lambda funnel: find_levels(history, funnel)),
        ("missed routine", lambda funnel: find_missed(history, routines, funnel)),
        ("undone automation", lambda funnel: find_undone(history, patterns, funnel)),
    )
    found: list[Anomaly] = []
    gates: list[Gate] = []
    for name, find in finders:
        funnel = Funnel(DETECTOR)
        own = list(find(funnel))
        funnel.step(name, len(own))
        found += own
        gates += funnel.gates
    told, last_gate = told_once(history, presence, found)
    return tuple(sorted(told, key=lambda a: (a.started_at, a.kind, a.entity_id or ""))), (*gates, last_gate)
