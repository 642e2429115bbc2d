"""What each step of cleaning counted, UTC day by UTC day."""

from collections import Counter
from collections.abc import Mapping
from datetime import date

import numpy as np
import numpy.typing as npt

from homeintel.events.heard import DAY_US, Times


class Funnel:
    """Counts of what was read for one piece of days: `states`, of these `missing`, `numbers`, and reasons of refusal."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[int, str]] = Counter()

    def count(self, step: str, ts: Times, points: npt.NDArray[np.int64] | None = None) -> None:
        """Count rows of some days that lie close together, or the points each stands for."""
        if not len(ts):
            return
        days = ts // DAY_US
        first = int(days.min())
        for place, count in enumerate(np.bincount(days - first, points)):
            self._counts[first + place, step] += int(count)

    def refuse(self, day: int, reason: str, points: int) -> None:
        """Count points that are dropped, of any day (since 1970)."""
        self._counts[day, reason] += points

    def any(self, step: str) -> bool:
        """Return whether a step counted any on some day."""
        return any(count for (_, of), count in self._counts.items() if of == step)

    def points(self, day: date) -> int:
        """Return how many raw points of a UTC day were read."""
        return sum(count for step, count in self._of(day).items() if step != "missing")

    def steps(self, day: date, rows: Mapping[str, int], restart: int) -> dict[str, int]:
        """Return all steps of a UTC day, in the order they are stored in.

        Args:
            day: the day.
            rows: how many were stored, by table.
            restart: how many of its events a restart caused.
        """
        read = self._of(day)
        states, missing, numbers = (read.pop(step, 0) for step in ("states", "missing", "numbers"))
        kept = rows["events"]
        steps = {
            "states": states,
            "numbers": numbers,
            "measurements": rows["measurements"],
            "available": states - missing,
        }
        steps |= {"repeated": states - missing - kept, "kept": kept, "restart": restart}
        steps |= {"attribute_changes": rows["attribute_changes"], **read, "points": self.points(day)}
        # A step that had nothing to do is left out.
        idle = {"repeated": states == missing, "restart": not kept}
        return {step: count for step, count in steps.items() if not idle.get(step, not count)}

    def _of(self, day: date) -> dict[str, int]:
        number = (day - date(1970, 1, 1)).days
        return {step: count for (of, step), count in self._counts.items() if of == number and count}
