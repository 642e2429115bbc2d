"""Silence: an entity that reports nothing for much longer than it ever did."""

from collections.abc import Iterator

import numpy as np

from homeintel.patterns.arrays import Floats
from homeintel.patterns.calendar import DAY
from homeintel.patterns.findings import Anomaly
from homeintel.patterns.history import History
from homeintel.patterns.presence import Presence

LEAST_REPORTS = 8
"""Fewer show no rhythm."""

SILENCE_RATIO = 3.0
"""How many times the longest usual pause a silence must last."""

SHORTEST = 3 * 3600.0
"""Seconds; a shorter silence is nobody's concern."""


def find_silent(history: History, presence: Presence) -> Iterator[Anomaly]:
    """Yield every silence that is too long for the entity's own rhythm, still going on or over.

    Time without any data in the home, and days away for what people cause, do not count as silence.
    """
    elapsed = _Elapsed(history, presence)
    for entity in range(len(history.entities)):
        times, people = _reports(history, entity)
        if len(times) < LEAST_REPORTS:
            continue
        ends = np.append(times[1:], history.calendar.starts[-1])
        pauses = elapsed.between(times, ends, people=people)
        longest = int(np.argmax(pauses))
        usual = float(np.quantile(np.delete(pauses, longest), 0.98)) if len(pauses) > 1 else np.inf
        silence = float(pauses[longest])
        if silence < SHORTEST or silence < SILENCE_RATIO * max(usual, 600.0):
            continue
        over = longest < len(times) - 1
        yield Anomaly(
            kind="silent",
            entity_id=history.entities[entity],
            started_at=float(times[longest]),
            ended_at=float(ends[longest]) if over else None,
            score=float(1 - 1 / (1 + silence / max(usual, 600.0))),
            expected=f"a report at least every {_hours(usual)}",
            observed=f"none for {_hours(silence)}",
            detail={"usual_pause_seconds": round(usual), "silence_seconds": round(silence), "reports": len(times)},
        )


class _Elapsed:
    """Measures time, leaving out what is no evidence of silence."""

    def __init__(self, history: History, presence: Presence) -> None:
        self._starts = history.calendar.starts
        lengths = np.diff(self._starts)
        self._device = np.concatenate([[0.0], np.cumsum(lengths * history.data_days)])
        self._people = np.concatenate([[0.0], np.cumsum(lengths * presence.home)])

    def between(self, start: Floats, end: Floats, *, people: bool) -> Floats:
        """Return seconds from start to end on days that count."""
        table = self._people if people else self._device
        return np.asarray(np.interp(end, self._starts, table) - np.interp(start, self._starts, table))


def _reports(history: History, entity: int) -> tuple[Floats, bool]:
    """Return the entity's reports, at most one an hour for numeric ones, and whether people cause them."""
    rows = history.rows(entity)
    times = history.changes.time[rows]
    if len(times):
        return times, True
    hourly = history.hourly
    low, high = np.searchsorted(hourly.entity, (entity, entity + 1))
    return hourly.last_time[low:high], False


def _hours(seconds: float) -> str:
    return f"{seconds / DAY:.1f} days" if seconds >= 2 * DAY else f"{seconds / 3600:.1f} hours"
