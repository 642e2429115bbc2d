"""What the tests of this room share: a phase on a fresh store, settings, points."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from homeintel.phase import Phase, Window
from homeintel.settings import load_settings
from homeintel.store import Store, migrate, query
from tests import servers

PASSWORD = "only-for-tests"  # the variable's content must never reach a message


def phase_of(
    folder: Path,
    events: dict[str, Any],
    *,
    end: date = date(2026, 11, 8),
    days: int = 2,
    timezone: str = "Europe/Berlin",
) -> Phase:
    """A night's phase on a database in `folder`, which stays between calls."""
    params = {
        "home": {"name": "test", "timezone": timezone, "latitude": 52.52, "longitude": 13.4},
        "window": {"days": days, "end": end.isoformat()},
        "bridge": {"source": "simulated"},
        "events": events,
        "storage": {"database": str(folder / "home.duckdb"), "reports": str(folder / "reports")},
    }
    path = folder / "home.yaml"
    path.write_text(yaml.safe_dump(params))
    settings = load_settings(path)
    store = Store(settings.storage.database)
    migrate(store)
    return Phase("events", settings, Window.of(settings), store, "run-1")


def influx_events(server: servers.Influxdb1, database: str, **more: Any) -> dict[str, Any]:
    """The settings of a real server; its password comes from the environment, as in a home."""
    return {
        "source": "influxdb1", "url": server.url, "database": database, "username": server.username,
        "retry_seconds": 1, **more,
    }  # fmt: skip


def rows(store: Store, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """The rows of a query as tuples."""
    with store.connect() as connection:
        return [tuple(row) for row in connection.execute(sql, list(parameters)).fetchall()]


def nanoseconds(text: str) -> int:
    """An ISO time with its offset as nanoseconds."""
    return round(datetime.fromisoformat(text).timestamp() * 1_000_000) * 1000


__all__ = ["PASSWORD", "influx_events", "nanoseconds", "phase_of", "query", "rows"]
