"""What each step of cleaning counted, day by day."""

from datetime import UTC, date, datetime, timedelta

import numpy as np

from homeintel.events.funnel import Funnel
from homeintel.events.heard import Times, microsecond

DAY = date(2026, 11, 7)


def hours(*hours: int) -> Times:
    midnight = datetime(2026, 11, 7, tzinfo=UTC)
    return np.array([microsecond(midnight + timedelta(hours=hour)) for hour in hours], np.int64)


def test_steps_are_told_in_order_and_by_day() -> None:
    funnel = Funnel()
    funnel.count("states", hours(1, 2, 3, 25))
    funnel.count("states", hours(4))
    funnel.count("missing", hours(2))
    funnel.count("numbers", hours(5, 26), np.array([7, 9]))
    funnel.refuse(int(hours(0)[0] // 86_400_000_000), "excluded", 2)
    steps = funnel.steps(DAY, {"events": 2, "measurements": 1, "attribute_changes": 0}, restart=0)
    assert list(steps.items()) == [
        ("states", 4), ("numbers", 7), ("measurements", 1), ("available", 3), ("repeated", 1), ("kept", 2),
        ("restart", 0), ("excluded", 2), ("points", 13),
    ]  # fmt: skip
    assert [funnel.points(DAY + timedelta(days=n)) for n in range(3)] == [13, 10, 0]
    assert (funnel.any("missing"), funnel.any("not a number")) == (True, False)


def test_a_day_without_anything_has_no_steps() -> None:
    funnel = Funnel()
    funnel.refuse(-(10**8), "wrong time", 1)  # a missing time lies before all
    assert funnel.steps(DAY, {"events": 0, "measurements": 0, "attribute_changes": 0}, restart=0) == {}
