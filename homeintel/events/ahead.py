"""Reads ahead: the source is read in a thread of its own while what came before is cleaned."""

import threading
from collections.abc import Iterable, Iterator
from queue import Empty, Full, Queue
from typing import Generic, TypeVar

T = TypeVar("T")

HELD = 1
"""Items that wait; with the one being read and the one being worked on, three are in memory."""

_PATIENCE = 0.1


class _Ended(Generic[T]):
    """The last thing in the queue: the end, or why it came early."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


def read_ahead(items: Iterable[T]) -> Iterator[T]:
    """Yield the same items in the same order; an error of `items` is raised where it came.

    When the caller stops early, the thread ends with the item it is reading.
    """
    queue: Queue[T | _Ended[T]] = Queue(HELD)
    stop = threading.Event()
    thread = threading.Thread(target=_read, args=(items, queue, stop), name="events-reader", daemon=True)
    thread.start()
    try:
        while True:
            item = queue.get()
            if isinstance(item, _Ended):
                if item.error is not None:
                    raise item.error
                return
            yield item
    finally:
        stop.set()
        _emptied(queue)
        thread.join(timeout=10 * _PATIENCE)


def _read(items: Iterable[T], queue: "Queue[T | _Ended[T]]", stop: threading.Event) -> None:
    ended: _Ended[T] = _Ended(None)
    try:
        for item in items:
            if not _put(item, queue, stop):
                return
    except BaseException as error:  # noqa: BLE001 - raised again where the items are used
        ended = _Ended(error)
    _put(ended, queue, stop)


def _put(item: T | _Ended[T], queue: "Queue[T | _Ended[T]]", stop: threading.Event) -> bool:
    """Put an item into the queue; give up, and return False, when nobody wants it any more."""
    while not stop.is_set():
        try:
            queue.put(item, timeout=_PATIENCE)
        except Full:
            continue
        return True
    return False


def _emptied(queue: "Queue[T | _Ended[T]]") -> None:
    while True:
        try:
            queue.get_nowait()
        except Empty:
            return
