"""A silence of the whole home is one gap, in whatever order its days were fetched."""

from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest

from homeintel.errors import SourceRefusedError
from homeintel.events.phase import run
from homeintel.store import Store
from tests import servers
from tests.events.histories import write_csv
from tests.events.homes import PASSWORD, influx_events, phase_of, rows

STORED = "SELECT entity_id, started_at, ended_at, reason FROM gaps ORDER BY started_at"


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def every_minute(start: datetime, end: datetime) -> list[datetime]:
    return [start + timedelta(minutes=n) for n in range(int((end - start) / timedelta(minutes=1)) + 1)]


def fetch(folder: Path, first: int, days: int = 1, **events: object) -> list[tuple[object, ...]]:
    """Fetch days of November and return all stored gaps."""
    settings = events or {"source": "files", "paths": [str(folder / "*.csv")]}
    phase = phase_of(folder, settings, end=date(2026, 11, first + days), days=days, timezone="UTC")
    run(phase)
    return rows(phase.store, STORED)


def history(folder: Path, *spans: tuple[datetime, datetime]) -> None:
    beats = [moment for span in spans for moment in every_minute(*span)]
    write_csv(folder / "history.csv", [(beat.isoformat(), "light.beat", f"effect {n}") for n, beat in enumerate(beats)])


@pytest.mark.parametrize("order", list(permutations([5, 6, 7])))
def test_a_silent_day_fetched_alone_is_noticed(order: tuple[int, ...], tmp_path: Path) -> None:
    history(tmp_path, (at(5, 0), at(5, 22)), (at(7, 3), at(7, 23, 59)))
    for day in order:
        # A night whose UTC days hold nothing yet says so, and stores the silence.
        empty = day == 6 and order.index(6) < order.index(7)
        with pytest.raises(SourceRefusedError, match="Nothing was found") if empty else nullcontext():
            fetch(tmp_path, day)
    assert rows(Store(tmp_path / "home.duckdb"), STORED) == [(None, at(5, 22), at(7, 3), "no_data")]


@pytest.mark.parametrize("order", [(5, 6), (6, 5)])
def test_a_short_silence_over_midnight_is_noticed(order: tuple[int, ...], tmp_path: Path) -> None:
    history(tmp_path, (at(5, 0), at(5, 23, 45)), (at(6, 0, 20), at(6, 23, 59)))
    found = [fetch(tmp_path, day) for day in order][-1]
    assert found == [(None, at(5, 23, 45), at(6, 0, 20), "no_data")]


def test_what_was_never_read_is_no_silence(tmp_path: Path) -> None:
    history(tmp_path, (at(4, 0), at(7, 23, 59)))
    fetch(tmp_path, 4)
    assert fetch(tmp_path, 7) == []


def test_a_silence_that_late_points_fill_is_none(
    influx: servers.Influxdb1, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOMEINTEL_EVENTS_PASSWORD", influx.password or PASSWORD)
    database = "late_beats"
    influx.query(f"CREATE DATABASE {database}")

    def write(beats: list[datetime]) -> None:
        lines = [
            f'state,domain=light,entity_id=beat state="{beat:%H:%M}" {int(beat.timestamp()) * 10**9}' for beat in beats
        ]
        influx.write(database, "\n".join(lines).encode())

    settings = influx_events(influx, database)
    write([*every_minute(at(5, 0), at(5, 23, 20)), *every_minute(at(6, 0, 20), at(6, 23, 59))])
    assert fetch(tmp_path, 5, 2, **settings) == [(None, at(5, 23, 20), at(6, 0, 20), "no_data")]

    write(every_minute(at(5, 23, 20), at(5, 23, 55)))
    phase = phase_of(tmp_path, settings, end=date(2026, 11, 6), days=1, timezone="UTC")
    with phase.store.connect() as connection:
        connection.execute("UPDATE event_days SET cleaning_version = 0 WHERE day = DATE '2026-11-05'")
    outcome = run(phase)
    assert outcome.figures["days_fetched"] == 1
    assert rows(phase.store, STORED) == []


@pytest.mark.parametrize("order", [(5, 6), (6, 5)])
def test_an_entity_away_over_midnight_is_so_until_it_is_back(order: tuple[int, ...], tmp_path: Path) -> None:
    beats = [
        (moment.isoformat(), "light.beat", f"effect {moment:%H:%M}") for moment in every_minute(at(5, 0), at(6, 23))
    ]
    away = [
        (at(5, 8), "light.attic", "on"),
        (at(5, 20), "light.attic", "unavailable"),
        (at(6, 9), "light.attic", "on"),
        (at(6, 22), "light.attic", "off"),
    ]
    write_csv(tmp_path / "history.csv", [*beats, *[(when.isoformat(), *what) for when, *what in away]])
    found = [fetch(tmp_path, day) for day in order][-1]
    assert found == [("light.attic", at(5, 20), at(6, 9), "unavailable")]

    with Store(tmp_path / "home.duckdb").connect() as connection:  # the first day again, after the second
        connection.execute("UPDATE event_days SET cleaning_version = 0 WHERE day = DATE '2026-11-05'")
    assert fetch(tmp_path, 5) == found
