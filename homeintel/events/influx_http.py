"""Speaks HTTP with an InfluxDB that understands InfluxQL: `/query`, streamed in chunks, errors told apart.

https://docs.influxdata.com/influxdb/v1/tools/api/#query-http-endpoint. Answers are JSON, never CSV: in CSV an error in
the middle of an answer (a query that took too long, a database that is gone) is an empty or shorter answer.
"""

import contextlib
import json
from collections.abc import Iterator, Sequence
from typing import Any, Self
from urllib.parse import urlsplit

import requests

from homeintel.errors import EventSourceError, SourceRefusedError, SourceUnavailableError
from homeintel.events.influx_series import Series, fast, plain
from homeintel.settings import Influxdb1Settings, Influxdb3Settings

CHUNK_POINTS = 10_000
"""Points a line of the answer; more makes server and client hold more for no gain in speed."""

TEMPORARY = frozenset({408, 429, 500, 502, 503, 504})
"""HTTP statuses that are worth another try."""

_TEMPORARY_WORDS = ("timeout", "interrupted", "shutdown", "engine is closed", "not ready", "too many")


class InfluxqlClient:
    """One server and database.

    Args:
        settings: how to reach it.
        auth: user and password; None without.
        headers: further headers, such as a token's.
        secret_name: how a refused password is called in errors.
        one_a_request: whether the server takes one statement a request, its parameters in the address (3.x).
    """

    def __init__(
        self,
        settings: Influxdb1Settings | Influxdb3Settings,
        *,
        auth: tuple[str, str] | None = None,
        headers: dict[str, str] | None = None,
        secret_name: str = "HOMEINTEL_EVENTS_PASSWORD",  # noqa: S107 - the name of a variable
        one_a_request: bool = False,
    ) -> None:
        self.url = settings.url.rstrip("/")
        self.database = settings.database
        self._timeout = settings.timeout
        self._secret_name = secret_name
        self._one_a_request = one_a_request
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy and no .netrc between a home and its own database
        self._session.auth = auth
        self._session.verify = str(settings.ca_file) if settings.ca_file else True
        # On this machine packing costs more than it saves.
        self._session.headers.update(
            {"Accept-Encoding": "identity" if is_local(self.url) else "gzip", **(headers or {})}
        )

    def version(self) -> str:
        """Return the server's version as `/ping` tells it, without authentication; empty where it does not.

        Raises:
            SourceUnavailableError: nothing answers.
        """
        answer = self._send("GET", "/ping", {})
        return answer.headers.get("X-Influxdb-Version", "")

    def ask(self, query: str) -> list[Series]:
        """Return the series of one small query.

        Raises:
            SourceUnavailableError: temporary.
            SourceRefusedError: permanent.
        """
        return [series for _, series in self.stream([query])]

    def stream(self, queries: Sequence[str]) -> Iterator[tuple[int, Series]]:
        """Yield (which query, series) in the server's order; a long series comes in several parts.

        Times are nanoseconds. The answer is read as it comes; one line of it is held at a time.

        Raises:
            SourceUnavailableError: the connection broke, the server is busy.
            SourceRefusedError: password, database, query.
        """
        requests_of = [[query] for query in queries] if self._one_a_request else [list(queries)]
        first = 0
        for some in requests_of:
            form = {
                "db": self.database, "q": "; ".join(some), "epoch": "ns", "chunked": "true",
                "chunk_size": str(CHUNK_POINTS),
            }  # fmt: skip
            with self._send("GET" if self._one_a_request else "POST", "/query", form) as answer:
                for series in self._series(answer):
                    yield first + series.statement, series
            first += len(some)

    def _series(self, answer: requests.Response) -> Iterator[Series]:
        for line in self._lines(answer):
            series = fast(line)
            if series is not None:
                yield series
                continue
            for result in self._document(line).get("results", ()):
                if "error" in result:
                    raise self._refused(str(result["error"]))
                yield from plain(result)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connections."""
        self.close()

    def _send(self, method: str, path: str, form: dict[str, str]) -> requests.Response:
        try:
            answer = self._session.request(
                method, self.url + path, params=form if method == "GET" else None, data=form if method == "POST" else None, timeout=(min(10.0, self._timeout), self._timeout), stream=True,
                allow_redirects=False,
            )  # fmt: skip
        except requests.exceptions.SSLError as error:
            raise SourceRefusedError(
                f"{self.url} has a certificate that is not trusted.",
                next_step="Name its authority in events.ca_file, or check the address.",
            ) from error
        except (requests.exceptions.ConnectionError, requests.exceptions.Timeout) as error:
            raise self._unreachable(error) from error
        except requests.exceptions.RequestException as error:
            raise SourceRefusedError(
                f"{self.url} can't be asked: {type(error).__name__}.", next_step="Check events.url."
            ) from error
        if answer.status_code >= 300:
            with answer:
                raise self._status_error(answer)
        return answer

    def _lines(self, answer: requests.Response) -> Iterator[bytes]:
        """Yield the lines of the answer; long ones are put together once, not again at every piece."""
        held: list[bytes] = []
        try:
            for piece in answer.iter_content(1 << 18):
                *whole, rest = piece.split(b"\n")
                for end in whole:
                    yield b"".join([*held, end])
                    held = []
                if rest:
                    held.append(rest)
        except requests.exceptions.RequestException as error:
            raise SourceUnavailableError(
                f"The connection to {self.url} broke in the middle of an answer.",
                next_step="Look at InfluxDB's log; the next night goes on from here.",
            ) from error
        if held:
            yield b"".join(held)

    def _document(self, line: bytes) -> dict[str, Any]:
        if not line.strip():
            return {}
        try:
            document = json.loads(line)
        except ValueError as error:
            raise SourceUnavailableError(
                f"{self.url} broke off in the middle of an answer.", next_step="Look at the log of InfluxDB."
            ) from error
        if not isinstance(document, dict):
            raise SourceRefusedError(
                f"{self.url} does not answer as InfluxDB does.", next_step="Check events.url and events.source."
            )
        if "error" in document:
            raise self._refused(str(document["error"]))
        return document

    def _unreachable(self, error: Exception) -> SourceUnavailableError:
        silent = isinstance(error, requests.exceptions.Timeout)
        how = f"did not answer within {self._timeout:g} s" if silent else "does not answer"
        return SourceUnavailableError(
            f"InfluxDB at {self.url} {how}.", next_step="Check that it runs and that events.url is right."
        )

    def _status_error(self, answer: requests.Response) -> EventSourceError:
        status = answer.status_code
        if status in {401, 403}:
            return SourceRefusedError(
                f"InfluxDB at {self.url} refuses the user or the password (HTTP {status}).",
                next_step=f"Check events.username and {self._secret_name}; the user needs READ on {self.database}.",
            )
        if status in TEMPORARY:
            unavailable = SourceUnavailableError(
                f"InfluxDB at {self.url} is busy or not ready (HTTP {status}).",
                next_step="Look at its log; the next night goes on from here.",
            )
            asked = answer.headers.get("Retry-After", "")
            unavailable.retry_after = float(asked) if asked.isdigit() else None
            return unavailable
        return SourceRefusedError(
            f"InfluxDB at {self.url} refuses the query (HTTP {status}): {told(next(answer.iter_content(2000), b''))}",
            next_step="Check events.url, events.source and events.database.",
        )

    def _refused(self, told: str) -> EventSourceError:
        if any(word in told for word in _TEMPORARY_WORDS):
            return SourceUnavailableError(
                f"InfluxDB at {self.url} gave up a query: {told}.", next_step="Look at its log and its limits."
            )
        return SourceRefusedError(
            f"InfluxDB at {self.url} refuses: {told}.",
            next_step="Check events.database, events.retention_policy and the rights of the user.",
        )


def is_local(url: str) -> bool:
    """Return whether a server runs on this machine."""
    return urlsplit(url).hostname in {"localhost", "127.0.0.1", "::1"}


def told(body: bytes) -> str:
    """Return the first line of what a server says of an error; 1.x calls it `error`, 2.x `message`."""
    text = body[:2000].decode("utf-8", "replace")
    with contextlib.suppress(ValueError, KeyError, TypeError):
        answer = json.loads(text)
        text = str(answer.get("error") or answer["message"])
    return (text.strip().splitlines() or ["no reason given"])[0][:300]
