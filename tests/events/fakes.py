"""Servers that can't be installed, written from their documents: InfluxDB 2's Flux endpoint and InfluxDB 3's `/query`.

They hold points and understand the queries this package builds, no others: an unknown one is answered as an error.
https://docs.influxdata.com/influxdb/v2/api/query/, .../v2/reference/syntax/annotated-csv/,
https://docs.influxdata.com/influxdb3/core/query-data/execute-queries/influxdb-v1-api/
"""

import gzip
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "only-for-tests"


@dataclass(frozen=True)
class Point:
    """One point as Home Assistant writes it."""

    ns: int
    measurement: str
    domain: str
    entity_id: str
    fields: dict[str, Any]


@dataclass
class Reply:
    """An answer that replaces the real one, or changes it."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    change: Callable[[bytes], bytes] = lambda body: body
    cut: bool = False


@dataclass
class Fake:
    """A running fake; `replies` are used one after the other, then the real answers."""

    url: str = ""
    points: list[Point] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    encodings: list[str] = field(default_factory=list)


Answer = Callable[[Fake, BaseHTTPRequestHandler], tuple[int, str, bytes]]
"""Gives status, content type and body."""


class Handler(BaseHTTPRequestHandler):
    """Answers in chunks, packed where that is accepted."""

    protocol_version = "HTTP/1.1"
    fake: Fake
    answer: Answer

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        status, kind, body = type(self).answer(self.fake, self)
        reply = self.fake.replies.pop(0) if self.fake.replies and status == 200 else Reply(status)
        body = reply.change(body)
        headers = {"Content-Type": kind, "Transfer-Encoding": "chunked", **reply.headers}
        if "gzip" in self.headers.get("Accept-Encoding", ""):
            body = gzip.compress(body)
            self.fake.encodings.append("gzip")
            headers["Content-Encoding"] = "gzip"
        self.send_response(reply.status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.send_chunks(body, cut=reply.cut)

    def do_POST(self) -> None:
        self.do_GET()

    def send_chunks(self, body: bytes, *, cut: bool) -> None:
        for first in range(0, len(body) // 2 if cut else len(body), 1000):
            piece = body[first : first + 1000]
            self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        if cut:
            self.close_connection = True
        else:
            self.wfile.write(b"0\r\n\r\n")


@contextmanager
def serve(fake: Fake, answer: Answer, host: str) -> Iterator[Fake]:
    """Run a fake on a free port."""
    handler = type("OneFake", (Handler,), {"fake": fake, "answer": staticmethod(answer)})
    server = ThreadingHTTPServer((host, 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    fake.url = f"http://{host}:{server.server_port}"
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()


def read_body(request: BaseHTTPRequestHandler) -> bytes:
    body = request.rfile.read(int(request.headers.get("Content-Length", 0)))
    return gzip.decompress(body) if request.headers.get("Content-Encoding") == "gzip" else body


def as_json(status: int, content: Any) -> tuple[int, str, bytes]:
    return status, "application/json", json.dumps(content).encode()
