"""Parquet and CSV files."""

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from homeintel.errors import SourceRefusedError
from homeintel.events.files import FilesSource
from homeintel.events.phase import run
from homeintel.events.source import ROWS_A_PIECE
from homeintel.settings import FilesSettings
from tests.events.histories import night, write_csv
from tests.events.homes import phase_of, rows

ON = ("2026-11-06T10:00:00+00:00", "light.hall", "on")
OFF = ("2026-11-07T10:00:00+00:00", "light.hall", "off")


def test_csv_and_parquet_are_one_history(tmp_path: Path) -> None:
    write_csv(tmp_path / "a.csv", [ON])
    table = pa.table(
        {
            "ts": pa.array([datetime(2026, 11, 7, 10)], pa.timestamp("ns", tz="UTC")),  # noqa: DTZ001 - UTC by its type
            "entity_id": ["light.hall"],
            "state": ["off"],
            "context_user_id": ["u1"],
        }
    )
    pq.write_table(table, tmp_path / "b.parquet")
    phase = phase_of(tmp_path, {"source": "files", "paths": ["*.csv", "*.parquet", "a.csv"]})
    assert run(phase).figures["points_read"] == 2
    assert rows(phase.store, "SELECT state, cause FROM events ORDER BY ts") == [("on", "unknown"), ("off", "person")]


def test_a_time_without_an_offset_is_utc(tmp_path: Path) -> None:
    phase, _ = night(tmp_path, [("2026-11-06 10:00:00", "light.hall", "on")], timezone="America/New_York")
    assert rows(phase.store, "SELECT ts FROM events") == [(datetime(2026, 11, 6, 10, tzinfo=UTC),)]


def test_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceRefusedError, match=r"No file matches nothing/\*\.csv"):
        run(phase_of(tmp_path, {"source": "files", "paths": ["nothing/*.csv"]}))


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("time,entity_id,state\n2026-11-06,light.hall,on\n")
    with pytest.raises(SourceRefusedError, match="has no column ts; it has entity_id, state, time"):
        run(phase_of(tmp_path, {"source": "files", "paths": ["a.csv"]}))


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.csv", b"ts,entity_id,state\nnot a time,light.hall,on\n"), ("a.parquet", b"PAR1 no parquet"), ("a.csv", b"")],
)
def test_a_broken_file_is_refused_and_named(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceRefusedError, match=name):
        run(phase_of(tmp_path, {"source": "files", "paths": [name]}))


def test_a_file_that_grew_is_read_again(tmp_path: Path) -> None:
    night(tmp_path, [ON])
    phase, outcome = night(tmp_path, [ON, OFF])
    assert outcome.figures["points_read"] == 2
    assert rows(phase.store, "SELECT state FROM events ORDER BY ts") == [("on",), ("off",)]
    _, again = night(tmp_path, [ON, OFF])
    assert again.figures["events_kept"] == 2


def test_pieces_hold_a_bounded_number_of_rows(tmp_path: Path) -> None:
    path = tmp_path / "many.parquet"
    count = ROWS_A_PIECE * 2
    start = datetime(2026, 11, 1, tzinfo=UTC).timestamp()
    seconds = [int((start + n * 6 * 86_400 / count) * 1_000_000) for n in range(count)]
    pq.write_table(
        pa.table(
            {
                "ts": pa.array(seconds).cast(pa.timestamp("us", tz="UTC")),
                "entity_id": ["light.a"] * count,
                "state": ["on"] * count,
            }
        ),
        path,
    )
    source = FilesSource(FilesSettings(source="files", paths=[str(path)]), tmp_path, "128MB")
    source.discover()
    days = [datetime(2026, 11, day, tzinfo=UTC).date() for day in range(1, 7)]
    assert [len(piece) for piece in source.pieces(days, 0)] == [3, 3]
    batches = list(source.read(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 4, tzinfo=UTC)))
    assert sum(len(batch.rows) for batch in batches) == ROWS_A_PIECE
    assert max(len(batch.rows) for batch in batches) <= 100_000 + 2048
    source.close()


def test_a_name_with_a_quote_is_only_a_name(tmp_path: Path) -> None:
    write_csv(tmp_path / "it's; DROP TABLE x.csv", [ON])
    phase = phase_of(tmp_path, {"source": "files", "paths": ["it's*.csv"]})
    assert run(phase).figures["events_kept"] == 1
