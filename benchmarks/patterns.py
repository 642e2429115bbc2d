"""Time and memory of all detectors, against sorting the raw points by entity and time in the same process and limits.

Run: `python benchmarks/patterns.py [points ...]`. Each size runs in a process of its own. A made home of 200 entities and
30 days; a quarter, or four fifths, of the points are changes of discrete states, the others numeric reports, stored as
phase 2 stores them: changes one by one, numeric series reduced to five minutes.
"""

import resource
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from homeintel.patterns import detect_all, load_history
from homeintel.phase import Window
from homeintel.store import Store, migrate

SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
DISCRETE_SHARES = (0.25, 0.8)
ENTITIES, DAYS = 200, 30
MEMORY_LIMIT = "192MB"
WINDOW = Window(date(2026, 1, 5), date(2026, 1, 5) + timedelta(days=DAYS), ZoneInfo("Europe/Berlin"))


def main() -> None:
    """Print one line a size and share."""
    sizes = [int(text) for text in sys.argv[1:] if text.isdigit()] or list(SIZES)
    if sys.argv[1:2] == ["--one"]:
        one(int(sys.argv[2]), float(sys.argv[3]))
        return
    print(
        f"{'points':>10} {'discrete':>8} {'sort s':>7} {'load s':>7} {'detect s':>8} {'ratio':>6} {'peak MB':>8} patterns"
    )
    for size in sizes:
        for share in DISCRETE_SHARES:
            subprocess.run([sys.executable, __file__, "--one", str(size), str(share)], check=True)


def one(points: int, share: float) -> None:
    """Measure one size: make the store, then time sorting, loading and detecting."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "home.duckdb", MEMORY_LIMIT)
        migrate(store)
        subprocess.run([sys.executable, "-c", MAKE, str(store.path), str(points), str(share)], check=True)
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
    ratio = (ended - began) / sorting
    print(
        f"{points:>10} {share:>8.0%} {sorting:>7.2f} {loaded - began:>7.2f} {ended - loaded:>8.2f} {ratio:>6.2f} "
        f"{peak:>8.0f} {len(findings.patterns)}"
    )


MAKE = f"""
import sys
import duckdb
path, points, share = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
connection = duckdb.connect(path, config={{"memory_limit": "4GB"}})
connection.execute("SET TimeZone = 'UTC'")
discrete = int({ENTITIES} * share)
connection.execute("SELECT setseed(0.5)")
connection.execute(f'''
    CREATE TABLE raw AS
    WITH drawn AS (
        SELECT i % {ENTITIES} AS number, random() AS day, random() AS minute, random() AS value FROM range({{points}}) AS r(i))
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
    main()
