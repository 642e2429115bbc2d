"""Speaks with an InfluxDB that understands Flux, through influxdb-client's raw answers; errors told apart."""

from collections.abc import Iterator, Sequence

import pyarrow as pa
import urllib3.exceptions
from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.rest import ApiException

from homeintel.errors import EventSourceError, SourceRefusedError, SourceUnavailableError
from homeintel.events.flux_csv import tables
from homeintel.events.influx_http import TEMPORARY, is_local, told

READ_BYTES = 1 << 18


class FluxClient:
    """One server and organisation.

    Args:
        url: the server's address.
        organization: its name; empty where the server has none.
        token: empty where none is needed.
        timeout: seconds a request may be silent.
        ca_file: the authority to trust; None is the system's.
    """

    def __init__(self, url: str, organization: str, token: str, *, timeout: float, ca_file: str | None) -> None:
        self.url = url.rstrip("/")
        self._client = InfluxDBClient(
            url=self.url,
            token=token,
            org=organization or "-",
            timeout=round(timeout * 1000),
            enable_gzip=not is_local(url),
            ssl_ca_cert=ca_file,
            retries=urllib3.Retry(0, redirect=0, raise_on_status=False),
        )

    def tables(self, query: str, columns: Sequence[str]) -> Iterator[pa.Table]:
        """Yield the answer's rows as they come; `columns` and `result` are kept.

        Raises:
            SourceUnavailableError: temporary.
            SourceRefusedError: permanent.
        """
        try:
            answer = self._client.query_api().query_raw(query)
            try:
                yield from tables(answer.stream(READ_BYTES, decode_content=True), columns)
            finally:
                answer.release_conn()
        except ApiException as error:
            raise self._error(error) from error
        except urllib3.exceptions.SSLError as error:
            raise self._untrusted() from error
        except urllib3.exceptions.MaxRetryError as error:
            if isinstance(error.reason, urllib3.exceptions.SSLError):
                raise self._untrusted() from error
            raise SourceUnavailableError(
                f"InfluxDB at {self.url} does not answer.", next_step="Check that it runs and that events.url is right."
            ) from error
        except urllib3.exceptions.HTTPError as error:
            raise SourceUnavailableError(
                f"The connection to {self.url} broke in the middle of an answer.",
                next_step="Look at InfluxDB's log; the next night goes on from here.",
            ) from error

    def close(self) -> None:
        """Close the connections."""
        self._client.close()  # type: ignore[no-untyped-call]

    def _untrusted(self) -> SourceRefusedError:
        return SourceRefusedError(
            f"{self.url} has a certificate that is not trusted.",
            next_step="Name its authority in events.ca_file, or check the address.",
        )

    def _error(self, error: ApiException) -> EventSourceError:
        body = error.body if isinstance(error.body, bytes) else str(error.body or "").encode()
        if error.status in {401, 403}:
            return SourceRefusedError(
                f"InfluxDB at {self.url} refuses the token (HTTP {error.status}).",
                next_step="Check HOMEINTEL_EVENTS_TOKEN and events.organization; the token must be allowed to read.",
            )
        if error.status in TEMPORARY:
            busy = SourceUnavailableError(
                f"InfluxDB at {self.url} is busy or not ready (HTTP {error.status}).",
                next_step="Look at its log; the next night goes on from here.",
            )
            asked = str(error.headers.get("Retry-After", "")) if error.headers else ""
            busy.retry_after = float(asked) if asked.isdigit() else None
            return busy
        return SourceRefusedError(
            f"InfluxDB at {self.url} refuses the query (HTTP {error.status}): {told(body)}",
            next_step="Check events.url, events.source, events.organization and events.bucket.",
        )
