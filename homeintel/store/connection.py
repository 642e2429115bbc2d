"""Opens the DuckDB file for the length of one call, and turns DuckDB's errors into ours."""

import re
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from homeintel.errors import (
    StoreError,
    StoreLockedError,
    StoreNotADatabaseError,
    StoreUnwritableError,
    StoreVersionError,
)

# DuckDB's own `.df()` triggers this for every column of times; it would stand in each notebook.
warnings.filterwarnings("ignore", message="The inplace keyword in DataFrame.drop is deprecated")

_LIMIT = re.compile(r"(\d+(?:\.\d+)?)\s?(MB|GB|MiB|GiB)")
_UNITS_MB = {"MB": 1.0, "GB": 1000.0, "MiB": 2**20 / 1e6, "GiB": 2**30 / 1e6}
_HOLDER = re.compile(r"held in (?P<program>.+?) \(PID (?P<pid>\d+)\)")


@dataclass(frozen=True)
class Store:
    """One home's database.

    A connection lives inside one `with` block only: DuckDB lets no other process in while one holds the file.

    Args:
        path: the DuckDB file; made, with its folder, by `migrate`.
        memory_limit: what DuckDB may take in this process, such as `192MB`.
        read_only: every connection only reads; many processes may then hold the file at once.
    """

    path: Path
    memory_limit: str = "192MB"
    read_only: bool = False

    @contextmanager
    def connect(self, *, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
        """Yield a connection whose session is in UTC, and close it.

        Raises:
            StoreLockedError: another process holds the file.
            StoreNotADatabaseError: the file is not a DuckDB database.
            StoreVersionError: the file's format is newer than this DuckDB.
            StoreUnwritableError: the folder or the disk refuses.
            StoreError: the database refused while it was used (a full disk, out of memory).
        """
        connection = self._open(read_only=read_only or self.read_only)
        try:
            yield connection
        except (
            duckdb.IOException,
            duckdb.OutOfMemoryException,
            duckdb.FatalException,
            duckdb.TransactionException,  # a commit that finds the disk full
        ) as error:
            raise self._in_use_error(error) from error
        finally:
            connection.close()

    @contextmanager
    def transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Yield a connection inside one transaction: committed at the end, rolled back on any error.

        Raises:
            StoreError: as `connect`.
        """
        with self.connect() as connection, transaction(connection):
            yield connection

    def share(self, part: float) -> "Store":
        """Return the same store with a part of the memory (0 to 1), for work that holds much outside DuckDB."""
        return replace(self, memory_limit=memory_share(self.memory_limit, part))

    def _open(self, *, read_only: bool) -> duckdb.DuckDBPyConnection:
        # Extensions are never fetched: a night needs no network but the home's own.
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": self.memory_limit,
            "autoinstall_known_extensions": "false",
            # Who only reads may not be allowed to write beside the file.
            "temp_directory": f"{Path(tempfile.gettempdir()) / self.path.name if read_only else self.path}.tmp",
        }
        try:
            if not read_only:
                self.path.parent.mkdir(parents=True, exist_ok=True)
            connection = duckdb.connect(str(self.path), read_only=read_only, config=config)
        except OSError as error:
            raise self._unwritable(error) from error
        except duckdb.Error as error:
            raise self._open_error(error) from error
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET enable_progress_bar = false")  # else long queries write into notebooks and logs
        return connection

    def _open_error(self, error: duckdb.Error) -> StoreError:
        text = str(error)
        if "lock" in text.lower():
            holder = _HOLDER.search(text)
            who = f"process {holder['pid']} ({holder['program']})" if holder else "another process"
            return StoreLockedError(
                f"The database {self.path} is held by {who}.",
                kept="It was not touched.",
                next_step="Close that program, or open the copy beside it that ends in .read.duckdb.",
            )
        if "not a valid DuckDB database" in text or "Corrupt" in text:
            return StoreNotADatabaseError(
                f"{self.path} is not a DuckDB database.",
                kept="It was not touched.",
                next_step="Name another file in storage.database, or move this one away.",
            )
        if "version" in text.lower() and "newer" in text.lower():
            return StoreVersionError(
                f"{self.path} was written by a newer DuckDB.", kept="It was not touched.", next_step="Update homeintel."
            )
        return self._unwritable(error)

    def _unwritable(self, error: Exception) -> StoreUnwritableError:
        return StoreUnwritableError(
            f"The database {self.path} can't be opened: {_first_line(error)}",
            next_step="Check that its folder exists, can be written, and that the disk has room.",
        )

    def _in_use_error(self, error: duckdb.Error) -> StoreError:
        return StoreError(
            f"The database {self.path} refused: {_first_line(error)}",
            kept="What was committed before is kept; the rest was rolled back.",
            next_step="Check the disk's free room and storage.memory_limit, then run again.",
        )


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Commit what is done inside at the end, and roll it back on any error."""
    connection.begin()
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def memory_share(limit: str, part: float) -> str:
    """Return a part (0 to 1) of a memory limit such as `192MB`."""
    number, unit = _LIMIT.fullmatch(limit).groups()  # type: ignore[union-attr] # the settings let nothing else through
    return f"{float(number) * part:.0f}{unit}" if float(number) * part >= 1 else f"{float(number) * part:.3f}{unit}"


def megabytes(limit: str) -> float:
    """Return a memory limit such as `192MB` in MB of a million bytes."""
    number, unit = _LIMIT.fullmatch(limit).groups()  # type: ignore[union-attr] # the settings let nothing else through
    return float(number) * _UNITS_MB[unit]


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]
