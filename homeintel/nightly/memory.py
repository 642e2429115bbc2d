"""Samples the memory of this process and its kernels together."""

import threading
from types import TracebackType
from typing import Self

import psutil

SAMPLE_SECONDS = 0.25
MEGABYTE = 1e6
GROWTH = 1.02
"""The proportional size costs the kernel milliseconds, so it is looked at only when the resident size, which is never
smaller and costs nothing, has grown by so much since the last look."""


def memory_now() -> float:
    """Return the proportional set size of this process and all its children, in MB (10^6 bytes).

    Where the system has no proportional set size (macOS) the unique set size stands in.
    """
    total = 0
    for process in _family():
        try:
            usage = process.memory_full_info()
        except psutil.Error:
            continue  # it ended between the listing and the look
        total += getattr(usage, "pss", usage.uss)
    return total / MEGABYTE


def resident_now() -> float:
    """Return the resident set size of this process and all its children, in MB; shared pages count for each."""
    total = 0
    for process in _family():
        try:
            total += process.memory_info().rss
        except psutil.Error:
            continue  # as above
    return total / MEGABYTE


def _family() -> list[psutil.Process]:
    try:
        return [psutil.Process(), *psutil.Process().children(recursive=True)]
    except psutil.Error:
        return []


class MemorySampler:
    """Keeps the peak of `memory_now` since the last `take_peak`, sampled in a thread."""

    def __init__(self) -> None:
        self.highest = 0.0
        self._since = 0.0
        self._looked_at = 0.0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._sample, name="memory", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def take_peak(self) -> float:
        """Return the peak since the last call, in MB, and begin anew."""
        self._look()
        peak, self._since, self._looked_at = self._since, 0.0, 0.0
        return peak

    def _sample(self) -> None:
        while not self._ended.wait(SAMPLE_SECONDS):
            resident = resident_now()
            if resident > max(self._since, GROWTH * self._looked_at):
                self._looked_at = resident
                self._look()

    def _look(self) -> None:
        now = memory_now()
        self._since = max(self._since, now)
        self.highest = max(self.highest, now)
