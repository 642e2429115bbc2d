"""Runs one notebook in a kernel of its own, through papermill, with a time limit for the whole of it."""

import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines
from papermill.iorw import write_ipynb
from papermill.log import logger as papermill_log

from homeintel.nightly.kernels import StartedKernel

ENGINE = "homeintel"
START_SECONDS = 120
"""A kernel on a busy small machine may take a while to answer first."""


class TimeLimit:
    """Ends a kernel that is still at work after `seconds`; nbclient then reports a dead kernel.

    A limit a cell, which is all papermill offers, would let a notebook of twenty cells run twenty times as long.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.reached = False
        self._timer: threading.Timer | None = None

    def start(self, client: PapermillNotebookClient) -> None:
        """Begin to count."""
        self._timer = threading.Timer(self.seconds, self._end, [client])
        self._timer.daemon = True
        self._timer.start()

    def stop(self) -> None:
        """Stop counting."""
        if self._timer is not None:
            self._timer.cancel()

    def _end(self, client: PapermillNotebookClient) -> None:
        self.reached = True
        process = getattr(getattr(client.km, "provisioner", None), "process", None)
        if process is not None:
            os.kill(process.pid, signal.SIGKILL)


class NightEngine(NBClientEngine):  # type: ignore[misc]  # papermill ships no types
    """papermill's engine with our kernel, our limit, and a word after each cell."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,  # noqa: ANN401 - papermill's NotebookExecutionManager has no types
        kernel_name: str,
        *,
        limit: TimeLimit,
        kernel: StartedKernel,
        target: Path,
        on_cell: Callable[[], None],
        **_unused: object,
    ) -> None:
        """Execute the cells; papermill's manager keeps the record.

        Raises:
            DeadKernelError: the kernel ended before its last cell.
        """
        client = PapermillNotebookClient(
            nb_man,
            km=kernel.manager,
            kernel_name=kernel_name,
            log=papermill_log,
            startup_timeout=START_SECONDS,
            # A phase's kernel has closed its connection by then; a polite farewell costs half a second each.
            shutdown_kernel="immediate",
            on_cell_complete=lambda **_cell: on_cell(),
        )
        limit.start(client)
        try:
            client.execute(cleanup_kc=True)
        except (DeadKernelError, CellTimeoutError, RuntimeError) as error:
            write_ipynb(nb_man.nb, str(target))  # papermill itself writes only what ended by an error in a cell
            if not limit.reached:
                raise
            raise DeadKernelError("The kernel was ended at its time limit.") from error
        finally:
            limit.stop()


papermill_engines.register(ENGINE, NightEngine)
