"""InfluxDB 2.x: Flux through influxdb-client, whose raw answers are read as annotated CSV. Also 1.8 with Flux on."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from homeintel.errors import SourceRefusedError
from homeintel.events import flux
from homeintel.events.flux_http import FluxClient
from homeintel.events.flux_points import attributes_of, numbers_of, states_of
from homeintel.events.influx_layout import Layout, layout_of
from homeintel.events.retry import retried
from homeintel.events.slices import SHORTEST_SLICE, Slices
from homeintel.events.source import Batch, Found, Pieces, ending, slice_end
from homeintel.settings import Influxdb2Settings

LOOK_BACK_DAYS = 400
"""How far back the schema is looked for: a window may be a year long."""

MOST_ROWS = 300_000
"""Rows one slice of time may hold; a slice with more is read again in halves, and so are those after it."""


COLUMNS = ("_time", "_value", "_field", "_measurement", "domain", "entity_id")


class Influxdb2Source:
    """A bucket of Home Assistant's influxdb integration.

    Args:
        settings: how to reach it.
        attributes: names of the attributes that are wanted.
    """

    name = "influxdb2"
    knows_context = False

    def __init__(self, settings: Influxdb2Settings, attributes: Iterable[str]) -> None:
        self._settings = settings
        self._attributes = frozenset(attributes)
        self._client = FluxClient(
            settings.url,
            settings.organization,
            settings.token.get_secret_value() if settings.token else "",
            timeout=settings.timeout,
            ca_file=str(settings.ca_file) if settings.ca_file else None,
        )
        self._layout: Layout | None = None
        self._slices = Slices(timedelta(days=1))
        self._pieces = Pieces()

    @property
    def identity(self) -> str:
        """The bucket and its address."""
        return f"influxdb2:{self._settings.url.rstrip('/')}:{self._settings.organization}:{self._settings.bucket}"

    def discover(self) -> Found:
        """Find the bucket, its layout, its newest point and points with wrong clocks."""
        return retried(self._discover, self._settings.retry_seconds)

    def pieces(self, days: Sequence[date], usual: int) -> Iterator[list[date]]:
        """One day, then as many as fit."""
        return self._pieces.of(days, usual)

    def read(self, start: datetime, end: datetime) -> Iterator[Batch]:
        """Yield the window in slices that fit into memory."""
        layout = self._layout or retried(self._look, self._settings.retry_seconds)
        position = start
        while position < end:
            stop = slice_end(position, self._slices.width, end)
            read = retried(lambda a=position, b=stop: self._read_slice(layout, a, b), self._settings.retry_seconds)  # type: ignore[misc]
            if read is None:
                self._slices.too_much(stop - position)
                continue
            self._pieces.count(sum(batch.points for batch in read), stop - position)
            yield from ending(read, stop)
            position = stop

    def count(self, start: datetime, end: datetime) -> int:
        """Return how many values all states and numbers have; a late point adds to them."""
        layout = self._layout or retried(self._look, self._settings.retry_seconds)
        return sum(
            retried(lambda asked=field: self._count(asked, start, end), self._settings.retry_seconds)  # type: ignore[misc]
            for field in layout.point_fields
        )

    def _count(self, field: str, start: datetime, end: datetime) -> int:
        query = flux.count_between(self._settings.bucket, field, start, end)
        return sum(pc.sum(table["_value"]).as_py() or 0 for table in self._client.tables(query, ["_value"]))

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _discover(self) -> Found:
        layout = self._look()
        if not layout.measurements:
            self._need_bucket()
            return Found(["no measurement at all"])
        if not layout.domains:
            raise SourceRefusedError(
                f"The bucket {self._settings.bucket} at {self._settings.url} does not hold Home Assistant's points:"
                f" its {len(layout.measurements)} measurements have no tag `domain`.",
                next_step="Name the bucket that Home Assistant's influxdb integration writes to in events.bucket.",
            )
        return Found(layout.sentences, newest=self._newest(layout), refused=self._refused(layout))

    def _need_bucket(self) -> None:
        known = self._column(flux.buckets(), "name")
        if self._settings.bucket not in known:
            raise self._no_bucket(known)

    def _no_bucket(self, known: Sequence[str]) -> SourceRefusedError:
        there = ", ".join(sorted(name for name in known if not name.startswith("_"))) or "none this token may read"
        return SourceRefusedError(
            f"InfluxDB at {self._settings.url} has no bucket {self._settings.bucket}; there is: {there}.",
            next_step="Name the right one in events.bucket, or give the token the right to read it.",
        )

    def _look(self) -> Layout:
        bucket = self._settings.bucket
        try:
            measurements = self._column(flux.tag_values(bucket, "_measurement", LOOK_BACK_DAYS), "_value")
        except SourceRefusedError as error:
            if "could not find bucket" not in error.happened:
                raise
            raise self._no_bucket(self._column(flux.buckets(), "name")) from error
        fields = self._column(flux.tag_values(bucket, "_field", LOOK_BACK_DAYS), "_value")
        domains = self._column(flux.tag_values(bucket, "domain", LOOK_BACK_DAYS), "_value")
        # Which measurement has which fields is not needed: all are asked for in all.
        self._layout = layout_of(dict.fromkeys(measurements, fields), domains, self._attributes)
        return self._layout

    def _column(self, query: str, name: str) -> list[str]:
        return [value for table in self._client.tables(query, [name]) for value in table[name].to_pylist()]

    def _newest(self, layout: Layout) -> datetime | None:
        query = flux.newest(self._settings.bucket, layout.point_fields, LOOK_BACK_DAYS)
        times = [pc.max(table["_time"]).as_py() for table in self._client.tables(query, ["_time"])]
        found = max((time for time in times if time is not None), default=None)
        return found.to_pydatetime(warn=False) if found is not None else None

    def _refused(self, layout: Layout) -> dict[str, int]:
        """Count points with wrong clocks; they lie in no day, so no day ever reads them."""
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        spans = {
            "future": (tomorrow, datetime(2200, 1, 1, tzinfo=UTC)),
            "before 2000": (datetime(1970, 1, 1, tzinfo=UTC), datetime(2000, 1, 1, tzinfo=UTC)),
        }
        # A point may have both a text and a number, so the field that more points have is counted.
        counts = {
            reason: max(self._count(field, *span) for field in layout.point_fields) for reason, span in spans.items()
        }
        return {reason: count for reason, count in counts.items() if count}

    def _query(self, layout: Layout, start: datetime, end: datetime) -> str:
        discrete = layout.plain_domains | layout.rich_domains
        return flux.points(
            self._settings.bucket,
            start,
            end,
            fields={
                "states": layout.state_fields,
                "values": ["value"] if layout.has_value else [],
                "attributes": [name for names in layout.attribute_fields.values() for name in names],
            },
            domains={
                "states": discrete | layout.numeric_domains,
                "values": discrete,
                "attributes": layout.rich_domains,
                "numbers": layout.numeric_domains if layout.has_value else (),
            },
            seconds=self._settings.numeric_interval,
        )

    def _read_slice(self, layout: Layout, start: datetime, end: datetime) -> list[Batch] | None:
        """Return the batches of one slice, or None where it holds too much for one."""
        query = self._query(layout, start, end)
        if not query:
            return []
        parts: dict[str, list[pa.Table]] = {name: [] for name in flux.RESULTS}
        rows = 0
        for table in self._client.tables(query, COLUMNS):
            rows += len(table)
            if rows > MOST_ROWS and end - start > SHORTEST_SLICE:
                return None
            if len(table):
                parts[table["result"][0].as_py()].append(table)
        batches = [
            Batch("states", states_of(parts["states"], parts["values"])),
            Batch("attributes", attributes_of(parts["attributes"], layout.attribute_fields), points=0),
            Batch("numbers", numbers_of([parts[name] for name in ("last", "min", "max", "count")], start)),
        ]
        return [batch for batch in batches if len(batch.rows)]
