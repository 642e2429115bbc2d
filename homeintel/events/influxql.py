"""Every InfluxQL text the package can build. Names from the house are quoted; values stand in escaped regular expressions.

Grammar: https://docs.influxdata.com/influxdb/v1/query_language/spec/ (1.8; 1.6 reads the same).
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

SHOW_DATABASES = "SHOW DATABASES"
SHOW_FIELDS = "SHOW FIELD KEYS"
SHOW_DOMAINS = 'SHOW TAG VALUES WITH KEY = "domain"'

_SPECIAL = re.compile(r"([\\/.^$|?*+()\[\]{}])")


def quoted(name: str) -> str:
    """Return a name as an InfluxQL identifier."""
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def one_of(values: Iterable[str]) -> str:
    """Return a regular expression literal that matches exactly these values."""
    return "/^(" + "|".join(_SPECIAL.sub(r"\\\1", value) for value in sorted(values)) + ")$/"


def from_everything(retention_policy: str | None) -> str:
    """Return the FROM clause over all measurements."""
    return f"FROM {quoted(retention_policy)}./.*/" if retention_policy else "FROM /.*/"


def between(start: datetime, end: datetime) -> str:
    """Return the time condition `start <= time < end`; both UTC."""
    return f"time >= {_nanoseconds(start)} AND time < {_nanoseconds(end)}"


def points(fields: Sequence[str], domains: Iterable[str], start: datetime, end: datetime, *, source: str) -> str:
    """Return the query for raw fields of entities of some domains, one series an entity."""
    columns = ", ".join(quoted(name) for name in fields)
    return (
        f'SELECT {columns} {source} WHERE {between(start, end)} AND "domain" =~ {one_of(domains)}'
        ' GROUP BY "domain", "entity_id"'
    )


def reduced(field: str, domains: Iterable[str], start: datetime, end: datetime, *, seconds: int, source: str) -> str:
    """Return the query for a numeric field reduced on the server: last, min, max and count an interval."""
    name = quoted(field)
    return (
        f'SELECT last({name}) AS "last", min({name}) AS "min", max({name}) AS "max", count({name}) AS "count" {source}'
        f' WHERE {between(start, end)} AND "domain" =~ {one_of(domains)}'
        f' GROUP BY time({seconds}s), "domain", "entity_id" fill(none)'
    )


def count_where(field: str, condition: str, *, source: str) -> str:
    """Return the query that counts a field's points, over all measurements."""
    return f"SELECT count({quoted(field)}) {source} WHERE {condition}"


def newest(field: str, *, source: str) -> str:
    """Return the query for the newest point of a field, a row a measurement."""
    return f"SELECT last({quoted(field)}) {source}"


def _nanoseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000_000) * 1000
