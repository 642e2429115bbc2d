"""Starts kernels: the next phase's while the present one shows its charts, so that a second core is not idle."""

import asyncio
import os
import sys
import tempfile
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from jupyter_client.manager import AsyncKernelManager
from traitlets.config import Config


@dataclass(frozen=True)
class StartedKernel:
    """A kernel's process, and the short folder its sockets, its IPython profile and its stray words lie in."""

    manager: AsyncKernelManager
    work: "tempfile.TemporaryDirectory[str]"

    @property
    def words(self) -> Path:
        """What it writes past its notebook: a native crash, a complaint at its end."""
        return Path(self.work.name) / "words"

    def close(self) -> None:
        """End it, if it has not ended, and remove the folder."""
        process = getattr(self.manager.provisioner, "process", None)
        if process is not None and process.poll() is None:
            process.kill()
            process.wait()
        self.manager.cleanup_connection_file()
        self.work.cleanup()


class Kernels:
    """Hands out one kernel a phase, started before it is needed where there was time for it."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="kernel")
        self._next: Future[StartedKernel] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._next is not None and self._next.exception() is None:
            self._next.result().close()
        self._pool.shutdown()

    def prepare(self) -> None:
        """Start a kernel in the background, unless one waits already."""
        if self._next is None:
            self._next = self._pool.submit(start_kernel)

    def take(self) -> StartedKernel:
        """Return the kernel that waits, or start one; the caller closes it."""
        self.prepare()
        assert self._next is not None
        future, self._next = self._next, None
        return future.result()


def start_kernel() -> StartedKernel:
    """Start a kernel of this Python; it is ready when a client has heard from it."""
    # A socket's path may have 103 characters at most on macOS: the system's folder of temporary files is short.
    work = tempfile.TemporaryDirectory(prefix="hi-", ignore_cleanup_errors=True)
    manager = AsyncKernelManager(kernel_name="python3", config=_config(Path(work.name)))
    started = StartedKernel(manager, work)
    asyncio.run(_start(started))
    return started


async def _start(kernel: StartedKernel) -> None:
    with kernel.words.open("wb") as sink:
        await kernel.manager.start_kernel(
            env=_environment(Path(kernel.work.name)),
            extra_arguments=["--HistoryManager.enabled=False"],
            stdout=sink,
            stderr=sink,
        )


def _config(work: Path) -> Config:
    """Unix sockets in a folder of our own (TCP would be open to every user of the machine), and this Python."""
    config = Config()
    config.KernelManager.transport = "ipc"
    config.KernelManager.ip = str(work / "k")
    # A kernel of the same name in the user's home would shadow this environment's.
    config.KernelSpecManager.kernel_dirs = []
    return config


def _environment(work: Path) -> dict[str, str]:
    """The user's IPython profile must not change a result, nor a frozen-modules warning stand in the record."""
    return {
        **os.environ,
        "IPYTHONDIR": str(work / "ipython"),
        "PYTHONHASHSEED": "0",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
    }
