"""Days are read together only as far as what was read so far says that they fit."""

from datetime import UTC, date, datetime, timedelta

import pytest
from pydantic import SecretStr

from homeintel.events.commit import day_bounds
from homeintel.events.domains import ATTRIBUTES
from homeintel.events.influxdb1 import Influxdb1Source
from homeintel.events.reading import Arrived, Begun, Piece, Reading
from homeintel.events.source import ROWS_A_PIECE, Pieces, slice_end
from homeintel.settings import Influxdb1Settings
from tests import servers

DAYS = [date(2026, 11, 1) + timedelta(days=n) for n in range(20)]


def sizes(rows: dict[int, int], usual: int = 0) -> list[int]:
    """How many days each piece has, when day n holds `rows[n]`, the last entry standing for all later days."""
    pieces, found = Pieces(), []
    for piece in pieces.of(DAYS, usual):
        found.append(len(piece))
        for day in piece:
            number = DAYS.index(day)
            pieces.count(rows[max(key for key in rows if key <= number)], timedelta(days=1))
    return found


def test_a_large_home_is_read_day_by_day() -> None:
    assert sizes({0: 2 * ROWS_A_PIECE}) == [1] * 20


def test_a_small_home_is_read_in_ever_larger_pieces() -> None:
    assert sizes({0: 100}) == [1, 1, 3, 9, 6]


def test_a_history_that_begins_with_part_of_a_day_says_nothing_of_the_next() -> None:
    assert sizes({0: ROWS_A_PIECE // 12, 1: ROWS_A_PIECE}) == [1] * 20


def test_what_is_stored_says_how_much_fits() -> None:
    assert sizes({0: ROWS_A_PIECE // 4}, usual=ROWS_A_PIECE // 4) == [4, 4, 4, 4, 4]


def test_empty_days_before_a_history_say_nothing_of_it() -> None:
    assert sizes({0: 0, 9: ROWS_A_PIECE // 12, 10: ROWS_A_PIECE}) == [1] * 20
    assert sizes({0: 0, 15: 100}) == [1] * 17 + [3]


def test_a_slice_ends_at_a_midnight_it_would_reach_over() -> None:
    six, day = datetime(2026, 11, 1, 18, tzinfo=UTC), timedelta(days=1)
    assert slice_end(six, day, six + 9 * day) == datetime(2026, 11, 2, tzinfo=UTC)
    assert slice_end(six, day / 8, six + 9 * day) == six + day / 8
    assert slice_end(six - day / 4 * 3, 4 * day, six + 9 * day) == datetime(2026, 11, 5, tzinfo=UTC)
    assert slice_end(six, 9 * day, six + day / 8) == six + day / 8


def test_a_home_that_suddenly_writes_more_is_cut_between_days(
    influx: servers.Influxdb1, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten empty days, six with a few points, eight that fill a piece each, against a real server."""
    for module in ("source", "reading"):
        monkeypatch.setattr(f"homeintel.events.{module}.ROWS_A_PIECE", 1000)
    monkeypatch.setattr("homeintel.events.influxql_source.MOST_ROWS", 1000)
    influx.query("CREATE DATABASE growing_home")
    days = [date(2026, 10, 1) + timedelta(days=n) for n in range(24)]
    for number, day in enumerate(days):
        count = 0 if number < 10 else 4 if number < 16 else 700
        start = int(day_bounds(day)[0].timestamp())
        lines = [f'state,domain=light,entity_id=l{n % 3} state="{n}" {(start + n * 120) * 10**9}' for n in range(count)]
        influx.write("growing_home", "\n".join(lines).encode())
    settings = Influxdb1Settings(
        source="influxdb1",
        url=influx.url,
        database="growing_home",
        username=influx.username,
        password=SecretStr(influx.password),
    )
    source = Influxdb1Source(settings, ATTRIBUTES)
    source.discover()
    until = day_bounds(days[-1])[1]
    found, points = [], 0
    for item in Reading([source]).of(Piece.of(some, until) for some in source.pieces(days, 0)):
        if isinstance(item, Begun):
            points = 0
        elif isinstance(item, Arrived):
            points += len(item.batch.rows)
        else:
            found.append((len(item.piece.days), points))
    source.close()
    assert sum(size for size, _ in found) == len(days)
    assert sum(count for _, count in found) == 6 * 4 + 8 * 700
    assert max(count for _, count in found) < 1000 + 700  # a piece is full when a day more than fits was read
    assert max(size for size, _ in found) > 1
