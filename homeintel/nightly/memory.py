"""Samples the memory of this process and its kernels together."""

import threading
from types import TracebackType
from typing import Self

import psutil

SAMPLE_SECONDS = 0.25
MEGABYTE = 1e6


def memory_now() -> float:
    """Return the proportional set size of this process and all its children, in MB (10^6 bytes).

    Where the system has no proportional set size (macOS) the unique set size stands in.
    """
    total = 0.0
    try:
        family = [psutil.Process(), *psutil.Process().children(recursive=True)]
    except psutil.Error:
        return 0.0
    for process in family:
        try:
            usage = process.memory_full_info()
        except psutil.Error:
            continue  # it ended between the listing and the look
        total += getattr(usage, "pss", usage.uss)
    return total / MEGABYTE


class MemorySampler:
    """Keeps the peak of `memory_now` since the last `take_peak`, sampled in a thread."""

    def __init__(self) -> None:
        self.highest = 0.0
        self._since = 0.0
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
        peak, self._since = max(self._since, memory_now()), 0.0
        self.highest = max(self.highest, peak)
        return peak

    def _sample(self) -> None:
        while not self._ended.wait(SAMPLE_SECONDS):
            now = memory_now()
            self._since = max(self._since, now)
            self.highest = max(self.highest, now)
