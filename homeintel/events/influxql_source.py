"""Reads a database of Home Assistant's influxdb integration through InfluxQL; what 1.x and 3.x have in common."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pyarrow as pa

from homeintel.errors import SourceRefusedError
from homeintel.events import influxql
from homeintel.events.influx_http import InfluxqlClient
from homeintel.events.influx_layout import Layout, layout_of
from homeintel.events.influx_points import (
    attributes_table,
    numbers_table,
    raw_numbers_table,
    states_table,
)
from homeintel.events.influx_series import SeriesTable
from homeintel.events.retry import retried
from homeintel.events.slices import SHORTEST_SLICE, Slices
from homeintel.events.source import Batch, Found, Pieces, ending, slice_end
from homeintel.settings import Influxdb1Settings, Influxdb3Settings

MOST_ROWS = 150_000
"""Rows one slice of time may hold; a slice with more is read again in halves, and so are those after it."""

DENSE_POINTS = 20
"""Points of one series in an interval from which the server reduces it. Measured on 1.6: reducing costs it as much time
as handing out some 20 points a row would; below, it is cheaper to reduce on the way in."""


NEWEST_WITHIN = (*(f"time > now() - {round(24 * 1.5**n)}h AND " for n in range(16)), "")
"""Where the newest point is looked for, one span after the other: an empty one is answered at once, a full one is read."""

NOT_AHEAD = "time <= now() + 1d"
"""What lies further ahead has a wrong clock."""


class InfluxqlSource:
    """One database, read in slices of time.

    Args:
        settings: what both versions have in common.
        client: the server and database.
        attributes: names of the attributes that are wanted.
        retention_policy: None is the default one.
        longest_query: the longest time one query may span.
        recent: a time condition for queries on the schema, where the server can't look at everything; empty without.
    """

    knows_context = False

    def __init__(
        self,
        settings: Influxdb1Settings | Influxdb3Settings,
        client: InfluxqlClient,
        attributes: Iterable[str],
        *,
        retention_policy: str | None = None,
        longest_query: timedelta = timedelta(days=31),
        recent: str = "",
    ) -> None:
        self._name = settings.source
        self._client = client
        self._attributes = frozenset(attributes)
        self._interval = settings.numeric_interval
        self._retry_seconds = settings.retry_seconds
        self._from = influxql.from_everything(retention_policy)
        self._longest = longest_query
        self._slices = Slices(longest_query)
        self._pieces = Pieces()
        self._recent = recent
        self._layout: Layout | None = None
        self._dense: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """What `events.source` says."""
        return self._name

    @property
    def identity(self) -> str:
        """The database and its address."""
        return f"{self._name}:{self._client.url}:{self._client.database}"

    def discover(self) -> Found:
        """Find the database, its layout, its newest point and points with wrong clocks."""
        return retried(self._discover, self._retry_seconds)

    def pieces(self, days: Sequence[date], usual: int) -> Iterator[list[date]]:
        """One day, then as many as fit."""
        return self._pieces.of(days, usual)

    def read(self, start: datetime, end: datetime) -> Iterator[Batch]:
        """Yield the window in slices that fit into memory."""
        layout = self._layout or retried(self._look, self._retry_seconds)
        position = start
        while position < end:
            stop = slice_end(position, self._slices.width, end)
            batches = retried(lambda a=position, b=stop: self._read_slice(layout, a, b), self._retry_seconds)  # type: ignore[misc]
            if batches is not None:
                points = sum(batch.points for batch in batches)
                self._pieces.count(points, stop - position)
                yield from ending(batches, stop)
                self._slices.held(points, stop - position, MOST_ROWS)
                position = stop

    def count(self, start: datetime, end: datetime) -> int:
        """Return how many values all states and numbers have; a late point adds to them."""
        layout = self._layout or retried(self._look, self._retry_seconds)
        total, position = 0, start
        while position < end:
            stop = min(position + self._longest, end)
            within = influxql.between(position, stop)
            queries = [influxql.count_where(field, within, source=self._from) for field in layout.point_fields]
            total += retried(lambda asked=queries: self._sum(asked), self._retry_seconds)  # type: ignore[misc]
            position = stop
        return total

    def _sum(self, queries: Sequence[str]) -> int:
        return sum(count for _, series in self._client.stream(queries) for count in series.cells("count"))

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def queries(self, start: datetime, end: datetime) -> dict[str, str]:
        """Return the queries of one slice by what they give; those without a domain to ask for are left out.

        Numbers of dense series are `reduced` by the server, those of the others `raw`.
        """
        layout = self._layout or self._look()
        states = layout.point_fields
        fields = [*states, *(name for names in layout.attribute_fields.values() for name in names)]
        numeric = layout.numeric_domains
        numbers = numeric if layout.has_value else frozenset()
        window = (start, end)
        queries = {
            "plain": influxql.points(states, layout.plain_domains, window, source=self._from),
            "rich": influxql.points(fields, layout.rich_domains, window, source=self._from),
            "text": influxql.points(layout.state_fields, numeric, window, source=self._from),
            "raw": influxql.points(["value"], numbers, window, source=self._from, without=self._dense),
            "reduced": influxql.reduced(
                "value", numbers, self._dense, window, seconds=self._interval, source=self._from
            ),
        }
        return {name: query for name, query in queries.items() if query}

    def _discover(self) -> Found:
        self._need_database()
        layout = self._look()
        if not layout.measurements:
            return Found(["no measurement at all"])
        if not layout.domains:
            raise SourceRefusedError(
                f"The database {self._client.database} at {self._client.url} does not hold Home Assistant's"
                f" points: its {len(layout.measurements)} measurements have no tag `domain`.",
                next_step="Name the database that Home Assistant's influxdb integration writes to in events.database.",
            )
        return Found(layout.sentences, newest=self._newest(layout), refused=self._refused(layout))

    def _need_database(self) -> None:
        known = {
            name
            for series in self._client.ask(influxql.SHOW_DATABASES)
            for name in series.cells("name", "iox::database")
        }
        if self._client.database not in known:
            there = ", ".join(sorted(known - {"_internal"})) or "none that this user may read"
            raise SourceRefusedError(
                f"InfluxDB at {self._client.url} has no database {self._client.database}; there is: {there}.",
                next_step="Name the right one in events.database, or give the user READ on it.",
            )

    def _look(self) -> Layout:
        fields = {series.name: series.cells("fieldKey") for series in self._client.ask(influxql.SHOW_FIELDS)}
        shown = self._client.ask(influxql.show_domains(self._recent))
        domains = {value for series in shown for value in series.cells("value")}
        self._layout = layout_of(fields, domains, self._attributes)
        return self._layout

    def _newest(self, layout: Layout) -> datetime | None:
        """Look at the last day first, and further back only where it is empty."""
        for within in [self._recent] if self._recent else [f"{since}{NOT_AHEAD}" for since in NEWEST_WITHIN]:
            queries = [influxql.newest(name, within, source=self._from) for name in layout.point_fields]
            stamps = [stamp for _, series in self._client.stream(queries) for stamp in series.cells("time")]
            if stamps:
                return datetime.fromtimestamp(max(stamps) / 1e9, UTC)
        return None

    def _refused(self, layout: Layout) -> dict[str, int]:
        """Count points with wrong clocks; they lie in no day, so no day ever reads them.

        A point may have both a text and a number, so the field that more points have is counted.
        """
        conditions = {"future": "time > now() + 1d", "before 2000": "time < '2000-01-01T00:00:00Z'"}
        asked = list(product(conditions, layout.point_fields))
        queries = [influxql.count_where(field, conditions[reason], source=self._from) for reason, field in asked]
        counts: Counter[tuple[str, str]] = Counter()
        for which, series in self._client.stream(queries):
            counts[asked[which]] += sum(series.cells("count"))
        most = {reason: max(counts[reason, field] for field in layout.point_fields) for reason in conditions}
        return {reason: count for reason, count in most.items() if count}

    def _read_slice(self, layout: Layout, start: datetime, end: datetime) -> list[Batch] | None:
        """Return the batches of one slice; None where it holds too much, and the next attempt will ask for less."""
        queries = self.queries(start, end)
        names = list(queries)
        tables = {name: SeriesTable() for name in names}
        if not queries:
            return []
        for which, series in self._client.stream(list(queries.values())):
            tables[names[which]].add(series)
            if sum(table.rows for table in tables.values()) > MOST_ROWS and end - start > SHORTEST_SLICE:
                if not self._note_dense(tables, end - start):
                    self._slices.too_much(end - start)
                return None
        self._note_dense(tables, end - start)
        return list(_batches(tables, layout, start))

    def _note_dense(self, tables: dict[str, SeriesTable], span: timedelta) -> bool:
        """Remember which series the server shall reduce from now on; return whether there are new ones."""
        if "raw" not in tables:
            return False
        most = DENSE_POINTS * max(1.0, span / timedelta(seconds=self._interval))
        found = {entity_id for entity_id, count in tables["raw"].points_of_entities().items() if count > most}
        self._dense |= found
        return bool(found)


def _batches(tables: dict[str, SeriesTable], layout: Layout, start: datetime) -> Iterator[Batch]:
    """Yield what the answers hold; it is taken apart when it is used, while the server answers the next request."""
    held = {name: table for name, table in tables.items() if table.rows}
    states = [held[name] for name in ("plain", "rich", "text") if name in held]
    if states:
        fields = layout.state_fields
        points = sum(table.rows for table in states)
        yield Batch("states", lambda: pa.concat_tables(states_table(table, fields) for table in states), points=points)
    if "rich" in held:
        yield Batch("attributes", lambda: attributes_table(held["rich"], layout.attribute_fields))
    if "raw" in held:
        yield Batch("numbers", lambda: raw_numbers_table(held["raw"]), points=held["raw"].rows)
    if "reduced" in held:
        yield Batch("numbers", lambda: numbers_table(held["reduced"], start), points=held["reduced"].rows)
