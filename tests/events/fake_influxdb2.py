"""InfluxDB 2: `/api/v2/query` with Flux, answered as annotated CSV with a new block whenever the schema changes."""

import csv
import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.events.fakes import TOKEN, Fake, Point, as_json, read_body, serve

BUCKET = "Home Assistant"

Row = dict[str, Any]
Table = tuple[str, dict[str, str], list[Row]]  # result, Flux's types of its columns, rows


@contextmanager
def influxdb2(*points: Point, host: str = "127.0.0.1") -> Iterator[Fake]:
    with serve(Fake(points=list(points)), _answer, host) as fake:
        yield fake


def _answer(fake: Fake, request: BaseHTTPRequestHandler) -> tuple[int, str, bytes]:
    body = read_body(request)
    if request.headers.get("Authorization") != f"Token {TOKEN}":
        return as_json(401, {"code": "unauthorized", "message": "unauthorized access"})
    if not request.path.startswith("/api/v2/query"):
        return as_json(404, {"code": "not found", "message": "path not found"})
    query = json.loads(body)["query"]
    fake.queries.append(query)
    bucket = re.search(r'bucket: "((?:[^"\\]|\\.)*)"', query)
    if bucket and bucket[1] != BUCKET:
        return as_json(
            404,
            {
                "code": "not found",
                "message": f'failed to initialize execute state: could not find bucket "{bucket[1]}"',
            },
        )
    return 200, "text/csv; charset=utf-8", annotated_csv(_tables(fake.points, query))


def _tables(points: list[Point], query: str) -> list[Table]:
    if query.startswith("buckets()"):
        return [("_result", {"name": "string"}, [{"name": BUCKET}, {"name": "_monitoring"}])]
    if wanted := re.search(r'v1\.tagValues\(bucket: .*tag: "(\w+)"', query):
        values = {value for point in points for value in _tag(point, wanted[1])}
        return [("_result", {"_value": "string"}, [{"_value": value} for value in sorted(values)])]
    sources = dict(re.findall(r"^(\w+) = (from\(.*?)(?=\n\n|\Z)", query, re.DOTALL | re.MULTILINE))
    found: list[Table] = []
    for statement in query.split("\n\n"):
        if statement.split(" = ")[0] in sources:
            continue
        text = sources.get(statement.split("\n")[0], "") + statement
        found += _selected(points, text)
    return found


def _tag(point: Point, tag: str) -> list[str]:
    return {"_measurement": [point.measurement], "_field": list(point.fields), "domain": [point.domain]}[tag]


def _selected(points: list[Point], text: str) -> list[Table]:
    start, stop = _range(text)
    fields = re.findall(r'r\["_field"\] == "([^"]*)"', text)
    domains = re.findall(r'r\["domain"\] == "([^"]*)"', text)
    result = re.search(r'yield\(name: "(\w+)"\)', text)
    series: dict[tuple[str, str, str, str, str], list[Row]] = {}
    for point in points:
        if start <= point.ns < stop and (not domains or point.domain in domains):
            for name, value in point.fields.items():
                if name in fields:
                    key = (point.measurement, point.domain, point.entity_id, name, _type(value))
                    series.setdefault(key, []).append({"_time": point.ns, "_value": value})
    return [_table(result[1] if result else "_result", key, rows, text) for key, rows in sorted(series.items())]


def _table(result: str, key: tuple[str, str, str, str, str], rows: list[Row], text: str) -> Table:
    measurement, domain, entity_id, name, kind = key
    rows = sorted(rows, key=lambda row: int(row["_time"]))
    if window := re.search(r"aggregateWindow\(every: (\d+)s, fn: (\w+)", text):
        rows = _windows(rows, int(window[1]) * 10**9, window[2])
        kind = "long" if window[2] == "count" else kind
    elif "|> last()" in text:
        rows = rows[-1:]
    elif "|> count()" in text:
        rows, kind = [{"_value": len(rows)}], "long"
    tags = {"_field": name, "_measurement": measurement, "domain": domain, "entity_id": entity_id}
    columns = {"_time": "dateTime:RFC3339", "_value": kind, **dict.fromkeys(tags, "string")}
    return result, columns, [{**row, **tags} for row in rows]


def _windows(rows: list[Row], every: int, fn: str) -> list[Row]:
    groups: dict[int, list[float]] = {}
    for row in rows:
        groups.setdefault(row["_time"] // every * every, []).append(row["_value"])
    reduced = {
        start: {"last": values[-1], "min": min(values), "max": max(values), "count": len(values)}[fn]
        for start, values in groups.items()
    }
    return [{"_time": start, "_value": value} for start, value in reduced.items()]


def _range(text: str) -> tuple[int, int]:
    found = re.search(r"range\(start: ([^,)]+)(?:, stop: ([^)]+))?\)", text)
    assert found is not None, text
    return (0, 2**62) if found[1].startswith("-") else (_ns(found[1]), _ns(found[2]))


def _ns(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1_000_000) * 1000


def _type(value: Any) -> str:
    return "string" if isinstance(value, str) else "boolean" if isinstance(value, bool) else "double"


def annotated_csv(tables: list[Table]) -> bytes:
    """Write tables as InfluxDB 2 does: annotations once for as long as the schema stays."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    schema: Any = None
    for number, (result, columns, rows) in enumerate(tables):
        if (result, columns) != schema:
            if schema is not None:
                text.write("\r\n")
            schema = (result, columns)
            writer.writerow(["#datatype", "string", "long", *columns.values()])
            writer.writerow(["#group", "false", "false", *("true" for _ in columns)])
            writer.writerow(["#default", result, "", *("" for _ in columns)])
            writer.writerow(["", "result", "table", *columns])
        for row in rows:
            writer.writerow(["", "", number, *(_cell(columns[name], row.get(name)) for name in columns)])
    text.write("\r\n")
    return text.getvalue().encode()


def _cell(kind: str, value: Any) -> str:
    if kind == "dateTime:RFC3339" and value is not None:
        whole = datetime.fromtimestamp(value // 10**9, UTC).strftime("%Y-%m-%dT%H:%M:%S")
        fraction = f".{value % 10**9:09d}".rstrip("0").rstrip(".")
        return f"{whole}{fraction}Z"
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


LATE_ERROR = b"\r\n#datatype,string,string\r\n#group,true,true\r\n#default,,\r\n,error,reference\r\n,query ran out of memory,897\r\n"
