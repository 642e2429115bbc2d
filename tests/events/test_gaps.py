"""When an entity, or the whole home, said nothing."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from homeintel.events.phase import run
from tests.events.histories import night, write_csv
from tests.events.homes import phase_of, rows


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def heartbeat(start: datetime, end: datetime) -> list[tuple[str, str, str]]:
    count = int((end - start) / timedelta(minutes=10))
    return [((start + n * timedelta(minutes=10)).isoformat(), "sensor.beat", str(n)) for n in range(count + 1)]


def test_a_gap_over_midnight_is_one_row(tmp_path: Path) -> None:
    history = [
        *heartbeat(at(6, 0), at(7, 22)),
        ("2026-11-06 22:00", "light.hall", "unavailable"),
        ("2026-11-07 03:00", "light.hall", "on"),
        ("2026-11-07 20:00", "light.attic", "unavailable"),
    ]
    phase, _ = night(tmp_path, history)
    found = rows(phase.store, "SELECT entity_id, started_at, ended_at FROM gaps ORDER BY started_at")
    assert found == [("light.hall", at(6, 22), at(7, 3)), ("light.attic", at(7, 20), None)]


def test_an_open_gap_is_closed_by_a_later_night(tmp_path: Path) -> None:
    history = [*heartbeat(at(5, 0), at(6, 22)), ("2026-11-06 20:00", "light.attic", "unavailable")]
    write_csv(tmp_path / "a.csv", history)
    events = {"source": "files", "paths": [str(tmp_path / "*.csv")]}
    phase = phase_of(tmp_path, events)
    run(phase)
    assert rows(phase.store, "SELECT started_at, ended_at FROM gaps") == [(at(6, 20), None)]

    write_csv(tmp_path / "b.csv", [*heartbeat(at(6, 22, 10), at(7, 20)), ("2026-11-07 09:00", "light.attic", "off")])
    run(phase_of(tmp_path, events))
    assert rows(phase.store, "SELECT started_at, ended_at FROM gaps") == [(at(6, 20), at(7, 9))]


def test_a_numeric_entity_comes_back_with_its_next_number(tmp_path: Path) -> None:
    history = [
        *heartbeat(at(6, 0), at(6, 12)),
        ("2026-11-06 10:01", "sensor.power", "unavailable"),
        ("2026-11-06 10:31", "sensor.power", "12"),
    ]
    phase, _ = night(tmp_path, history)
    assert rows(phase.store, "SELECT started_at, ended_at FROM gaps") == [(at(6, 10, 1), at(6, 10, 31))]


def test_a_silence_of_the_whole_home_is_a_gap(tmp_path: Path) -> None:
    history = [
        *[((at(6, 0) + timedelta(minutes=n)).isoformat(), "sensor.beat", str(n)) for n in range(600)],
        *[((at(6, 13) + timedelta(minutes=n)).isoformat(), "sensor.beat", str(n)) for n in range(120)],
    ]
    phase, _ = night(tmp_path, history)
    assert rows(phase.store, "SELECT entity_id, started_at, ended_at, reason FROM gaps") == [
        (None, at(6, 9, 59), at(6, 13), "no_data")
    ]


def test_a_quiet_home_has_no_gaps(tmp_path: Path) -> None:
    history = [((at(6, 0) + timedelta(minutes=25 * n)).isoformat(), "light.hall", str(n)) for n in range(50)]
    phase, _ = night(tmp_path, history)
    assert rows(phase.store, "SELECT * FROM gaps") == []
