"""How an automation would have done."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

Verdict = Literal["agreed", "earlier", "wrong", "undone"]
VERDICTS: tuple[Verdict, ...] = ("agreed", "earlier", "wrong", "undone")
"""agreed: the person did the same soon after. earlier: had just done it, nothing to do. wrong: never did it.
undone: did it and took it back at once."""

SECONDS_PER_ACTION = 20.0
"""What doing one of these things by hand takes, walking there included: an assumption, stated with each figure."""


@dataclass(frozen=True)
class Moment:
    """One time the automation would have run.

    Args:
        at: Unix seconds.
        verdict: what the person did.
        held_out: True in the days the fit did not see.
        done_at: when the person did it, Unix seconds; None where they never did.
    """

    at: float
    verdict: Verdict
    held_out: bool
    done_at: float | None = None


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
    def precision(self) -> float | None:
        """The share of occasions on which the person wanted it; None without any."""
        occasions = self.fired + self.earlier
        return (self.agreed + self.earlier) / occasions if occasions else None

    @classmethod
    def of(cls, moments: Sequence[Moment]) -> "Tally":
        """Return the counts of some moments."""
        return cls(**{verdict: sum(moment.verdict == verdict for moment in moments) for verdict in VERDICTS})


@dataclass(frozen=True)
class Backtest:
    """A replay of one automation over the window.

    Args:
        moments: every time it would have run, in order.
        held_out_days: how many last days the fit did not see.
        days: how many days were replayed.
        fitted: what was learned from the other days, such as `06:45` or `5 s after`.
        reminder: the automation only reminds: what was never done is a reminder, nothing else makes it act.
    """

    moments: tuple[Moment, ...]
    held_out_days: int
    days: int
    fitted: str = ""
    reminder: bool = False

    @property
    def held_out(self) -> Tally:
        """The counts over the days the fit did not see."""
        return Tally.of([moment for moment in self.moments if moment.held_out])

    @property
    def window(self) -> Tally:
        """The counts over all days."""
        return Tally.of(self.moments)

    @property
    def minutes_saved_per_week(self) -> float:
        """Manual work saved, in minutes a week: `SECONDS_PER_ACTION` for each time it agreed; a reminder saves none."""
        if self.reminder:
            return 0.0
        return self.window.agreed * SECONDS_PER_ACTION / 60 / max(self.days, 1) * 7

    def record(self) -> dict[str, Any]:
        """Return it as plain data for the `suggestions` table; times are Unix seconds."""
        return {
            "held_out_days": self.held_out_days,
            "days": self.days,
            "fitted": self.fitted,
            "reminder": self.reminder,
            "held_out": _tally_record(self.held_out),
            "window": _tally_record(self.window),
            "minutes_saved_per_week": round(self.minutes_saved_per_week, 2),
            "timeline": [asdict(moment) for moment in self.moments if moment.held_out][:MOST_MOMENTS],
        }


MOST_MOMENTS = 200
"""Moments of the held-out days that are kept with a suggestion."""


def _tally_record(tally: Tally) -> dict[str, Any]:
    precision = None if tally.precision is None else round(tally.precision, 4)
    return {**asdict(tally), "fired": tally.fired, "precision": precision}
