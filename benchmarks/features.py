"""Feature analysis of a large home: time against a bare scan of the same tables, memory, scans.

Run: `python -m benchmarks.features`. A home of 500 devices (capabilities of simulated ones, repeated under new addresses)
and ten million raw points of 30 days, stored as phase 2 stores them: once with a quarter, once with four fifths of the
points being states. Each kind runs in a process of its own, so that its peak memory is its own; the notebook, with its charts
and tables, in a kernel as a night starts it.
"""

import json
import multiprocessing
import resource
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import psutil

from homeintel.bridge import phase as bridge
from homeintel.features.phase import analyse_tables, load, save
from homeintel.nightly.execute import execute_phase
from homeintel.phase import Phase, Window
from homeintel.settings import load_settings
from homeintel.simulate import simulate_retained
from homeintel.store import Store, migrate

RAW_POINTS = 10_000_000
DEVICES = 500
DAYS = 30
END = date(2026, 11, 8)
MOST_MEMORY_MB = 350
MOST_SCANS = 3
NOTEBOOK = Path(__file__).parents[1] / "notebooks" / "04_feature_analysis.ipynb"
BIG_TABLES = ("events", "attribute_changes", "measurements")

PARAMS = f"""
home: {{name: big, timezone: Europe/Berlin, latitude: 52.52, longitude: 13.40}}
window: {{days: {DAYS}, end: {END}}}
bridge: {{source: file, path: retained.json}}
events: {{source: files, paths: [none.parquet]}}
storage: {{database: home.duckdb, reports: reports}}
publish: {{enabled: false}}
"""


def build(folder: Path, discrete: float) -> Phase:
    """Write the large home: its devices through phase 1, its events straight into the store's tables."""
    (folder / "retained.json").write_text(json.dumps(simulate_retained(seed=7, devices=DEVICES)))
    (folder / "params.yaml").write_text(PARAMS)
    settings = load_settings(str(folder / "params.yaml"))
    window = Window.of(settings)
    store = Store(settings.storage.database, "2GB")
    migrate(store)
    bridge.run(Phase("capabilities", settings, window, store, "big"))
    with store.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        _fill(connection, window, discrete)
    return Phase("features", settings, window, Store(store.path, settings.storage.memory_limit), "big")


def _fill(connection: duckdb.DuckDBPyConnection, window: Window, discrete: float) -> None:
    """Spread the points over the home's entities; one row in four of a light carries attributes."""
    connection.execute(
        """CREATE TEMP TABLE numeric AS SELECT DISTINCT entity_id FROM entities
        WHERE component IN ('sensor', 'number') AND enabled;
        CREATE TEMP TABLE worded AS SELECT DISTINCT entity_id FROM entities
        WHERE component NOT IN ('sensor', 'number', 'button', 'update') AND enabled;
        CREATE TEMP TABLE lights AS SELECT DISTINCT entity_id FROM entities
        WHERE component IN ('light', 'climate', 'cover', 'fan') AND enabled"""
    )
    span = (
        f"TIMESTAMPTZ '{window.start.isoformat()}' + to_microseconds((hash(i) % {DAYS * 86_400_000_000 - 1})::BIGINT)"
    )
    states, numbers = int(RAW_POINTS * discrete * 2 / 3), int(RAW_POINTS * (1 - discrete))
    connection.execute(
        f"""INSERT INTO events SELECT {span} AS ts, {_picked("worded")}, CASE WHEN i % 2 = 0 THEN 'on' ELSE 'off' END,
        CASE WHEN i % 2 = 0 THEN 'off' ELSE 'on' END, NULL, CASE i % 4 WHEN 0 THEN 'person' WHEN 1 THEN 'automation'
        WHEN 2 THEN 'device' ELSE 'unknown' END, NULL, NULL, 'made' FROM range({states}) AS r(i) ORDER BY ts"""
    )
    connection.execute(
        f"""INSERT INTO attribute_changes SELECT {span} AS ts, {_picked("lights")},
        ['brightness', 'color_temp_kelvin', 'hs_color', 'current_position', 'temperature'][1 + i % 5],
        (hash(i, 2) % 255)::VARCHAR FROM range({states // 2}) AS r(i) ORDER BY ts"""
    )
    connection.execute(
        f"""INSERT INTO measurements SELECT time_bucket(INTERVAL 5 MINUTE, {span}) AS ts, {_picked("numeric")},
        round((hash(i, 3) % 3000) / 100, 2) AS v, v, v, 1 FROM range({numbers}) AS r(i) ORDER BY 1"""
    )
    connection.execute("CHECKPOINT")


def _picked(table: str) -> str:
    return f"(SELECT list(entity_id ORDER BY entity_id) FROM {table})[1 + (hash(i, 1) % (SELECT count(*) FROM {table}))::INT]"


