"""InfluxDB 1.x, and 2.x with a DBRP mapping: InfluxQL over `/query`."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa

from homeintel.errors import SourceRefusedError
from homeintel.events import influxql
from homeintel.events.influx_http import InfluxqlClient
from homeintel.events.influx_layout import Layout, layout_of
from homeintel.events.influx_points import SeriesTable, attributes_table, numbers_table, states_table
from homeintel.events.retry import retried
from homeintel.events.source import Batch, Found, one_by_one
from homeintel.settings import Influxdb1Settings

MOST_ROWS = 300_000
"""Rows one slice of time may hold; a slice with more is read again in halves, and so are those after it."""

SHORTEST_SLICE = timedelta(minutes=1)


class Influxdb1Source:
    """A database of Home Assistant's influxdb integration.

    Args:
        settings: how to reach it.
        attributes: names of the attributes that are wanted.
    """

    name = "influxdb1"
    knows_context = False

    def __init__(self, settings: Influxdb1Settings, attributes: Iterable[str]) -> None:
        self._settings = settings
        self._attributes = frozenset(attributes)
        password = settings.password.get_secret_value() if settings.password else ""
        self._client = InfluxqlClient(
            settings.url,
            settings.database,
            auth=(settings.username, password) if settings.username else None,
            timeout=settings.timeout,
            ca_file=str(settings.ca_file) if settings.ca_file else None,
        )
        self._from = influxql.from_everything(settings.retention_policy)
        self._layout: Layout | None = None
        self._slice = timedelta(days=1)

    @property
    def identity(self) -> str:
        """The database and its address."""
        return f"influxdb1:{self._settings.url.rstrip('/')}:{self._settings.database}"

    def discover(self) -> Found:
        """Find the database, its layout, its newest point and points with wrong clocks."""
        return retried(self._discover, self._settings.retry_seconds)

    def pieces(self, days: Sequence[date]) -> list[list[date]]:
        """A day each."""
        return one_by_one(days)

    def read(self, start: datetime, end: datetime) -> Iterator[Batch]:
        """Yield the window in slices that fit into memory."""
        layout = self._layout or self._look()
        position = start
        while position < end:
            stop = min(position + self._slice, end)
            read = retried(lambda a=position, b=stop: self._read_slice(layout, a, b), self._settings.retry_seconds)  # type: ignore[misc]
            if read is None:
                self._slice = max((stop - position) / 2, SHORTEST_SLICE)
                continue
            yield from read
            position = stop

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def databases(self) -> list[str]:
        """Return the databases this user may see."""
        series = self._client.ask(influxql.SHOW_DATABASES)
        return [row[0] for each in series for row in each.get("values", ())]

    def _discover(self) -> Found:
        self._need_database()
        layout = self._look()
        if not layout.measurements:
            return Found(["no measurement at all"])
        if not layout.domains:
            raise SourceRefusedError(
                f"The database {self._settings.database} at {self._settings.url} does not hold Home Assistant's"
                f" points: its {len(layout.measurements)} measurements have no tag `domain`.",
                next_step="Name the database that Home Assistant's influxdb integration writes to in events.database.",
            )
        return Found(layout.sentences, newest=self._newest(layout), refused=self._refused(layout))

    def _need_database(self) -> None:
        known = self.databases()
        if self._settings.database not in known:
            there = ", ".join(sorted(set(known) - {"_internal"})) or "none that this user may read"
            raise SourceRefusedError(
                f"InfluxDB at {self._settings.url} has no database {self._settings.database}; there is: {there}.",
                next_step="Name the right one in events.database, or give the user READ on it.",
            )

    def _look(self) -> Layout:
        fields = {each["name"]: [row[0] for row in each["values"]] for each in self._client.ask(influxql.SHOW_FIELDS)}
        domains = {row[1] for each in self._client.ask(influxql.SHOW_DOMAINS) for row in each["values"]}
        self._layout = layout_of(fields, domains, self._attributes)
        return self._layout

    def _newest(self, layout: Layout) -> datetime | None:
        fields = [*layout.state_fields, *(["value"] if layout.has_value else [])]
        answers = [self._client.ask(influxql.newest(name, source=self._from)) for name in fields]
        stamps = [row[0] for series in answers for each in series for row in each["values"]]
        return datetime.fromtimestamp(max(stamps) / 1e9, UTC) if stamps else None

    def _refused(self, layout: Layout) -> dict[str, int]:
        """Count points with wrong clocks; they lie in no day, so no day ever reads them."""
        conditions = {"future": "time > now() + 1d", "before 2000": "time < '2000-01-01T00:00:00Z'"}
        field = "value" if layout.has_value else layout.state_fields[0]
        counts = {
            reason: sum(
                row[1]
                for each in self._client.ask(influxql.count_where(field, condition, source=self._from))
                for row in each["values"]
            )
            for reason, condition in conditions.items()
        }
        return {reason: count for reason, count in counts.items() if count}

    def _queries(self, layout: Layout, start: datetime, end: datetime) -> dict[str, str]:
        """Return the queries of one slice by what they give; those without a domain to ask for are left out."""
        states = [*layout.state_fields, *(["value"] if layout.has_value else [])]
        fields = [*states, *(name for names in layout.attribute_fields.values() for name in names)]

        def points(columns: Sequence[str], domains: frozenset[str]) -> str:
            return influxql.points(columns, domains, start, end, source=self._from) if domains and columns else ""

        numbers = layout.numeric_domains if layout.has_value else frozenset()
        interval = self._settings.numeric_interval
        queries = {
            "plain": points(states, layout.plain_domains),
            "rich": points(fields, layout.rich_domains),
            "text": points(layout.state_fields, layout.numeric_domains),
            "numbers": influxql.reduced("value", numbers, start, end, seconds=interval, source=self._from)
            if numbers
            else "",
        }
        return {name: query for name, query in queries.items() if query}

    def _read_slice(self, layout: Layout, start: datetime, end: datetime) -> list[Batch] | None:
        """Return the batches of one slice, or None where it holds too much for one."""
        queries = self._queries(layout, start, end)
        if not queries:
            return []
        names = list(queries)
        tables = {name: SeriesTable() for name in names}
        for which, series in self._client.stream(list(queries.values())):
            tables[names[which]].add(series)
            if sum(table.rows for table in tables.values()) > MOST_ROWS and end - start > SHORTEST_SLICE:
                return None
        return list(_batches(tables, layout, start))


def _batches(tables: dict[str, SeriesTable], layout: Layout, start: datetime) -> Iterator[Batch]:
    states = [states_table(tables[name], layout.state_fields) for name in ("plain", "rich", "text") if name in tables]
    states = [table for table in states if len(table)]
    if states:
        yield Batch("states", pa.concat_tables(states).sort_by("ts"))
    if "rich" in tables and tables["rich"].rows:
        yield Batch("attributes", attributes_table(tables["rich"], layout.attribute_fields).sort_by("ts"))
    if "numbers" in tables and tables["numbers"].rows:
        yield Batch("numbers", numbers_table(tables["numbers"], start).sort_by("ts"))
