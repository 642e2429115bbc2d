"""What a phase is given, and what it answers: the settings, the window, the store; a status with its reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from homeintel.settings import Settings
from homeintel.store import Store

PhaseName = Literal["capabilities", "events", "patterns", "features", "suggestions", "publish"]
PHASES: tuple[PhaseName, ...] = ("capabilities", "events", "patterns", "features", "suggestions", "publish")
"""In the night's order."""

PhaseStatus = Literal["succeeded", "degraded", "failed", "skipped"]


@dataclass(frozen=True)
class Window:
    """The local days a night looks at.

    Args:
        first_day: the first local date, inclusive.
        end_day: the last local date, exclusive.
        zone: the home's time zone.
    """

    first_day: date
    end_day: date
    zone: ZoneInfo

    @classmethod
    def of(cls, settings: Settings, *, end: date | None = None, days: int | None = None) -> "Window":
        """Return the window in force: arguments win over the params file, that over today."""
        zone = settings.home.zone
        last = end or settings.window.end or datetime.now(zone).date()
        return cls(first_day=last - timedelta(days=days or settings.window.days), end_day=last, zone=zone)

    @property
    def days(self) -> int:
        """How many local days."""
        return (self.end_day - self.first_day).days

    @property
    def dates(self) -> list[date]:
        """The local dates, in order."""
        return [self.first_day + timedelta(days=n) for n in range(self.days)]

    @property
    def start(self) -> datetime:
        """The first local midnight, in UTC; inclusive."""
        return datetime.combine(self.first_day, time(), self.zone).astimezone(UTC)

    @property
    def end(self) -> datetime:
        """The last local midnight, in UTC; exclusive."""
        return datetime.combine(self.end_day, time(), self.zone).astimezone(UTC)


@dataclass(frozen=True)
class Phase:
    """Everything one phase of one run works with.

    Args:
        name: which of the six.
        settings: the home's settings.
        window: the days looked at.
        store: the database; in a notebook opened by hand a private temporary copy.
        run_id: the run its rows belong to.
        by_hand: True in a notebook opened by a person: nothing is kept, nothing is published.
        earlier: status of the phases of this run so far, and their reasons.
    """

    name: PhaseName
    settings: Settings
    window: Window
    store: Store
    run_id: str
    by_hand: bool = False
    earlier: Mapping[str, tuple[PhaseStatus, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """How a phase ended.

    Args:
        status: succeeded, or degraded: it ran, on old or missing input.
        rows_written: rows it committed.
        reason: one sentence; what a degraded phase lacked, or what a succeeded one did.
        figures: counts for the run's record, such as `points_read` and `events_kept`.
    """

    status: PhaseStatus
    rows_written: int
    reason: str = ""
    figures: Mapping[str, int | float | str] = field(default_factory=dict)
