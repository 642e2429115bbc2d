"""Days are read together only as far as what was read so far says that they fit."""

from datetime import date, timedelta

from homeintel.events.source import ROWS_A_PIECE, Pieces

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