def scans(phase: Phase) -> Counter[str]:
    """Return how often each big table is scanned by all that the phase reads, by the plans of its statements."""
    found: Counter[str] = Counter()

    class Recording:
        """A connection that looks at the plan of each statement before it runs."""

        def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
            self._connection = connection

        def execute(self, sql: str, parameters: list[Any] | None = None) -> duckdb.DuckDBPyConnection:
            rows = self._connection.execute(f"EXPLAIN (FORMAT json) {sql}", parameters or []).fetchall()
            found.update(name for name in _scanned(json.loads(rows[0][1])) if name in BIG_TABLES)
            return self._connection.execute(sql, parameters or [])

    class Watched(Store):
        """The store with such connections."""

        @contextmanager
        def connect(self, *, read_only: bool = False) -> Iterator[Any]:
            with super().connect(read_only=read_only) as connection:
                yield Recording(connection)

    load(replace(phase, store=Watched(phase.store.path, phase.store.memory_limit)))
    return found


def _scanned(nodes: list[dict[str, Any]]) -> Iterator[str]:
    for node in nodes:
        if "SCAN" in node["name"]:
            yield str(node["extra_info"].get("Table", "")).rsplit(".", 1)[-1]
        yield from _scanned(node["children"])


def bare(phase: Phase) -> float:
    """Return the seconds a bare grouped scan of the three tables takes in the same process and limits."""
    began = time.perf_counter()
    with phase.store.connect() as connection:
        for table in BIG_TABLES:
            connection.execute(
                f"SELECT entity_id, count(*), min(ts), max(ts) FROM {table} GROUP BY entity_id"
            ).fetchall()
    return time.perf_counter() - began


def measure(discrete: float, answers: "multiprocessing.Queue[dict[str, float]]", folder: str) -> None:
    """Run the phase once and answer with its figures."""
    settings = load_settings(str(Path(folder) / "params.yaml"))
    phase = Phase(
        "features",
        settings,
        Window.of(settings),
        Store(settings.storage.database, settings.storage.memory_limit),
        "big",
    )
    began = time.perf_counter()
    tables = load(phase)
    loaded = time.perf_counter()
    analysis = analyse_tables(phase, tables)
    analysed = time.perf_counter()
    save(phase, tables, analysis)
    saved = time.perf_counter()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    answers.put(
        {
            "discrete": discrete, "rows": len(analysis.rows), "load": loaded - began, "analyse": analysed - loaded,
            "save": saved - analysed, "memory": memory, "bare": bare(phase), **scans(phase),
        }
    )  # fmt: skip


def kernel(folder: str, answers: "multiprocessing.Queue[dict[str, float]]") -> None:
    """Execute the notebook and answer with the peak of its kernel, proportional set size in MB."""
    peaks, stop = [0.0], threading.Event()

    def watch() -> None:
        while not stop.wait(0.05):
            try:
                children = psutil.Process().children(recursive=True)
                peaks.append(sum(child.memory_full_info().pss for child in children) / 2**20)
            except psutil.Error:  # a child ended meanwhile
                continue

    watcher = threading.Thread(target=watch)
    watcher.start()
    parameters: dict[str, str | int] = {
        "params_file": str(Path(folder) / "params.yaml"), "run_id": "big", "window_end": str(END), "window_days": DAYS,
    }  # fmt: skip
    done = execute_phase(NOTEBOOK, Path(folder) / "executed.ipynb", parameters, limit_seconds=600)
    stop.set()
    watcher.join()
    answers.put({"kernel": max(peaks), "whole": float(done.outcome.status in {"succeeded", "degraded"})})


def main() -> int:
    """Print one line a kind of home; answer 1 if a bound is broken."""
    context = multiprocessing.get_context("spawn")
    print(f"{DEVICES} devices, {RAW_POINTS:,} raw points, {DAYS} days")
    print(
        "states  verdicts   load s  analyse s  save s  bare scan s  times bare  scans (events, attributes, numbers)  peak MB  kernel MB"
    )
    broken = False
    for discrete in (0.25, 0.8):
        with tempfile.TemporaryDirectory() as folder:
            builder = context.Process(target=build, args=(Path(folder), discrete))
            builder.start()
            builder.join()
            answers: multiprocessing.Queue[dict[str, float]] = context.Queue()
            measured = context.Process(target=measure, args=(discrete, answers, folder))
            measured.start()
            found = answers.get(timeout=600)
            measured.join()
            noted = context.Process(target=kernel, args=(folder, answers))
            noted.start()
            found |= answers.get(timeout=600)
            noted.join()
        ratio = (found["load"] + found["analyse"] + found["save"]) / found["bare"]
        print(
            f"{discrete:6.0%} {found['rows']:9,.0f} {found['load']:8.2f} {found['analyse']:10.2f} {found['save']:7.2f} "
            f"{found['bare']:12.2f} {ratio:11.1f} {' '.join(f'{found[name]:.0f}' for name in BIG_TABLES):>35} {found['memory']:8.0f} "
            f"{found['kernel']:10.0f}"
        )
        broken |= (
            max(found["memory"], found["kernel"]) > MOST_MEMORY_MB
            or sum(found[name] for name in BIG_TABLES) > MOST_SCANS
        )
        broken |= not found["whole"]
    return int(broken)


if __name__ == "__main__":
    sys.exit(main())
