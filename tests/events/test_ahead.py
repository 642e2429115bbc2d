"""What is read ahead arrives in order, within bounds, with its error, and stops when nobody listens."""

import threading
import time
from collections.abc import Iterator

import pytest

from homeintel.events.ahead import read_ahead


def counted(count: int, read: list[int]) -> Iterator[int]:
    for number in range(count):
        read.append(number)
        yield number


def test_all_items_come_in_order() -> None:
    assert list(read_ahead(counted(1000, []), size=lambda _: 1, most=3)) == list(range(1000))


def test_no_more_is_read_ahead_than_there_is_room_for() -> None:
    read: list[int] = []
    items = read_ahead(counted(100, read), size=lambda _: 10, most=30)
    for expected in range(100):
        assert next(items) == expected
        time.sleep(0.002)
        assert len(read) <= expected + 1 + 3 + 1  # given, waiting, and the one there is no room for


def test_an_item_larger_than_the_room_passes_alone() -> None:
    assert list(read_ahead(iter([5, 500, 5]), size=lambda item: item, most=10)) == [5, 500, 5]


def test_an_error_comes_after_what_was_read_before_it() -> None:
    def failing() -> Iterator[int]:
        yield 1
        msg = "gone"
        raise ConnectionError(msg)

    items = read_ahead(failing(), size=lambda _: 1, most=10)
    assert next(items) == 1
    with pytest.raises(ConnectionError, match="gone"):
        next(items)


def test_the_thread_ends_when_the_caller_stops() -> None:
    read: list[int] = []
    items = read_ahead(counted(10**9, read), size=lambda _: 1, most=2)
    next(items)
    items.close()  # type: ignore[attr-defined]
    assert "events-reader" not in {thread.name for thread in threading.enumerate()}
    assert len(read) < 10
