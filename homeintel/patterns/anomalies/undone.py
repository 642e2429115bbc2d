"""Undone automations: what a machine does and people take back within minutes."""

from collections.abc import Iterator, Sequence

from homeintel.patterns.anomalies.limits import LOG_CHANCE
from homeintel.patterns.findings import Anomaly, Pattern
from homeintel.patterns.funnel import Funnel
from homeintel.patterns.history import History
from homeintel.patterns.stats.surprise import score
from homeintel.patterns.stats.tails import log_binomial_tail

LEAST_UNDONE = 3
UNDONE_SHARE = 0.3
"""From this share of its runs on an automation is one that people don't want."""

BY_ACCIDENT = 0.05
"""The share of anything switched on that is switched off again within minutes anyway."""


def find_undone(history: History, patterns: Sequence[Pattern], funnel: Funnel) -> Iterator[Anomaly]:
    """Yield every automated pattern that people undo; from its first occurrence in the window to its last."""
    seen: set[tuple[str, str]] = set()
    for pattern in sorted(patterns, key=lambda p: -p.undone):
        if (pattern.entity_id, pattern.state) in seen or not pattern.already_automated or pattern.first_seen is None:
            continue
        log_chance = log_binomial_tail(pattern.undone, pattern.occurrences, BY_ACCIDENT)
        least = max(LEAST_UNDONE, UNDONE_SHARE * pattern.occurrences)
        if pattern.undone < least or log_chance > LOG_CHANCE / 2:
            text = f"{pattern.entity_id} {pattern.state}: {pattern.undone} of {pattern.occurrences} times"
            funnel.miss(pattern.undone / least, text)
            continue
        seen.add((pattern.entity_id, pattern.state))
        automation = history.automation_of.get((pattern.entity_id, pattern.state))
        yield Anomaly(
            kind="undone_automation",
            entity_id=automation or pattern.entity_id,
            started_at=pattern.first_seen,
            ended_at=pattern.last_seen,
            score=score(log_chance),
            expected=f"{pattern.entity_id} stays {pattern.state}",
            observed=f"taken back within minutes {pattern.undone} of {pattern.occurrences} times",
            detail={"entity_id": pattern.entity_id, "state": pattern.state, "undone": pattern.undone},
        )
