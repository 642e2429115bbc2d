"""InfluxDB 3 Core: `/query` with InfluxQL, one statement a request, tags as columns, no query over more than 72 hours."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.events.fakes import TOKEN, Fake, Point, as_json, serve

DATABASE = "homeassistant"
LONGEST = 72 * 3600 * 10**9


@contextmanager
def influxdb3(*points: Point) -> Iterator[Fake]:
    with serve(Fake(points=list(points)), _answer, "127.0.0.1") as fake:
        yield fake


def _answer(fake: Fake, request: BaseHTTPRequestHandler) -> tuple[int, str, bytes]:
    address = urlsplit(request.path)
    given = {name: values[0] for name, values in parse_qs(address.query).items()}
    if request.headers.get("Authorization") != f"Bearer {TOKEN}":
        return as_json(401, {"error": "the request was not authenticated"})
    if address.path != "/query" or "q" not in given:
        return as_json(400, {"error": "missing query parameters"})
    query = given["q"]
    fake.queries.append(query)
    if ";" in query:
        return as_json(400, {"error": "must provide only one InfluxQl statement per query"})
    if not query.startswith("SHOW DATABASES") and given.get("db") != DATABASE:
        return as_json(404, {"error": f"database not found: {given.get('db')}"})
    try:
        found = list(_series(fake.points, query))
    except OverflowError as error:
        return as_json(500, {"error": str(error)})
    lines = [json.dumps({"results": [{"statement_id": 0, "series": [series]}]}) for series in found]
    return (
        200,
        "application/json",
        "".join(line + "\r\n" for line in lines or ['{"results":[{"statement_id":0}]}']).encode(),
    )


def _series(points: list[Point], query: str) -> Iterator[dict[str, Any]]:
    measurements = sorted({point.measurement for point in points})
    if query == "SHOW DATABASES":
        yield {"name": "databases", "columns": ["iox::database", "deleted"], "values": [[DATABASE, False]]}
    elif query == "SHOW FIELD KEYS":
        for name in measurements:
            keys = sorted({key for point in points if point.measurement == name for key in point.fields})
            yield {"name": name, "columns": ["fieldKey", "fieldType"], "values": [[key, "string"] for key in keys]}
    elif query.startswith("SHOW TAG VALUES"):
        for name in measurements:
            values = sorted({point.domain for point in points if point.measurement == name})
            yield {"name": name, "columns": ["key", "value"], "values": [["domain", value] for value in values]}
    else:
        yield from _selected(points, query, measurements)


def _selected(points: list[Point], query: str, measurements: list[str]) -> Iterator[dict[str, Any]]:
    columns = re.findall(r'"([^"]+)"', query.split(" FROM ", maxsplit=1)[0])
    start, stop = _range(query)
    domains = re.search(r'"domain" =~ /\^\((.*?)\)\$/', query)
    chosen = [
        point
        for point in points
        if start <= point.ns < stop and (domains is None or point.domain in domains[1].split("|"))
    ]
    for name in measurements:
        mine = [point for point in chosen if point.measurement == name and set(point.fields) & set(columns)]
        if not mine:
            continue
        if query.startswith("SELECT count("):
            yield {"name": name, "columns": ["time", "count"], "values": [[0, len(mine)]]}
        elif query.startswith("SELECT last("):
            newest = max(mine, key=lambda point: point.ns)
            yield {"name": name, "columns": ["time", "last"], "values": [[newest.ns, newest.fields[columns[0]]]]}
        else:
            rows = [[p.ns, p.domain, p.entity_id, *(p.fields.get(column) for column in columns)] for p in mine]
            yield {"name": name, "columns": ["time", "domain", "entity_id", *columns], "values": rows}


def _range(query: str) -> tuple[int, int]:
    if "now() + 1d" in query or "2000-01-01" in query:
        return 2**61, 2**62  # no file lies there
    if re.search(r"time > now\(\) - \d+m", query):
        return 0, 2**62
    found = re.search(r"time >= (\d+) AND time < (\d+)", query)
    if found is None or int(found[2]) - int(found[1]) > LONGEST:
        raise OverflowError("Query would exceed file limit of 432 parquet files. Please specify a smaller time range.")
    return int(found[1]), int(found[2])
