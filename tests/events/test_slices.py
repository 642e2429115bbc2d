"""How much time the next request asks for."""

from datetime import timedelta

from homeintel.events.slices import SHORTEST_SLICE, Slices

DAY, MOST = timedelta(days=1), 150_000


def widths(rows_a_day: int, longest: timedelta = 31 * DAY) -> list[float]:
    """The widths of five slices of a home, in days."""
    slices, seen = Slices(longest), []
    for _ in range(5):
        seen.append(round(slices.width / DAY, 2))
        slices.held(int(rows_a_day * (slices.width / DAY)), slices.width, MOST)
    return seen


def test_as_much_is_asked_for_as_fits() -> None:
    assert widths(33_000) == [1, 2, 4, 4.09, 4.09]
    assert widths(100_000) == [1, 1.35, 1.35, 1.35, 1.35]
    assert widths(200_000) == [1, 1, 1, 1, 1]
    assert widths(0) == [1, 2, 4, 8, 16]
    assert widths(0, longest=3 * DAY) == [1, 2, 3, 3, 3]


def test_what_held_too_much_is_halved_and_grows_with_care() -> None:
    slices = Slices(31 * DAY)
    slices.too_much(DAY)
    assert slices.width == DAY / 2
    slices.held(60_000, DAY / 2, MOST)
    assert slices.width == DAY / 2, "more than a third of what it may hold"
    slices.held(30_000, DAY / 2, MOST)
    assert slices.width == DAY / 2 * 50 / 30
    slices.too_much(SHORTEST_SLICE)
    assert slices.width == SHORTEST_SLICE
