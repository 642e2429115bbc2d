"""All detectors over one history: the night's findings."""

from collections.abc import Sequence
from dataclasses import replace

from homeintel.patterns.anomalies import detect_anomalies
from homeintel.patterns.doubt import doubts
from homeintel.patterns.findings import Findings, Gate, Traced
from homeintel.patterns.funnel import Funnel
from homeintel.patterns.history import History
from homeintel.patterns.limits import IN_FORCE, Limits
from homeintel.patterns.mirrors import without_mirrors
from homeintel.patterns.pairs import detect_pairs
from homeintel.patterns.presence import AwakeTime, find_presence
from homeintel.patterns.routines import detect_routines
from homeintel.patterns.routines.grid import Present
from homeintel.patterns.settle import settle
from homeintel.patterns.stats.fdr import benjamini_hochberg


def detect_all(history: History, limits: Limits = IN_FORCE) -> Findings:
    """Return what the history holds. Pure: the same history and limits give the same findings."""
    read = Gate("history", "changes read", len(history.changes.time))
    history = without_mirrors(history)
    presence = find_presence(history)
    awake = AwakeTime(history)
    routines = detect_routines(history, Present.of(history, presence.home, awake), limits)
    pairs = detect_pairs(history, presence.home, limits)
    sure_pairs, pair_gate = _control("co_occurrence", pairs.found, pairs.tests, limits.false_discovery_rate)
    settled = settle(routines.found, sure_pairs)
    most = limits.false_discovery_rate
    rare_routines, routine_gate = _control("routines", settled.routines, routines.tests, most)
    sure_routines, doubt_gate = _without_doubtful(rare_routines, routines.tests, limits.routine_doubt)
    patterns = tuple(traced.pattern for traced in (*sure_routines, *settled.pairs))
    anomalies, anomaly_gates = detect_anomalies(history, presence, awake, patterns)
    own = Gate("history", "changes that are no echo of another entity's", len(history.changes.time))
    days = Gate("history", "days with somebody at home", int(presence.home.sum()))
    of_routines = (*routines.gates, settled.routine_gate, routine_gate, doubt_gate)
    of_pairs = (*pairs.gates, pair_gate, settled.pair_gate)
    return Findings(patterns, anomalies, (read, own, days, *of_routines, *of_pairs, *anomaly_gates))


def _control(detector: str, found: Sequence[Traced], tests: int, most: float) -> tuple[list[Traced], Gate]:
    """Fill in q-values and drop what the false-discovery rate does not allow; each detector is a family of its own."""
    q_values = benjamini_hochberg([traced.pattern.p_value for traced in found], tests).tolist()
    rated = [
        replace(traced, pattern=replace(traced.pattern, q_value=q_value))
        for traced, q_value in zip(found, q_values, strict=True)
    ]
    return _at_most(detector, rated, q_values, most, f"false-discovery rate {most:.0%}", "q {:.2f}")


def _without_doubtful(found: Sequence[Traced], tests: int, most: float) -> tuple[list[Traced], Gate]:
    """Drop the routines that are too likely none, given what else the home does by habit."""
    step = f"at most {most:.0%} likely to be none"
    return _at_most("routines", found, doubts(found, tests).tolist(), most, step, "{:.0%} likely none")


def _at_most(
    detector: str, found: Sequence[Traced], values: Sequence[float], most: float, step: str, words: str
) -> tuple[list[Traced], Gate]:
    """Drop what has a greater value than `most`; `words` tell the nearest miss's value."""
    funnel = Funnel(detector)
    kept = []
    for traced, value in zip(found, values, strict=True):
        if value <= most:
            kept.append(traced)
        else:
            funnel.miss(-value, f"{traced.pattern.entity_id} {traced.pattern.state}: {words.format(value)}")
    funnel.step(step, len(kept))
    return kept, funnel.gates[0]
