"""All detectors over one history: the night's findings."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from homeintel.patterns.anomalies import detect_anomalies
from homeintel.patterns.findings import Findings, Gate, Pattern
from homeintel.patterns.funnel import Funnel
from homeintel.patterns.history import History
from homeintel.patterns.pairs import Pairs, detect_pairs
from homeintel.patterns.presence import find_presence
from homeintel.patterns.routines import Routines, detect_routines
from homeintel.patterns.stats.fdr import benjamini_hochberg

FALSE_DISCOVERY_RATE = 0.05
"""Of the reported patterns, the share that chance may have made."""


EXPLAINED = 0.6
"""A routine of which a pair brings about so many changes is the trigger's routine, not its own."""


def detect_all(history: History) -> Findings:
    """Return what the history holds. Pure: the same history gives the same findings."""
    presence = find_presence(history)
    routines = detect_routines(history, presence.home)
    pairs = detect_pairs(history, presence.home)
    kept_pairs, pair_gate = _control("co_occurrence", pairs.patterns, pairs.tests)
    own, own_gate = _on_their_own(routines, pairs)
    kept_routines, routine_gate = _control("routines", own, routines.tests)
    patterns = (*kept_routines, *kept_pairs)
    anomalies, anomaly_gates = detect_anomalies(history, presence, patterns)
    read = Gate("history", "changes read", len(history.changes.time))
    days = Gate("history", "days with somebody at home", int(presence.home.sum()))
    funnel = (read, days, *routines.gates, own_gate, routine_gate, *pairs.gates, pair_gate, *anomaly_gates)
    return Findings(tuple(patterns), anomalies, funnel)


def _on_their_own(routines: Routines, pairs: Pairs) -> tuple[list[Pattern], Gate]:
    """Drop routines that only show when a pair's trigger happens."""
    funnel = Funnel("routines")
    own = []
    for routine, times in zip(routines.patterns, routines.times, strict=True):
        brought = [
            pair_times
            for pair, pair_times in zip(pairs.patterns, pairs.times, strict=True)
            if (pair.entity_id, pair.state) == (routine.entity_id, routine.state)
        ]
        share = float(np.isin(times, np.concatenate(brought)).mean()) if brought else 0.0
        if share < EXPLAINED:
            own.append(routine)
        else:
            funnel.miss(1 - share, f"{routine.entity_id} {routine.state}: {share:.0%} of it follow a trigger")
    funnel.step("not brought about by another thing", len(own))
    return own, funnel.gates[0]


def _control(detector: str, patterns: Sequence[Pattern], tests: int) -> tuple[list[Pattern], Gate]:
    """Fill in q-values and drop what the false-discovery rate does not allow; each detector is a family of its own."""
    q_values = benjamini_hochberg([pattern.p_value for pattern in patterns], tests)
    funnel = Funnel(detector)
    kept = []
    for pattern, q_value in zip(patterns, q_values, strict=True):
        if q_value <= FALSE_DISCOVERY_RATE:
            kept.append(replace(pattern, q_value=float(q_value)))
        else:
            funnel.miss(-float(q_value), f"{pattern.entity_id} {pattern.state}: q {q_value:.2f}")
    funnel.step(f"false-discovery rate {FALSE_DISCOVERY_RATE:.0%}", len(kept))
    return kept, funnel.gates[0]
