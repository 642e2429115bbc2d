"""Reads ahead: the source is read in a thread of its own while what came before is cleaned."""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")

_ENDS_WITHIN = 1.0
"""Seconds a thread that nobody listens to any more is waited for; it ends with the item it is reading."""


class _Waiting(Generic[T]):
    """Items between two threads, at most so many by their size, but one of any size."""

    def __init__(self, size: Callable[[T], int], most: int) -> None:
        self._size = size
        self._most = most
        self._items: deque[T] = deque()
        self._held = 0
        self._turn = threading.Condition()
        self._ended = False
        self._stopped = False
        self._error: BaseException | None = None

    def put(self, item: T) -> bool:
        """Add an item when there is room; return False where nobody wants it any more."""
        size = self._size(item)
        with self._turn:
            self._turn.wait_for(lambda: self._stopped or self._held == 0 or self._held + size <= self._most)
            self._items.append(item)
            self._held += size
            self._turn.notify_all()
            return not self._stopped

    def end(self, error: BaseException | None) -> None:
        """Say that nothing follows, and why where it ends early."""
        with self._turn:
            self._ended, self._error = True, error
            self._turn.notify_all()

    def stop(self) -> None:
        """Say that nobody wants anything any more."""
        with self._turn:
            self._stopped = True
            self._items.clear()
            self._turn.notify_all()

    def __iter__(self) -> Iterator[T]:
        """Yield the items, then raise the error they ended with."""
        while True:
            with self._turn:
                self._turn.wait_for(lambda: self._items or self._ended)
                if not self._items:
                    break
                item = self._items.popleft()
                self._held -= self._size(item)
                self._turn.notify_all()
            yield item
        if self._error is not None:
            raise self._error


def read_ahead(items: Iterable[T], *, size: Callable[[T], int], most: int) -> Iterator[T]:
    """Yield the same items in the same order; an error of `items` is raised where it came.

    When the caller stops early, the thread ends with the item it is reading.

    Args:
        items: iterated over in the thread.
        size: what an item counts.
        most: what all waiting items count together at most; besides them one is being read, and one worked on.
    """
    waiting = _Waiting(size, most)
    thread = threading.Thread(target=_read, args=(items, waiting), name="events-reader", daemon=True)
    thread.start()
    try:
        yield from waiting
    finally:
        waiting.stop()
        thread.join(timeout=_ENDS_WITHIN)


def _read(items: Iterable[T], waiting: _Waiting[T]) -> None:
    error: BaseException | None = None
    try:
        for item in items:
            if not waiting.put(item):
                break
    except BaseException as raised:  # noqa: BLE001 - raised again where the items are used
        error = raised
    waiting.end(error)
