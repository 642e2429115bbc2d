"""Fixtures that every room's tests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from homeintel.store import Store, migrate
from tests import servers


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty, migrated database."""
    empty = Store(tmp_path / "home.duckdb")
    migrate(empty)
    return empty


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[servers.Mosquitto]:
    """A real mosquitto that requires a password."""
    with servers.mosquitto(tmp_path / "mosquitto") as running:
        yield running


@pytest.fixture(scope="module")
def influx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Influxdb1]:
    """A real InfluxDB 1.x with authentication on; each test uses a database of its own."""
    with servers.influxdb1(tmp_path_factory.mktemp("influxdb")) as running:
        yield running


@pytest.fixture
def sample_folder() -> Path:
    """The folder of real payloads."""
    return servers.samples()
