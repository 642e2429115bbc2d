"""Counting in blocks against counting one by one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeintel.patterns.history import Stream
from homeintel.patterns.pairs import counts
from homeintel.patterns.pairs.counts import counted_blocks

LAGS = (10.0, 60.0)
TIMES = st.lists(st.integers(0, 300), min_size=1, max_size=12, unique=True)


def _stream(entity: int, times: list[int]) -> Stream:
    time = np.sort(np.array(times, dtype=np.float64))
    return Stream(entity, 0, time, time, np.zeros(len(time), dtype=np.int64))


def _one_by_one(triggers: list[Stream], actions: list[Stream]) -> np.ndarray:
    found = np.zeros((len(triggers), len(actions), len(LAGS)), dtype=np.int64)
    for t, trigger in enumerate(triggers):
        for a, action in enumerate(actions):
            lags = (action.time[:, None] - trigger.time[None, :]).ravel()
            found[t, a] = [((lags > 0) & (lags <= 10)).sum(), ((lags > 10) & (lags <= 60)).sum()]
    return found


@settings(max_examples=60, deadline=None)
@given(st.lists(TIMES, min_size=1, max_size=4), st.lists(TIMES, min_size=1, max_size=4), st.integers(1, 40))
def test_blocks_count_what_counting_one_by_one_does(
    triggers: list[list[int]], actions: list[list[int]], cells: int
) -> None:
    first = [_stream(index, times) for index, times in enumerate(triggers)]
    second = [_stream(10 + index, times) for index, times in enumerate(actions)]
    blocks = list(counted_blocks(first, second, LAGS, cells=cells))
    counted = np.concatenate([block for _, block in blocks], axis=1)
    assert counted.tolist() == _one_by_one(first, second).tolist()
    assert all(block.size <= max(cells, len(first) * len(LAGS)) for _, block in blocks)


def test_how_many_matches_are_looked_at_together_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    streams = [_stream(index, rng.choice(2000, 200, replace=False).tolist()) for index in range(4)]
    expected = _one_by_one(streams, streams).tolist()
    for matches in (1, 7, 100_000):
        monkeypatch.setattr(counts, "MATCHES", matches)
        (_, counted), *rest = counted_blocks(streams, streams, LAGS)
        assert (rest, counted.tolist()) == ([], expected)
