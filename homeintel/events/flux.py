"""Every Flux text the package can build. Names from the house stand in escaped string literals only.

Language: https://docs.influxdata.com/flux/v0/spec/ and https://docs.influxdata.com/flux/v0/stdlib/universe/. Filters are
chains of `==`, which the storage engine evaluates itself; `contains` would read every point first.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

RESULTS = ("states", "values", "attributes", "last", "min", "max", "count")
"""Names of the results of `points`."""

_COLUMNS = '["_time", "_value", "_field", "_measurement", "domain", "entity_id"]'
_ESCAPES = {"\\": "\\\\", '"': '\\"', "${": "\\${", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def literal(text: str) -> str:
    """Return a text as a Flux string literal; `${` would begin an expression, so it is escaped too."""
    for plain, escaped in _ESCAPES.items():
        text = text.replace(plain, escaped)
    return f'"{text}"'


def buckets() -> str:
    """Return the query for the names of the buckets this token may see."""
    return 'buckets() |> keep(columns: ["name"])'


def tag_values(bucket: str, tag: str, days: int) -> str:
    """Return the query for the values of a tag, or of `_measurement` or `_field`, in the last days."""
    return (
        'import "influxdata/influxdb/v1"\n\n'
        f"v1.tagValues(bucket: {literal(bucket)}, tag: {literal(tag)}, start: -{int(days)}d)"
    )


def newest(bucket: str, fields: Iterable[str], days: int) -> str:
    """Return the query for the newest point of each series of the last days."""
    return (
        f"from(bucket: {literal(bucket)})\n"
        f"  |> range(start: -{int(days)}d)\n"
        f"  |> filter(fn: (r) => {_any('_field', fields)})\n"
        '  |> last()\n  |> keep(columns: ["_time", "_field", "_measurement", "domain", "entity_id"])'
    )


def count_between(bucket: str, field: str, start: datetime, end: datetime) -> str:
    """Return the query that counts a field's points between two times (UTC), a row a series."""
    return (
        f"from(bucket: {literal(bucket)})\n"
        f"  |> range(start: {_moment(start)}, stop: {_moment(end)})\n"
        f"  |> filter(fn: (r) => {_any('_field', [field])})\n"
        '  |> count()\n  |> keep(columns: ["_value", "_field", "_measurement", "domain", "entity_id"])'
    )


def points(
    bucket: str,
    start: datetime,
    end: datetime,
    *,
    fields: Mapping[str, Iterable[str]],
    domains: Mapping[str, Iterable[str]],
    seconds: int,
) -> str:
    """Return one query with a named result for all that one slice of time gives.

    Args:
        bucket: the bucket.
        start: UTC, inclusive.
        end: UTC, exclusive.
        fields: for `states`, `values` and `attributes` the fields that hold them.
        domains: for the same and `numbers` the domains asked for; a result without domains or fields is left out.
        seconds: to which numeric series are reduced.
    """
    parts = [
        _raw(bucket, start, end, name, fields[name], domains.get(name, ()))
        for name in ("states", "values", "attributes")
        if fields.get(name) and domains.get(name)
    ]
    if domains.get("numbers"):
        numbers = _filtered(bucket, start, end, ["value"], domains["numbers"])
        parts.append(f"numbers = {numbers}")
        parts += [
            f'numbers\n  |> aggregateWindow(every: {int(seconds)}s, fn: {fn}, createEmpty: false, timeSrc: "_start")\n'
            f"  |> keep(columns: {_COLUMNS})\n  |> yield(name: {literal(fn)})"
            for fn in ("last", "min", "max", "count")
        ]
    return "\n\n".join(parts)


def _raw(bucket: str, start: datetime, end: datetime, name: str, fields: Iterable[str], domains: Iterable[str]) -> str:
    filtered = _filtered(bucket, start, end, fields, domains)
    return f"{filtered}\n  |> keep(columns: {_COLUMNS})\n  |> yield(name: {literal(name)})"


def _filtered(bucket: str, start: datetime, end: datetime, fields: Iterable[str], domains: Iterable[str]) -> str:
    return (
        f"from(bucket: {literal(bucket)})\n"
        f"  |> range(start: {_moment(start)}, stop: {_moment(end)})\n"
        f"  |> filter(fn: (r) => {_any('_field', fields)})\n"
        f"  |> filter(fn: (r) => {_any('domain', domains)})"
    )


def _any(column: str, values: Iterable[str]) -> str:
    return " or ".join(f"r[{literal(column)}] == {literal(value)}" for value in sorted(values))


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
