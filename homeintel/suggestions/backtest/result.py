"""How an automation would have done."""

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd

from homeintel.patterns.arrays import Bools, Floats, Ints

Verdict = Literal["agreed", "earlier", "wrong", "undone"]
VERDICTS: tuple[Verdict, ...] = ("agreed", "earlier", "wrong", "undone")
"""By code. agreed: the person did the same soon after. earlier: had just done it, nothing to do. wrong: never did it.
undone: did it and took it back at once."""

SECONDS_PER_ACTION = 20.0
"""What doing one of these things by hand takes, walking there included: an assumption, stated with each figure."""


@dataclass(frozen=True)
class Tally:
    """Counts over some days.

    Args:
        agreed: it would have run, and the person then did the same within the tolerance.
        earlier: the person had done it within the tolerance before; nothing left to do.
        wrong: it would have run and the person never did it.
        undone: the person did it and took it back at once.
    """

    agreed: int = 0
    earlier: int = 0
    wrong: int = 0
    undone: int = 0

    @property
    def fired(self) -> int:
        """How often it would have acted."""
        return self.agreed + self.wrong + self.undone

    @property
    def occasions(self) -> int:
        """How often it would have acted, or had nothing left to do."""
        return self.fired + self.earlier

    @property
    def wanted(self) -> int:
        """On how many of the occasions the person did the same."""
        return self.agreed + self.earlier

    @property
    def unwanted(self) -> int:
        """On how many they never did, or took it back."""
        return self.wrong + self.undone

    @property
    def precision(self) -> float | None:
        """The share of occasions on which the person wanted it; None without any."""
        return self.wanted / self.occasions if self.occasions else None


@dataclass(frozen=True, eq=False)
class Backtest:
    """A replay of one automation over the window; the arrays hold every time it would have run, in order.

    Args:
        at: Unix seconds.
        verdict: what the person did, by its place in `VERDICTS`.
        done_at: when they did it, Unix seconds; NaN where they never did.
        held_out: True in the days the fit did not see.
        held_out_days: how many last days those are.
        days: how many days were replayed.
        fitted: what was learned from the other days, such as `06:45` or `5 s after`.
        reminder: the automation only reminds: what was never done is a reminder, nothing else makes it act.
    """

    at: Floats
    verdict: Ints
    done_at: Floats
    held_out: Bools
    held_out_days: int
    days: int
    fitted: str = ""
    reminder: bool = False

    @cached_property
    def unseen(self) -> Tally:
        """The counts over the days the fit did not see."""
        return _tally(self.verdict[self.held_out])

    @cached_property
    def window(self) -> Tally:
        """The counts over all days."""
        return _tally(self.verdict)

    @property
    def minutes_saved_per_week(self) -> float:
        """Manual work saved, in minutes a week: `SECONDS_PER_ACTION` for each time it agreed; a reminder saves none."""
        if self.reminder:
            return 0.0
        return self.window.agreed * SECONDS_PER_ACTION / 60 / max(self.days, 1) * 7

    def moments(self) -> pd.DataFrame:
        """Return every time it would have run: at, done_at (Unix seconds, NaN where never), verdict (a word), held_out."""
        words = np.array(VERDICTS, dtype=object)[self.verdict]
        return pd.DataFrame({"at": self.at, "done_at": self.done_at, "verdict": words, "held_out": self.held_out})

    def record(self) -> dict[str, Any]:
        """Return it as plain data for the `suggestions` table; times are Unix seconds, of the held-out days only."""
        chosen = np.flatnonzero(self.held_out)[:MOST_MOMENTS]
        return {
            "held_out_days": self.held_out_days,
            "days": self.days,
            "fitted": self.fitted,
            "reminder": self.reminder,
            "held_out": _tally_record(self.unseen),
            "window": _tally_record(self.window),
            "minutes_saved_per_week": round(self.minutes_saved_per_week, 2),
            "timeline": [
                {"at": float(self.at[i]), "verdict": VERDICTS[self.verdict[i]], "done_at": _time(self.done_at[i])}
                for i in chosen
            ],
        }


MOST_MOMENTS = 200
"""Moments of the held-out days that are kept with a suggestion."""


def _tally(verdicts: Ints) -> Tally:
    return Tally(*(int(count) for count in np.bincount(verdicts, minlength=len(VERDICTS))))


def _time(moment: float) -> float | None:
    return None if np.isnan(moment) else float(moment)


def _tally_record(tally: Tally) -> dict[str, Any]:
    precision = None if tally.precision is None else round(tally.precision, 4)
    return {**asdict(tally), "fired": tally.fired, "precision": precision}
