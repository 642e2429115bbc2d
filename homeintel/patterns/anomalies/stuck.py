"""Stuck: a sensor that stays in one state for much longer than it ever did."""

from collections.abc import Iterator

import numpy as np

from homeintel.patterns.anomalies.limits import extremes, spell
from homeintel.patterns.domains import domain
from homeintel.patterns.findings import Anomaly
from homeintel.patterns.funnel import Funnel
from homeintel.patterns.history import History
from homeintel.patterns.presence import Presence
from homeintel.patterns.stats.surprise import score

LEAST_STAYS = 8
"""Fewer stays in the state show no rule."""

STUCK_RATIO = 3.0
"""How many times the longest other stay it must last."""

SHORTEST = 6 * 3600.0
"""Seconds; a shorter stay is nobody's concern."""

GONE_SHARE = 0.5
"""Of a stay, the share in which the sensor was unavailable, from which it is not stuck but gone."""

RESTING = frozenset({"off", "not_home", "home"})
"""States in which a sensor waits for something to happen: staying there is silence, not sticking."""


def find_stuck(history: History, presence: Presence, funnel: Funnel) -> Iterator[Anomaly]:
    """Yield every stay of a sensor in a state, other than rest, that is too long for its own stays; it starts with it.

    Days away take no time: a window left open on a journey is not stuck.
    """
    starts = history.calendar.starts
    elapsed = np.concatenate([[0.0], np.cumsum(np.diff(starts) * ~presence.away)])
    for stream in history.streams:
        name, state = history.entities[stream.entity], history.states[stream.state]
        if domain(name) != "binary_sensor" or state in RESTING or len(stream.time) < LEAST_STAYS:
            continue
        changes = history.changes.time[history.rows(stream.entity)]
        left = np.append(changes, starts[-1])[np.searchsorted(changes, stream.time, side="right")]
        stays = np.interp(left, starts, elapsed) - np.interp(stream.time, starts, elapsed)
        found = extremes(stays, ratio=STUCK_RATIO, least=SHORTEST, funnel=funnel, name=f"{name} {state}")
        for row, log_chance in zip(found.chosen, found.log_chances, strict=True):
            if _unknown(history, stream.entity, (float(stream.time[row]), float(left[row])), found.usual):
                funnel.miss(1.0, f"{name} {state}: a gap may hide its end")
                continue
            over = bool(changes.max() > stream.time[row])
            yield Anomaly(
                kind="stuck",
                entity_id=name,
                started_at=float(stream.time[row]),
                ended_at=float(left[row]) if over else None,
                score=score(float(log_chance)),
                expected=f"{state} for at most {spell(found.usual)}",
                observed=f"{state} for {spell(float(left[row] - stream.time[row]))}",
                detail={"state": state, "stays": len(stays), "longest_other_seconds": round(found.usual)},
            )


def _unknown(history: History, entity: int, stay: tuple[float, float], usual: float) -> bool:
    """Return whether the end of a stay may have been lost: a gap began while it could still have been an ordinary one.

    A sensor that is unavailable for most of the stay is no longer there: that is its silence.
    """
    gaps = history.gaps
    own = (gaps.entity == entity) | (gaps.entity < 0)
    begun = own & (gaps.start >= stay[0]) & (gaps.start <= stay[0] + usual)
    gone = np.minimum(gaps.end[own], stay[1]) - np.maximum(gaps.start[own], stay[0])
    return bool(begun.any() or gone.clip(0).sum() >= GONE_SHARE * (stay[1] - stay[0]))
