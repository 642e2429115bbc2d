"""The figures of one run, each counted from rows: the same for the log, the pages, `job_runs` and the run's message."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from homeintel.nightly.execute import Execution
from homeintel.nightly.record import RunStatus, run_status
from homeintel.phase import PhaseName, Window
from homeintel.publish.figures import read_counts
from homeintel.store import Store


@dataclass(frozen=True)
class Summary:
    """What one run did.

    `points_read` and `events_kept` are None where phase 2 gave nothing; the other counts are this run's rows.
    """

    run_id: str
    status: RunStatus
    window: Window
    points_read: int | None
    events_kept: int | None
    patterns: int
    anomalies: int
    unused_features: int
    suggestions: int
    new_suggestions: int
    seconds: float
    peak_memory_mb: float
    report: Path
    problems: tuple[str, ...]

    @property
    def message(self) -> str:
        """One paragraph for `job_runs.message`."""
        return " ".join([*self.problems, f"{self.counts()}."])

    def with_problems(self, more: Sequence[str]) -> "Summary":
        """Return the summary with problems that came after the phases; a night that succeeded was partial then."""
        status: RunStatus = "partial" if self.status == "succeeded" else self.status
        return replace(self, status=status, problems=(*self.problems, *more))

    def counts(self) -> str:
        """Return the counts as words."""
        read = "unknown" if self.points_read is None else f"{self.points_read:,}"
        kept = "unknown" if self.events_kept is None else f"{self.events_kept:,}"
        return (
            f"points read: {read}; events kept: {kept}; patterns: {self.patterns}; anomalies: {self.anomalies}; "
            f"unused features: {self.unused_features}; suggestions: {self.suggestions} ({self.new_suggestions} new)"
        )

    def lines(self) -> list[str]:
        """Return the summary as a person reads it at the end of a night."""
        return [
            f"Night {self.window.end_day} {self.status} in {self.seconds:.1f} s, at most {self.peak_memory_mb:.0f} MB.",
            *self.problems,
            self.counts()[0].upper() + self.counts()[1:] + ".",
            f"Report: {self.report / 'index.html'}",
        ]


def summarise(
    store: Store,
    run_id: str,
    window: Window,
    executions: Mapping[PhaseName, Execution],
    *,
    seconds: float,
    peak_memory_mb: float,
    report: Path,
    problems: tuple[str, ...] = (),
    notices: tuple[str, ...] = (),
) -> Summary:
    """Count the run's rows and put its figures together; a problem makes a night partial, a notice does not."""
    figures = executions["events"].outcome.figures if "events" in executions else {}
    statuses = {name: execution.outcome.status for name, execution in executions.items()}
    sentences = tuple(
        f"{name} {execution.outcome.status}: {execution.outcome.reason}"
        for name, execution in executions.items()
        if execution.outcome.status != "succeeded"
    )
    with store.connect() as connection:
        counts = read_counts(connection, run_id)
    return Summary(
        run_id=run_id,
        status="partial" if problems and run_status(statuses) == "succeeded" else run_status(statuses),
        window=window,
        points_read=_whole(figures.get("points_read")),
        events_kept=_whole(figures.get("events_kept")),
        seconds=seconds,
        peak_memory_mb=peak_memory_mb,
        report=report,
        problems=(*notices, *problems, *sentences),
        **counts,
    )


def _whole(figure: float | str | None) -> int | None:
    return None if figure is None else int(figure)
