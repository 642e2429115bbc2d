"""One night at a time per database: an advisory lock on a file beside it, released by the system if a night is killed."""

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from homeintel.errors import AlreadyRunningError, StoreUnwritableError


class NightLock:
    """Held while a night, or another command that writes, is at work. `flock(1)` is not needed (macOS has none).

    Args:
        database: the store's path; the lock file is `<database>.lock` and stays.
    """

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(database.name + ".lock")
        self._descriptor: int | None = None

    def __enter__(self) -> Self:
        """Take the lock.

        Raises:
            AlreadyRunningError: another process holds it; its process id is in the message.
            StoreUnwritableError: the folder can't be written.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise StoreUnwritableError(
                f"The lock file {self._path} can't be made: {error.strerror}.",
                next_step="Check that the database's folder can be written.",
            ) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(descriptor)
            raise AlreadyRunningError(
                f"A night is already running on this database (process {holder}).",
                kept="Nothing was changed.",
                next_step="Wait until it has ended.",
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        self._descriptor = descriptor
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._descriptor is not None
        os.ftruncate(self._descriptor, 0)
        os.close(self._descriptor)
        self._descriptor = None
