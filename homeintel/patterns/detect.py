"""All detectors over one history: the night's findings."""

from collections.abc import Sequence
from dataclasses import replace

from homeintel.patterns.anomalies import detect_anomalies
from homeintel.patterns.findings import Findings, Gate, Pattern
from homeintel.patterns.history import History
from homeintel.patterns.pairs import detect_pairs
from homeintel.patterns.presence import find_presence
from homeintel.patterns.routines import detect_routines
from homeintel.patterns.stats.fdr import benjamini_hochberg

FALSE_DISCOVERY_RATE = 0.05
"""Of the reported patterns, the share that chance may have made."""


def detect_all(history: History) -> Findings:
    """Return what the history holds. Pure: the same history gives the same findings."""
    presence = find_presence(history)
    routines = detect_routines(history, presence.home)
    pairs = detect_pairs(history, presence.home)
    kept_routines, routine_gate = _control("routines", routines.patterns, routines.tests)
    kept_pairs, pair_gate = _control("co_occurrence", pairs.patterns, pairs.tests)
    patterns = (*kept_routines, *kept_pairs)
    anomalies, anomaly_gates = detect_anomalies(history, presence, patterns)
    read = Gate("history", "changes read", len(history.changes.time))
    days = Gate("history", "days with somebody at home", int(presence.home.sum()))
    funnel = (read, days, *routines.gates, routine_gate, *pairs.gates, pair_gate, *anomaly_gates)
    return Findings(tuple(patterns), anomalies, funnel)


def _control(detector: str, patterns: Sequence[Pattern], tests: int) -> tuple[list[Pattern], Gate]:
    """Fill in q-values and drop what the false-discovery rate does not allow; each detector is a family of its own."""
    q_values = benjamini_hochberg([pattern.p_value for pattern in patterns], tests)
    judged = [replace(pattern, q_value=float(q)) for pattern, q in zip(patterns, q_values, strict=True)]
    kept = [pattern for pattern in judged if pattern.q_value <= FALSE_DISCOVERY_RATE]
    missed = min((pattern for pattern in judged if pattern not in kept), key=lambda p: p.q_value, default=None)
    example = f"{missed.entity_id} {missed.state}: q {missed.q_value:.2f}" if missed is not None else ""
    return kept, Gate(detector, f"false-discovery rate {FALSE_DISCOVERY_RATE:.0%}", len(kept), example)
