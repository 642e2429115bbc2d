"""Tries again what is temporary, with growing pauses; what is permanent fails at once."""

from collections.abc import Callable
from typing import TypeVar

from homeintel.errors import SourceUnavailableError

T = TypeVar("T")

LONGEST_PAUSE = 30.0
"""Seconds; a server that starts anew, or a router that comes back, is found soon after."""


def retried(work: Callable[[], T], seconds: float) -> T:
    """Return what `work` returns; try again for about `seconds` while it raises a SourceUnavailableError.

    A server's `Retry-After` (seconds) is respected where it asks for more than the usual pause.

    Raises:
        SourceUnavailableError: still not available at the end.
    """
    import stamina

    for attempt in stamina.retry_context(
        on=_pause, attempts=None, timeout=seconds, wait_initial=0.2, wait_max=LONGEST_PAUSE, wait_jitter=0.2
    ):
        with attempt:
            return work()
    msg = "stamina ends with a result or an error"
    raise AssertionError(msg)


def _pause(error: Exception) -> bool | float:
    if not isinstance(error, SourceUnavailableError):
        return False
    return True if error.retry_after is None else min(error.retry_after, LONGEST_PAUSE)
