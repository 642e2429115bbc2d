"""Every InfluxQL text the package can build. Names from the house are quoted; values stand in escaped regular expressions.

Grammar: https://docs.influxdata.com/influxdb/v1/query_language/spec/ (1.8; 1.6 reads the same).
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from homeintel.events.influx_layout import is_text

SHOW_DATABASES = "SHOW DATABASES"
SHOW_FIELDS = "SHOW FIELD KEYS"

_SPECIAL = re.compile(r"([\\/.^$|?*+()\[\]{}])")


def quoted(name: str) -> str:
    """Return a name as an InfluxQL identifier."""
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def typed(field: str) -> str:
    """Return a field with the type Home Assistant gives it.

    Without it InfluxDB decides on one type for all measurements of a query, and a number somewhere hides all texts.
    """
    return quoted(field) + ("::string" if is_text(field) else "::float")


def one_of(values: Iterable[str]) -> str:
    """Return a regular expression literal that matches exactly these values."""
    return "/^(" + "|".join(_SPECIAL.sub(r"\\\1", value) for value in sorted(values)) + ")$/"


def from_everything(retention_policy: str | None) -> str:
    """Return the FROM clause over all measurements."""
    return f"FROM {quoted(retention_policy)}./.*/" if retention_policy else "FROM /.*/"


def show_domains(recent: str = "") -> str:
    """Return the query for the values of the tag `domain`; `recent` is a time condition of ours, or empty."""
    return 'SHOW TAG VALUES WITH KEY = "domain"' + (f" WHERE {recent}" if recent else "")


def points(
    fields: Sequence[str],
    domains: Iterable[str],
    window: tuple[datetime, datetime],
    *,
    source: str,
    without: Iterable[str] = (),
) -> str:
    """Return the query for raw fields of entities of some domains, one series an entity; empty without any.

    Args:
        fields: names of fields.
        domains: values of the tag `domain`.
        window: UTC, its end exclusive.
        source: the FROM clause.
        without: values of the tag `entity_id` that are left out.
    """
    chosen = sorted(domains)
    if not (fields and chosen):
        return ""
    columns = ", ".join(typed(name) for name in fields)
    unwanted = f' AND "entity_id" !~ {one_of(without)}' if without else ""
    return f'SELECT {columns} {source} WHERE {_where(window, chosen)}{unwanted} GROUP BY "domain", "entity_id"'


def reduced(
    field: str,
    domains: Iterable[str],
    entities: Iterable[str],
    window: tuple[datetime, datetime],
    *,
    seconds: int,
    source: str,
) -> str:
    """Return the query for a numeric field that the server reduces to last, min, max and count an interval.

    Args:
        field: its name.
        domains: values of the tag `domain`.
        entities: values of the tag `entity_id`; without any there is nothing to ask.
        window: UTC, its end exclusive.
        seconds: the interval.
        source: the FROM clause.
    """
    chosen, only = sorted(domains), sorted(entities)
    if not (chosen and only):
        return ""
    name = typed(field)
    return (
        f'SELECT last({name}) AS "last", min({name}) AS "min", max({name}) AS "max", count({name}) AS "count" {source}'
        f' WHERE {_where(window, chosen)} AND "entity_id" =~ {one_of(only)}'
        f' GROUP BY time({int(seconds)}s), "domain", "entity_id" fill(none)'
    )


def count_where(field: str, condition: str, *, source: str) -> str:
    """Return the query that counts a field's points, over all measurements."""
    return f"SELECT count({quoted(field)}) {source} WHERE {condition}"


def newest(field: str, recent: str = "", *, source: str) -> str:
    """Return the query for the newest point of a field, a row a measurement; `recent` is a time condition, or empty."""
    return f"SELECT last({quoted(field)}) {source}" + (f" WHERE {recent}" if recent else "")


def between(start: datetime, end: datetime) -> str:
    """Return the condition for a span of time, its end exclusive."""
    return f"time >= {_nanoseconds(start)} AND time < {_nanoseconds(end)}"


def _where(window: tuple[datetime, datetime], domains: Iterable[str]) -> str:
    return f'{between(*window)} AND "domain" =~ {one_of(domains)}'


def _nanoseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000_000) * 1000
