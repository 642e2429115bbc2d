"""InfluxDB 1.x, and 2.x with a DBRP mapping: InfluxQL over `/query`, with user and password."""

from collections.abc import Iterable

from homeintel.events.influx_http import InfluxqlClient
from homeintel.events.influxql_source import InfluxqlSource
from homeintel.settings import Influxdb1Settings


class Influxdb1Source(InfluxqlSource):
    """A database of InfluxDB 1.x.

    Args:
        settings: how to reach it.
        attributes: names of the attributes that are wanted.
    """

    def __init__(self, settings: Influxdb1Settings, attributes: Iterable[str]) -> None:
        password = settings.password.get_secret_value() if settings.password else ""
        client = InfluxqlClient(settings, auth=(settings.username, password) if settings.username else None)
        super().__init__(settings, client, attributes, retention_policy=settings.retention_policy)
