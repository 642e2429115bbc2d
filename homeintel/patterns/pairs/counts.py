"""How often each action comes after each trigger, by lag: block by block, so that memory does not grow with the home."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from homeintel.patterns.arrays import Floats, Ints
from homeintel.patterns.history import Stream

CELLS = 250_000
"""A block counts so many cells (trigger, action, lag class) at most, but one action at least."""

MATCHES = 125_000
"""Matches of a change with a trigger before it are looked at so many at a time, but those of one change at least."""


def counted_blocks(
    triggers: Sequence[Stream], actions: Sequence[Stream], lags: Sequence[float], *, cells: int = CELLS
) -> Iterator[tuple[int, Ints]]:
    """Yield the index of a block's first action and the block's counts, shape (triggers, the block's actions, lags).

    A count is of (trigger, action) changes whose lag lies above the lag class before and not above this one, in seconds.

    Args:
        triggers: at least one.
        actions: at least one.
        lags: the classes' upper ends in seconds, ascending.
        cells: at most so many counts in a block.
    """
    trigger_time, trigger_of = _merged(triggers)
    size = max(1, cells // (len(triggers) * len(lags)))
    for begin in range(0, len(actions), size):
        block = actions[begin : begin + size]
        shape = (len(triggers), len(block), len(lags))
        counts = np.zeros(int(np.prod(shape)), dtype=np.int64)
        time, action_of = _merged(block)
        first = np.searchsorted(trigger_time, time - lags[-1], side="left")
        width = np.searchsorted(trigger_time, time, side="left") - first
        for start, end in _chunks(width):
            rows = np.repeat(np.arange(start, end), width[start:end])
            skipped = np.cumsum(width[start:end]) - width[start:end]
            partner = np.arange(len(rows)) + np.repeat(first[start:end] - skipped, width[start:end])
            lag_class = np.searchsorted(lags, time[rows] - trigger_time[partner])
            code = (trigger_of[partner] * len(block) + action_of[rows]) * len(lags) + lag_class
            counts += np.bincount(code, minlength=len(counts))
        yield begin, counts.reshape(shape)


def _merged(streams: Sequence[Stream]) -> tuple[Floats, Ints]:
    time = np.concatenate([stream.time for stream in streams])
    index = np.repeat(np.arange(len(streams)), [len(stream.time) for stream in streams])
    order = np.lexsort((index, time))
    return time[order], index[order]


def _chunks(width: Ints) -> list[tuple[int, int]]:
    total = np.concatenate([[0], np.cumsum(width)])
    borders = [0]
    while borders[-1] < len(width):
        end = int(np.searchsorted(total, total[borders[-1]] + MATCHES, side="right")) - 1
        borders.append(min(len(width), max(end, borders[-1] + 1)))
    return list(pairwise(borders))
