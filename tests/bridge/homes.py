"""A home's settings, and a phase on them, for the tests of this room."""

from pathlib import Path
from typing import Any

import yaml

from homeintel.phase import Phase, Window
from homeintel.settings import load_settings
from homeintel.store import Store, migrate
from tests.servers import Mosquitto

RUN = "run-1"


def phase_of(folder: Path, bridge: dict[str, Any], **sections: Any) -> Phase:
    """Return phase 1 of a home in `folder` whose bridge is read as `bridge` says."""
    values = {
        "home": {"name": "test", "timezone": "Europe/Berlin", "latitude": 52.5, "longitude": 13.4},
        "bridge": bridge,
        "events": {"source": "simulated"},
        "storage": {"database": "home.duckdb", "reports": "reports"},
        **sections,
    }
    params = folder / "params.yaml"
    params.write_text(yaml.safe_dump(values))
    settings = load_settings(params)
    store = Store(settings.storage.database)
    migrate(store)
    return Phase("capabilities", settings, Window.of(settings), store, RUN)


def broker_settings(broker: Mosquitto, folder: Path, **more: Any) -> dict[str, Any]:
    """Return the bridge section of a home whose broker is `broker`."""
    secret = folder / "password"
    secret.write_text(broker.password)
    return {
        "source": "mqtt", "host": "127.0.0.1", "port": broker.port, "username": broker.username,
        "password_file": str(secret), "timeout": 10, **more,
    }  # fmt: skip


def dump(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of the room's tables, to compare before and after."""
    with store.connect() as connection:
        return {
            table: connection.execute(f"SELECT * FROM {table} ORDER BY ALL").fetchall()
            for table in ("devices", "device_capabilities", "entities")
        }
