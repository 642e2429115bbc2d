"""One home with one night behind it, for all tests of the room."""

from pathlib import Path

import pytest

from homeintel.explore.found import Found, load_found
from homeintel.explore.opening import Opened, open_home
from homeintel.patterns.history import History
from homeintel.settings import load_settings
from homeintel.store import Store, write_read_copy, write_snapshot
from tests.nightly.homes import run_in_process, write_params

END = "2026-11-08"


@pytest.fixture(scope="package")
def params(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of 40 devices and 30 days after one night: with its read copy and its snapshot."""
    folder = tmp_path_factory.mktemp("explored")
    simulated = {"source": "simulated", "seed": 7, "devices": 40}
    path = write_params(folder, bridge=simulated, events=simulated, window={"days": 30, "end": END})
    run_in_process(path, "capabilities", "events", "patterns", "features", "suggestions")
    settings = load_settings(path)
    store = Store(settings.storage.database)
    write_read_copy(store)
    night = settings.storage.reports / settings.home.slug / END
    night.mkdir(parents=True)
    write_snapshot(store, night / "snapshot.duckdb")
    return path


@pytest.fixture(scope="package")
def opened(params: Path) -> Opened:
    return open_home(str(params))


@pytest.fixture(scope="package")
def found(opened: Opened) -> Found:
    return load_found(opened)


@pytest.fixture(scope="package")
def history(opened: Opened) -> History:
    loaded = opened.history()
    assert loaded is not None
    return loaded
