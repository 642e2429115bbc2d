"""InfluxDB 3: InfluxQL over the endpoint it has in common with 1.x, with a token.

https://docs.influxdata.com/influxdb3/core/query-data/execute-queries/influxdb-v1-api/. It takes one statement a request,
its parameters in the address, and answers tags as columns; Core refuses queries over more than about 72 hours.
"""

from collections.abc import Iterable
from datetime import timedelta

from homeintel.events.influx_http import InfluxqlClient
from homeintel.events.influxql_source import InfluxqlSource
from homeintel.settings import Influxdb3Settings


class Influxdb3Source(InfluxqlSource):
    """A database of InfluxDB 3.

    Args:
        settings: how to reach it.
        attributes: names of the attributes that are wanted.
    """

    def __init__(self, settings: Influxdb3Settings, attributes: Iterable[str]) -> None:
        token = settings.token.get_secret_value() if settings.token else ""
        client = InfluxqlClient(
            settings,
            headers={"Authorization": f"Bearer {token}"} if token else None,
            secret_name="HOMEINTEL_EVENTS_TOKEN",  # noqa: S106 - the name of a variable
            one_a_request=True,
        )
        super().__init__(
            settings,
            client,
            attributes,
            longest_query=timedelta(hours=settings.query_hours),
            recent=f"time > now() - {int(settings.query_hours * 60)}m",
        )
