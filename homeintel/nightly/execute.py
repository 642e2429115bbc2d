"""Executes one phase's notebook and says how it ended. papermill's own metadata is not trusted for that."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError
from papermill.execute import execute_notebook
from papermill.inspection import inspect_notebook

from homeintel import errors
from homeintel.errors import HomeintelError, KernelDiedError, NightError, PhaseTimeoutError
from homeintel.mime import OUTCOME_MIME
from homeintel.nightly.banner import put_banner
from homeintel.nightly.kernel import ENGINE, TimeLimit
from homeintel.nightly.kernels import Kernels, StartedKernel, start_kernel
from homeintel.nightly.redact import redact
from homeintel.phase import Outcome

OUR_ERRORS = frozenset(
    name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, HomeintelError)
)


@dataclass(frozen=True)
class Execution:
    """How one notebook ended.

    Args:
        outcome: what its last cell said, or a failure with its reason.
        seconds: from the kernel's start to its end.
        notebook: the executed notebook; it exists in every case.
    """

    outcome: Outcome
    seconds: float
    notebook: Path


def execute_phase(
    source: Path,
    target: Path,
    parameters: Mapping[str, str | int],
    *,
    limit_seconds: float,
    on_cell: Callable[[], None] = lambda: None,
    secrets: tuple[str, ...] = (),
    kernels: Kernels | None = None,
) -> Execution:
    """Execute `source` with `parameters` into `target`; an error inside is an outcome, not an exception.

    Raises:
        NightError: the notebook does not know one of the parameters, or can't be read.
    """
    refuse_unknown_parameters(source, parameters)
    logging.getLogger("papermill").setLevel(logging.ERROR)
    began = time.monotonic()
    limit = TimeLimit(limit_seconds)
    kernel = kernels.take() if kernels else start_kernel()
    try:
        outcome = _outcome_of(_execute(source, target, parameters, limit, on_cell, kernel))
    except (PapermillExecutionError, CellTimeoutError, DeadKernelError, RuntimeError) as error:
        outcome = _failure(error, limit, secrets)
    finally:
        _keep_words(kernel, target, secrets)
        kernel.close()
    seconds = time.monotonic() - began
    _hide_secrets(target, secrets)
    if outcome.status == "failed":
        put_banner(source, target, outcome.reason)
    return Execution(outcome, seconds, target)


def refuse_unknown_parameters(source: Path, parameters: Mapping[str, object]) -> None:
    """Raise where papermill would only warn.

    Raises:
        NightError: a parameter is not declared in the notebook's `parameters` cell.
    """
    known = set(inspect_notebook(_no_placeholders(source)))
    unknown = sorted(set(parameters) - known)
    if unknown:
        raise NightError(
            f"{source.name} does not know the parameter {', '.join(unknown)}.",
            kept="It was not run.",
            next_step=f"It knows {', '.join(sorted(known))}.",
        )


def _execute(
    source: Path,
    target: Path,
    parameters: Mapping[str, str | int],
    limit: TimeLimit,
    on_cell: Callable[[], None],
    kernel: StartedKernel,
) -> NotebookNode:
    executed: NotebookNode = execute_notebook(
        _no_placeholders(source),
        _no_placeholders(target),
        parameters=dict(parameters),
        engine_name=ENGINE,
        kernel_name="python3",
        progress_bar=False,
        # papermill would write the whole notebook twice a cell: 300 times a night, a third of the night's time.
        request_save_on_cell_execute=False,
        cwd=str(source.parent),
        limit=limit,
        kernel=kernel,
        target=target,
        on_cell=on_cell,
    )
    return executed


def _no_placeholders(path: Path) -> str:
    """Papermill formats paths with `str.format`; a brace in a folder's name is only a brace."""
    return str(path).replace("{", "{{").replace("}", "}}")


def _outcome_of(notebook: NotebookNode) -> Outcome:
    """Return what the notebook's last outcome output says; none at all (a `sys.exit`, say) is a failure."""
    found = [
        output["data"][OUTCOME_MIME]
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if OUTCOME_MIME in output.get("data", {})
    ]
    if not found:
        return Outcome("failed", 0, "The notebook ended without a result.")
    last = found[-1]
    return Outcome(last["status"], int(last["rows_written"]), str(last["reason"]), dict(last["figures"]))


def _failure(error: Exception, limit: TimeLimit, secrets: tuple[str, ...]) -> Outcome:
    if limit.reached:
        ours: HomeintelError = PhaseTimeoutError(
            f"The phase was stopped after its time limit of {limit.seconds:g} seconds.",
            kept="What it had committed is kept.",
            next_step="Raise night.phase_minutes, or look at the last cell that ran.",
        )
    elif isinstance(error, DeadKernelError):
        ours = KernelDiedError(
            "The notebook's kernel ended before its last cell.",
            kept="What it had committed is kept.",
            next_step="Most often memory ran out: lower storage.memory_limit or free some.",
        )
    elif isinstance(error, PapermillExecutionError):
        text = error.evalue if error.ename in OUR_ERRORS else f"Unexpected {error.ename}: {error.evalue}"
        return Outcome("failed", 0, redact(text, secrets))
    else:
        ours = NightError(f"The notebook could not be executed: {type(error).__name__}: {error}")
    return Outcome("failed", 0, redact(str(ours), secrets))


def _keep_words(kernel: StartedKernel, target: Path, secrets: tuple[str, ...]) -> None:
    """Put what the kernel wrote past its notebook beside it; most kernels write nothing."""
    words = kernel.words.read_text(encoding="utf-8", errors="replace")
    if words:
        target.with_suffix(".kernel.log").write_text(redact(words, secrets), encoding="utf-8")


def _hide_secrets(record: Path, secrets: tuple[str, ...]) -> None:
    """Replace secrets in the record; it should never find one, and rewrites the file only if it does."""
    if not record.exists():
        return
    text = record.read_text(encoding="utf-8")
    clean = redact(text, secrets)
    if clean != text:
        record.write_text(clean, encoding="utf-8")
