"""When the home was heard, and the pauses between."""

from datetime import UTC, datetime, timedelta

import numpy as np

from homeintel.events.heard import Heard, microsecond, spans

END = datetime(2026, 11, 8, tzinfo=UTC)


def at(hour: int, minute: int = 0, second: int = 0, microseconds: int = 0) -> datetime:
    return datetime(2026, 11, 7, hour, minute, second, microseconds, tzinfo=UTC)


def heard(*moments: datetime, last: datetime | None = None) -> Heard:
    return Heard.of([np.array([microsecond(moment) for moment in moments], np.int64)], last, END)


def test_the_last_moment_of_each_minute_counts() -> None:
    found = heard(at(8, 1, 5), at(8, 0, 40), at(8, 0, 10), at(8, 0, 59), last=at(7, 30))
    assert [microsecond(moment) for moment in (at(7, 30), at(8, 0, 59), at(8, 1, 5))] == found.ts.tolist()
    assert found.last == at(8, 1, 5)


def test_a_span_is_rounded_as_the_store_does() -> None:
    moments = [at(8, 0, 59, 999_499), at(8, 0, 59, 999_500), at(8, 1)]
    minutes = spans(np.array([microsecond(moment) for moment in moments]), 60)
    assert (minutes - minutes[0]).tolist() == [0, 1, 1]


def test_pauses_reach_to_the_end() -> None:
    found = heard(at(8), at(8, 5), at(9))
    assert found.usual == 3300
    assert found.silences(timedelta(minutes=55)) == [(at(8, 5), at(9)), (at(9), END)]
    assert heard(at(8), at(8, 5), at(8, 15), END).usual == 450, "of an even number the middle of two"


def test_what_lies_before_a_moment_and_within_a_span() -> None:
    found = heard(at(8), at(9), at(10))
    assert (found.before(at(9)), found.before(at(8))) == (at(8), None)
    assert found.within(at(8), at(10)) == (at(8), at(9))
    assert found.within(at(11), at(12)) == (None, None)


def test_nothing_heard_has_no_pause() -> None:
    found = heard()
    assert (found.usual, found.last, found.silences(timedelta(0))) == (None, None, [])
