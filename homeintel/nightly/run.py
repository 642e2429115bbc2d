"""One night: the six phases in order through papermill, each recorded, the report renamed into place at the end."""

import itertools
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TextIO

import stamina

from homeintel.errors import HomeintelError, StoreLockedError
from homeintel.nightly import finishing, record
from homeintel.nightly.execute import Execution, execute_phase
from homeintel.nightly.kernels import Kernels
from homeintel.nightly.log import night_log
from homeintel.nightly.memory import MemorySampler
from homeintel.nightly.pages import PageWorker
from homeintel.nightly.phases import SPECS, PhaseSpec, notebook_folder
from homeintel.nightly.progress import Progress, phase_line, progress_for
from homeintel.nightly.redact import redact, secret_values
from homeintel.nightly.summary import Summary, summarise
from homeintel.phase import Outcome, PhaseName, Window
from homeintel.report.site import plotly_asset, prepare_night
from homeintel.settings import Settings
from homeintel.store import NightLock, Store, migrate

LOCKED_PATIENCE = 10
"""Seconds to wait for the database: the kernel of a night that was killed needs a moment to notice."""

EXIT_STATUS = {"succeeded": 0, "partial": 2, "failed": 1}


@dataclass
class Night:
    """What the steps of one night share."""

    settings: Settings
    window: Window
    store: Store
    run_id: str
    folder: Path
    log: logging.Logger
    secrets: tuple[str, ...]
    executions: dict[PhaseName, Execution] = field(default_factory=dict)
    peaks: dict[PhaseName, float] = field(default_factory=dict)
    pages: dict[PhaseName, str] = field(default_factory=dict)

    @property
    def home_folder(self) -> Path:
        """The home's folder of reports."""
        return self.settings.storage.reports / self.settings.home.slug


def run_night(
    settings: Settings, *, end: date | None = None, days: int | None = None, stream: TextIO | None = None
) -> Summary:
    """Run the six phases and leave the report.

    Args:
        settings: the home's settings.
        end: a local date, exclusive; None: the params file's.
        days: local days; None: the params file's.
        stream: where progress goes; None: standard output.

    Raises:
        AlreadyRunningError: another night holds the database.
        StoreError: the database can't be used.
        ReportFolderError: the report folder can't be written; the run is recorded as failed.
    """
    began = time.monotonic()
    window = Window.of(settings, end=end, days=days)
    store = Store(settings.storage.database, settings.storage.memory_limit)
    with NightLock(store.path):
        _migrate_patiently(store)
        crashed = record.close_crashed(store)
        run_id = record.open_run(store, settings.params_file, window)
        with _closed_at_any_rate(store, settings, run_id):
            folder = prepare_night(settings.storage.reports / settings.home.slug, str(window.end_day))
            with night_log(folder / "run.log") as log:
                night = Night(settings, window, store, run_id, folder, log, secret_values(settings))
                _announce(night, crashed)
                return _work(night, began, stream, crashed)


@stamina.retry(on=StoreLockedError, timeout=LOCKED_PATIENCE, attempts=None, wait_initial=0.2, wait_max=1.0)
def _migrate_patiently(store: Store) -> None:
    migrate(store)


@contextmanager
def _closed_at_any_rate(store: Store, settings: Settings, run_id: str) -> Iterator[None]:
    """Close the run as failed, and tell Home Assistant, if the night ends by an error or an interruption."""
    try:
        yield
    except BaseException as error:
        happened = str(error) if isinstance(error, HomeintelError) else f"Interrupted: {type(error).__name__}."
        record.close_run(store, run_id, "failed", happened, points_read=None, events_kept=None)
        try:
            finishing.tell(store, settings, run_id)
        except HomeintelError as untold:
            error.add_note(str(untold))
        raise


def _announce(night: Night, crashed: list[str]) -> None:
    night.log.info("run %s, homeintel looks at %s to %s", night.run_id, night.window.first_day, night.window.end_day)
    for run_id in crashed:
        night.log.warning("an earlier run %s was found unfinished and closed as failed", run_id)


def _work(night: Night, began: float, stream: TextIO | None, crashed: list[str]) -> Summary:
    sources = notebook_folder()
    progress = progress_for(stream, sum(finishing.code_cells(sources / spec.notebook) for spec in SPECS))
    plotly_js = f"../assets/{plotly_asset(night.home_folder)}"
    with (
        MemorySampler() as memory,
        PageWorker(night.folder, plotly_js, night.secrets) as pages,
        Kernels() as kernels,
    ):
        kernels.prepare()
        for spec in SPECS:
            _one_phase(night, spec, sources, progress, memory, kernels)
            if (night.folder / "notebooks" / spec.notebook).exists():
                night.pages[spec.name] = pages.add(night.folder / "notebooks" / spec.notebook)
        progress.close()
        summary = summarise(
            night.store,
            night.run_id,
            night.window,
            night.executions,
            seconds=time.monotonic() - began,
            peak_memory_mb=memory.highest,
            report=night.home_folder / str(night.window.end_day),
            problems=pages.problems(),
            notices=tuple(f"The unfinished run {run_id} was closed as failed." for run_id in crashed),
        )
    return finishing.finish_night(night, summary)


def _one_phase(
    night: Night, spec: PhaseSpec, sources: Path, progress: Progress, memory: MemorySampler, kernels: Kernels
) -> None:
    progress.begin(spec.name)
    night.log.info("%s: started", spec.name)
    started_at = datetime.now(UTC)
    memory.take_peak()
    execution = _execute(night, spec, sources, progress, kernels)
    night.executions[spec.name] = execution
    night.peaks[spec.name] = memory.take_peak()
    record.record_phase(
        night.store, night.run_id, spec.name, execution, started_at=started_at, peak_memory_mb=night.peaks[spec.name]
    )
    night.log.info("%s", phase_line(spec.name, execution))
    progress.end(spec.name, execution)


def _execute(night: Night, spec: PhaseSpec, sources: Path, progress: Progress, kernels: Kernels) -> Execution:
    target = night.folder / "notebooks" / spec.notebook
    if spec.needs and not record.any_rows(night.store, spec.needs):
        return Execution(Outcome("skipped", 0, f"Nothing to work on: {spec.missing}."), 0.0, target)
    parameters: dict[str, str | int] = {
        "params_file": str(night.settings.params_file),
        "run_id": night.run_id,
        "window_end": str(night.window.end_day),
        "window_days": night.window.days,
    }
    try:
        return execute_phase(
            sources / spec.notebook,
            target,
            parameters,
            limit_seconds=night.settings.night.phase_minutes * 60,
            on_cell=_after_each_cell(sources / spec.notebook, spec, progress, kernels),
            kernels=kernels,
            secrets=night.secrets,
        )
    except HomeintelError as error:
        return Execution(Outcome("failed", 0, redact(str(error), night.secrets)), 0.0, target)


def _after_each_cell(notebook: Path, spec: PhaseSpec, progress: Progress, kernels: Kernels) -> Callable[[], None]:
    """Return what is called after each cell: after a third of a notebook the next phase's kernel is started.

    Not earlier: the first cells load and analyse, and take the most memory.
    """
    done = itertools.count(1)
    third = finishing.code_cells(notebook) // 3

    def cell() -> None:
        progress.cell()
        if next(done) == third and spec is not SPECS[-1]:
            kernels.prepare()

    return cell
