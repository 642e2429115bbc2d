"""Stuck: a sensor that stays in one state for much longer than it ever did."""

from collections.abc import Iterator

import numpy as np

from homeintel.patterns.anomalies.limits import LOG_CHANCE, spell
from homeintel.patterns.domains import domain
from homeintel.patterns.findings import Anomaly
from homeintel.patterns.history import History
from homeintel.patterns.stats.surprise import log_tail_chance, score

LEAST_STAYS = 8
"""Fewer stays in the state show no rule."""

STUCK_RATIO = 3.0
"""How many times the longest other stay it must last."""

SHORTEST = 6 * 3600.0
"""Seconds; a shorter stay is nobody's concern."""

RESTING = frozenset({"off", "not_home", "home"})
"""States in which a sensor waits for something to happen: staying there is silence, not sticking."""


def find_stuck(history: History) -> Iterator[Anomaly]:
    """Yield every stay of a sensor in a state, other than rest, that is too long for its own stays; it starts with it."""
    for stream in history.streams:
        name, state = history.entities[stream.entity], history.states[stream.state]
        if domain(name) != "binary_sensor" or state in RESTING or len(stream.time) < LEAST_STAYS:
            continue
        changes = history.changes.time[history.rows(stream.entity)]
        left = np.append(changes, history.calendar.starts[-1])[np.searchsorted(changes, stream.time, side="right")]
        stays = left - stream.time
        longest = int(np.argmax(stays))
        others = np.delete(stays, longest)
        log_chance = log_tail_chance(float(stays[longest]), others)
        if stays[longest] < max(SHORTEST, STUCK_RATIO * others.max()) or log_chance > LOG_CHANCE:
            continue
        if _unknown(history, stream.entity, float(stream.time[longest]), float(others.max())):
            continue
        over = bool(changes.max() > stream.time[longest])
        yield Anomaly(
            kind="stuck",
            entity_id=name,
            started_at=float(stream.time[longest]),
            ended_at=float(left[longest]) if over else None,
            score=score(log_chance),
            expected=f"{state} for at most {spell(float(others.max()))}",
            observed=f"{state} for {spell(float(stays[longest]))}",
            detail={"state": state, "stays": len(stays), "longest_other_seconds": round(float(others.max()))},
        )


def _unknown(history: History, entity: int, start: float, usual: float) -> bool:
    """Return whether the end of a stay may have been lost: a gap began while it could still have been an ordinary one."""
    gaps = history.gaps
    own = (gaps.entity == entity) | (gaps.entity < 0)
    return bool((own & (gaps.start >= start) & (gaps.start <= start + usual)).any())
