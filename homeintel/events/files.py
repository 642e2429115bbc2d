"""Parquet and CSV files with ts, entity_id, state and optionally attributes (JSON) and contexts; read in one pass."""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa

from homeintel.errors import SourceRefusedError, SourceUnavailableError
from homeintel.events.load import UTC_DAY
from homeintel.events.source import ROWS_A_PIECE, Batch, Found
from homeintel.events.tables import OPTIONAL, as_states
from homeintel.settings import FilesSettings

ROWS_A_BATCH = 100_000

_NEEDED = ("ts", "entity_id", "state")


class FilesSource:
    """Files, read once into a temporary database from which days are cut.

    Args:
        settings: which files.
        root: where relative globs start.
        memory_limit: what the temporary database may take.
    """

    name = "files"

    def __init__(self, settings: FilesSettings, root: Path, memory_limit: str) -> None:
        self._paths = sorted({path for pattern in settings.paths for path in _matches(pattern, root)})
        self._patterns = settings.paths
        self._memory_limit = memory_limit
        self._folder: Path | None = None
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._columns: frozenset[str] = frozenset()

    @property
    def identity(self) -> str:
        """The files as they are now: a file that grew or changed is read again."""
        stats = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in self._paths]
        return f"files:{hashlib.sha256(repr(stats).encode()).hexdigest()[:16]}"

    @property
    def knows_context(self) -> bool:
        """Whether the files have a column of contexts."""
        return bool(self._columns & {"context_user_id", "context_parent_id"})

    def discover(self) -> Found:
        """Read the files.

        Raises:
            SourceRefusedError: no file, a needed column is missing, a file is broken.
        """
        if not self._paths:
            raise SourceRefusedError(
                f"No file matches {', '.join(self._patterns)}.", next_step="Check events.paths in the params file."
            )
        connection = self._stage()
        rows, newest, early, late = connection.execute(
            """SELECT count(*), max(ts) FILTER (WHERE ts <= now()), count(*) FILTER (WHERE ts < TIMESTAMPTZ '2000-01-01'),
            count(*) FILTER (WHERE ts > now() + INTERVAL '1 day') FROM staged"""
        ).fetchall()[0]
        refused = {reason: count for reason, count in (("before 2000", early), ("future", late)) if count}
        columns = ", ".join(sorted(self._columns))
        sentence = f"{len(self._paths)} files, {rows:,} rows with {columns}"
        ends = newest + timedelta(microseconds=1) if newest else None
        return Found([sentence], newest=newest, refused=refused, ends=ends)

    def pieces(self, days: Sequence[date], usual: int) -> Iterator[list[date]]:  # noqa: ARG002 - the contract's
        """Days together as long as they hold few rows."""
        counts = dict(self._stage().execute(f"SELECT {UTC_DAY}, count(*) FROM staged GROUP BY 1").fetchall())
        piece: list[date] = []
        rows = 0
        for day in days:
            if piece and rows + counts.get(day, 0) > ROWS_A_PIECE:
                yield piece
                piece, rows = [], 0
            piece.append(day)
            rows += counts.get(day, 0)
        if piece:
            yield piece

    def read(self, start: datetime, end: datetime) -> Iterator[Batch]:
        """Yield the window's rows in batches of at most 100,000."""
        rows = self._stage().sql("SELECT * FROM staged WHERE ts >= ? AND ts < ?", params=[start, end])
        reader: pa.RecordBatchReader = rows.to_arrow_reader(ROWS_A_BATCH)
        for batch in reader:
            yield Batch("states", as_states(pa.Table.from_batches([batch])))

    def count(self, start: datetime, end: datetime) -> None:
        """Files that changed are another history."""

    def close(self) -> None:
        """Remove the temporary database."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _stage(self) -> duckdb.DuckDBPyConnection:
        if self._connection is None:
            self._folder = Path(tempfile.mkdtemp(prefix="homeintel-files-"))
            config: dict[str, str | bool | int | float | list[str]] = {
                "memory_limit": self._memory_limit,
                "autoinstall_known_extensions": "false",
            }
            connection = duckdb.connect(str(self._folder / "staged.duckdb"), config=config)
            connection.execute("SET TimeZone = 'UTC'")
            for path in self._paths:
                self._stage_file(connection, path)
            self._connection = connection
        return self._connection

    def _stage_file(self, connection: duckdb.DuckDBPyConnection, path: Path) -> None:
        reader = (
            "read_parquet(?)"
            if path.suffix.lower() in {".parquet", ".pq"}
            else "read_csv(?, header = true, all_varchar = true, nullstr = [''])"
        )
        try:
            found = {row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM {reader}", [str(path)]).fetchall()}
            missing = [name for name in _NEEDED if name not in found]
            if missing:
                raise SourceRefusedError(
                    f"{path} has no column {' or '.join(missing)}; it has {', '.join(sorted(found))}.",
                    next_step="Name columns ts, entity_id and state; see the documentation of events.source: files.",
                )
            columns = [f"CAST({name} AS {'TIMESTAMPTZ' if name == 'ts' else 'VARCHAR'}) AS {name}" for name in _NEEDED]
            columns += [f"CAST({name if name in found else 'NULL'} AS VARCHAR) AS {name}" for name in OPTIONAL]
            connection.execute(
                f"""CREATE TABLE IF NOT EXISTS staged (ts TIMESTAMPTZ, entity_id VARCHAR, state VARCHAR,
                {", ".join(f"{name} VARCHAR" for name in OPTIONAL)})"""
            )
            connection.execute(f"INSERT INTO staged SELECT {', '.join(columns)} FROM {reader}", [str(path)])
        except duckdb.OperationalError as error:
            raise SourceUnavailableError(
                f"{path} can't be read: {_first_line(error)}", next_step="Check the disk's room and the file's rights."
            ) from error
        except duckdb.Error as error:
            raise SourceRefusedError(
                f"{path} is not what events.source: files expects: {_first_line(error)}",
                next_step="Times are ISO 8601 with an offset, or UTC; other columns are text.",
            ) from error
        self._columns |= found & {*_NEEDED, *OPTIONAL}


def _matches(pattern: str, root: Path) -> list[Path]:
    path = root / Path(pattern).expanduser()
    return [match for match in Path(path.anchor).glob(str(path.relative_to(path.anchor))) if match.is_file()]


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:300]
