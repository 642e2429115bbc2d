"""Sixty nights in a row: what is fetched, what is dropped, how the file grows."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from homeintel.events.domains import ATTRIBUTES
from homeintel.events.plan import days_between, plan
from homeintel.events.source import TS, Batch, Found
from homeintel.events.sync import Rules, Sync, sync
from homeintel.events.tables import as_states
from homeintel.store import Store
from tests.events.homes import rows

RULES = Rules(attributes=ATTRIBUTES, keep_days=9)
FIRST = datetime(2026, 9, 1, tzinfo=UTC)


class Growing:
    """A home's history that ends now; each day has the same number of changes of twenty lights."""

    name = "files"
    identity = "growing"
    knows_context = True

    def __init__(self, a_day: int) -> None:
        self.a_day = a_day
        self.asked: list[tuple[datetime, datetime]] = []
        self.late: list[tuple[datetime, str, str]] = []

    def discover(self) -> Found:
        return Found([])

    def pieces(self, days: Sequence[date], usual: int) -> Iterator[list[date]]:  # noqa: ARG002 - the contract's
        return iter([list(days)] if days else [])

    def read(self, start: datetime, end: datetime) -> Iterator[Batch]:
        self.asked.append((start, end))
        step = 86_400_000_000 // self.a_day
        first = round(start.timestamp() * 1e6)
        times = np.arange(first, round(end.timestamp() * 1e6), step)
        count = np.arange(len(times)) + first // step
        states = [("off", "on")[int(n) // 20 % 2] for n in count]
        entities = [f"light.l{int(n) % 20}" for n in count]
        table = pa.table({"ts": pa.array(times).cast(TS), "entity_id": entities, "state": states})
        late = [row for row in self.late if start <= row[0] < end]
        if late:
            more = dict(
                zip(("ts", "entity_id", "state"), (list(column) for column in zip(*late, strict=True)), strict=True)
            )
            table = pa.concat_tables([table, pa.table(more).cast(table.schema)])
        yield Batch("states", as_states(table).sort_by("ts"))

    def count(self, start: datetime, end: datetime) -> None:
        """It can't say, so the overlap is read again."""

    def close(self) -> None:
        """Nothing to give back."""


def one_night(store: Store, source: Growing, now: datetime, days: int = 7) -> Sync:
    with store.connect() as connection:
        return sync(connection, [source], RULES, start=now - timedelta(days=days), end=now, until=now)


def test_later_nights_read_a_day_or_two_and_the_file_stays_small(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    source = Growing(4000)
    sizes = []
    for night in range(60):
        now = FIRST + timedelta(days=night, hours=3)
        monkeypatch.setattr("homeintel.events.sync.utc_now", lambda now=now: now)
        source.asked.clear()
        done = one_night(store, source, now)
        assert len(done.fetched) == (8 if night == 0 else 3)  # the one before may still get late points
        assert done.points_read == (28_500 if night == 0 else 8500)
        sizes.append(store.path.stat().st_size)
    stored = rows(store, "SELECT min(day), max(day), count(*) FROM event_days")
    assert stored == [(date(2026, 10, 21), date(2026, 10, 30), 10)]
    assert rows(store, "SELECT count(*) FROM events WHERE ts < TIMESTAMPTZ '2026-10-21'") == [(0,)]
    assert sizes[-1] <= 1.5 * sizes[15]


def test_late_points_inside_the_overlap_are_found(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    source = Growing(24)
    now = FIRST + timedelta(hours=3)
    monkeypatch.setattr("homeintel.events.sync.utc_now", lambda: now)
    one_night(store, source, now)
    late = FIRST - timedelta(hours=2)
    source.late.append((late, "light.late", "on"))
    now += timedelta(days=1)
    one_night(store, source, now)
    one_night(store, source, now)
    assert rows(store, "SELECT ts FROM events WHERE entity_id = 'light.late'") == [(late,)]


def test_a_backfill_keeps_what_is_newer_and_joins_it(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    source = Growing(24)
    now = FIRST + timedelta(days=20)
    monkeypatch.setattr("homeintel.events.sync.utc_now", lambda: now)
    one_night(store, source, now, days=5)
    newest = rows(store, "SELECT max(ts), count(*) FROM events")
    earlier = FIRST + timedelta(days=15)
    with store.connect() as connection:
        sync(connection, [source], RULES, start=earlier - timedelta(days=5), end=earlier, until=now)
    assert rows(store, "SELECT max(ts) FROM events") == [newest[0][:1]]
    firsts = rows(store, "SELECT count(*) FROM events WHERE previous IS NULL")
    assert firsts == [(20,)]  # each light's first state, once


def test_another_source_is_fetched_anew(store: Store) -> None:
    source = Growing(24)
    now = FIRST + timedelta(days=3)
    one_night(store, source, now, days=3)
    source.identity = "another"
    assert len(one_night(store, source, now, days=3).fetched) == 3


def test_days_of_a_span_are_utc_days() -> None:
    assert days_between(datetime(2026, 11, 6, 23, tzinfo=UTC), datetime(2026, 11, 7, 23, tzinfo=UTC)) == [
        date(2026, 11, 6),
        date(2026, 11, 7),
    ]
    assert days_between(datetime(2026, 11, 6, tzinfo=UTC), datetime(2026, 11, 7, tzinfo=UTC)) == [date(2026, 11, 6)]


def test_nothing_is_planned_for_a_window_in_the_future(store: Store) -> None:
    with store.connect() as connection:
        planned = plan(connection, "x", FIRST, FIRST - timedelta(days=1), timedelta(hours=6), count=lambda _: None)
    assert planned.wanted == []
    assert planned.fetch == []
