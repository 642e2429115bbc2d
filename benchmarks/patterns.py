"""Time and memory of all detectors, against sorting the raw points by entity and time in the same process and limits.

Run: `python benchmarks/patterns.py [points ...]`. Each size runs in processes of its own. A made home of 200 entities and
30 days; a quarter, or four fifths, of the points are changes of discrete states, the others numeric reports, stored as
phase 2 stores them: changes one by one, numeric series reduced to five minutes. The last lines are dense homes of 740 and 2,000
entities in which everything is used at random: 820 thousand to six million candidate pairs, none of them a habit. The kernel's
peak is that of the phase's whole notebook, charts included. Exit status 1 where a bound does not hold.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml

from homeintel.patterns import detect_all, load_history
from homeintel.phase import Window
from homeintel.store import Store, insert_record, migrate

SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
DISCRETE_SHARES = (0.25, 0.8)
ENTITIES, DAYS = 200, 30
DENSE_HOMES = ((740, 300_000), (740, 1_000_000), (2_000, 300_000), (2_000, 1_000_000))
DENSE_SHARE = 0.865
"""Entities and points, and the share of discrete ones."""
MEMORY_LIMIT = "192MB"
ZONE = ZoneInfo("Europe/Berlin")
WINDOW = Window(date(2026, 1, 5), date(2026, 1, 5) + timedelta(days=DAYS), ZONE)
NOTEBOOK = Path(__file__).parents[1] / "notebooks" / "03_pattern_detection.ipynb"
RUN = "benchmark"

MOST_TIMES_SORTING = {0.25: 1.0, 0.8: 1.3}
"""Loading and detecting over sorting, by the share of discrete points; beyond a million points."""
MOST_SECONDS, MILLION = 3.0, 1_000_000
MOST_DENSE_SECONDS = 60.0
MOST_KERNEL_MB = 350.0


def main() -> int:
    """Print one line a size and share, and whether each bound holds."""
    if sys.argv[1:2] == ["--detect"]:
        detect(Path(sys.argv[2]))
        return 0
    if sys.argv[1:2] == ["--kernel"]:
        kernel(Path(sys.argv[2]))
        return 0
    sizes = [int(text) for text in sys.argv[1:]] or list(SIZES)
    print("    points entities discrete  sort s  load s  detect s  ratio  process MB  kernel MB  patterns  bounds")
    held = [one(size, share) for size in sizes for share in DISCRETE_SHARES]
    if not sys.argv[1:]:
        held += [one(points, DENSE_SHARE, entities) for entities, points in DENSE_HOMES]
    return 0 if all(held) else 1


def one(points: int, share: float, entities: int = ENTITIES) -> bool:
    """Make one home, measure it, print its line; return whether its bounds hold."""
    with tempfile.TemporaryDirectory(prefix="homeintel-benchmark-") as folder:
        make(Path(folder), points, share, entities)
        figures = {**_figures("--detect", folder), **_figures("--kernel", folder)}
    took = figures["load"] + figures["detect"]
    ratio = took / figures["sort"]
    name, time_held = _time_bound(points, share, entities, took, ratio)
    memory_held = figures["kernel"] < MOST_KERNEL_MB
    print(
        f"{points:>10} {entities:>8} {share:>8.0%} {figures['sort']:>7.2f} {figures['load']:>7.2f} {figures['detect']:>9.2f} {ratio:>6.2f}"
        f" {figures['process']:>11.0f} {figures['kernel']:>10.0f} {figures['patterns']:>9.0f}"
        f"  {name}: {_word(time_held)}; < {MOST_KERNEL_MB:g} MB: {_word(memory_held)}",
        flush=True,
    )
    return time_held and memory_held


def _time_bound(points: int, share: float, entities: int, took: float, ratio: float) -> tuple[str, bool]:
    if entities != ENTITIES:
        return f"<= {MOST_DENSE_SECONDS:g} s", took <= MOST_DENSE_SECONDS
    if points > MILLION:
        return f"<= {MOST_TIMES_SORTING[share]} sorts", ratio <= MOST_TIMES_SORTING[share]
    return f"<= {MOST_SECONDS:g} s", took <= MOST_SECONDS


def _word(held: bool) -> str:
    return "holds" if held else "FAILS"


def _figures(what: str, folder: str) -> dict[str, float]:
    command = [sys.executable, __file__, what, folder]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return dict(json.loads(printed.splitlines()[-1]))


def make(folder: Path, points: int, share: float, entities: int) -> None:
    """Write a store, with the raw points beside it, and the params file that names it."""
    store = Store(folder / "home.duckdb", MEMORY_LIMIT)
    migrate(store)
    subprocess.run([sys.executable, "-c", MAKE, str(store.path), str(points), str(share), str(entities)], check=True)
    params = {
        "home": {"name": "benchmark", "timezone": ZONE.key, "latitude": 52.52, "longitude": 13.40},
        "window": {"days": DAYS, "end": WINDOW.end_day},
        "bridge": {"source": "simulated"},
        "events": {"source": "simulated"},
        "storage": {"database": str(store.path), "reports": str(folder / "reports"), "memory_limit": MEMORY_LIMIT},
    }
    (folder / "home.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")
    run = {
        "run_id": RUN, "params_file": "", "window_start": WINDOW.start, "window_end": WINDOW.end,
        "started_at": datetime.now(UTC), "status": "running", "version": "benchmark",
    }  # fmt: skip
    with store.transaction() as connection:
        insert_record(connection, "job_runs", run)


def detect(folder: Path) -> None:
    """Time loading, detecting and sorting in this process; print the figures as JSON."""
    store = Store(folder / "home.duckdb", MEMORY_LIMIT)
    began = time.perf_counter()
    with store.connect() as connection:
        history = load_history(connection, WINDOW, latitude=52.52, longitude=13.40)
    loaded = time.perf_counter()
    findings = detect_all(history)
    ended = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    with store.connect() as connection:
        sort_began = time.perf_counter()
        connection.execute("CREATE TEMP TABLE sorted AS SELECT * FROM raw ORDER BY entity_id, ts")
        sorting = time.perf_counter() - sort_began
    figures = {
        "sort": sorting, "load": loaded - began, "detect": ended - loaded, "process": peak,
        "patterns": len(findings.patterns),
    }  # fmt: skip
    print(json.dumps(figures))


def kernel(folder: Path) -> None:
    """Run the notebook as a night does; print the peak of its kernel, the only process started here, as JSON."""
    import papermill

    parameters = {"params_file": str(folder / "home.yaml"), "run_id": RUN}
    out = folder / "out.ipynb"
    papermill.execute_notebook(
        str(NOTEBOOK), str(out), parameters=parameters, kernel_name="python3", progress_bar=False
    )
    print(json.dumps({"kernel": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024}))


MAKE = f"""
import sys
import duckdb
path, points, share, entities = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
connection = duckdb.connect(path, config={{"memory_limit": "4GB"}})
connection.execute("SET TimeZone = 'UTC'")
connection.execute("SET enable_progress_bar = false")
discrete = int(entities * share)
connection.execute("SELECT setseed(0.5)")
connection.execute(f'''
    CREATE TABLE raw AS
    WITH drawn AS (
        SELECT i % {{entities}} AS number, random() AS day, random() AS minute, random() AS value FROM range({{points}}) AS r(i))
    SELECT TIMESTAMPTZ '2026-01-04 23:00:00+00' + to_microseconds((
               (floor(day * {DAYS}) * 1440 + 420 + 960 * minute) * 60000000)::BIGINT) AS ts,
           CASE WHEN number >= {{discrete}} THEN 'sensor.number_'
                WHEN number % 2 = 0 THEN 'light.lamp_' ELSE 'binary_sensor.contact_' END || number AS entity_id,
           number < {{discrete}} AS discrete, value FROM drawn''')
connection.execute('''
    INSERT INTO events SELECT ts, entity_id,
        CASE WHEN row_number() OVER (PARTITION BY entity_id ORDER BY ts) % 2 = 1 THEN 'on' ELSE 'off' END, NULL, NULL,
        'unknown', NULL, NULL, 'made' FROM raw WHERE discrete''')
connection.execute('''
    INSERT INTO measurements SELECT time_bucket(INTERVAL 5 MINUTE, ts), entity_id, arg_max(value, ts), min(value), max(value),
        count(*) FROM raw WHERE NOT discrete GROUP BY ALL''')
"""


if __name__ == "__main__":
    sys.exit(main())
