"""Days away: one thing, not twenty silent entities."""

from collections.abc import Iterator
from math import lgamma, log

import numpy as np

from homeintel.patterns.findings import Anomaly
from homeintel.patterns.history import History
from homeintel.patterns.presence import Presence
from homeintel.patterns.stats.surprise import score


def find_away(history: History, presence: Presence) -> Iterator[Anomaly]:
    """Yield one anomaly a block of consecutive days away; it starts at local midnight of its first whole day."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], presence.away.astype(np.int8), [0]])))
    for first, end in zip(edges[::2], edges[1::2], strict=True):
        changes = int(presence.activity[first:end].sum())
        usual = presence.busy * int(end - first)
        yield Anomaly(
            kind="away",
            entity_id=None,
            started_at=float(history.calendar.starts[first]),
            ended_at=float(history.calendar.starts[end]) if end < history.calendar.days else None,
            score=score(_log_poisson(changes, usual)),
            expected=f"about {presence.busy:.0f} signs of people a day (entities times active hours)",
            observed=f"{changes} in {end - first} days",
            detail={"days": int(end - first), "signs": changes},
        )


def _log_poisson(count: int, mean: float) -> float:
    """Return the log chance of exactly so few changes where they came independently."""
    return count * log(mean) - mean - lgamma(count + 1)
