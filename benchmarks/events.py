"""What fetching costs, as ratios in one run: against curl, against pyarrow.csv, against itself.

    python benchmarks/events.py [--points 1000000] [--memory 5000000 10000000]

Needs influxd and curl. A ratio says more than a time: the machine's other work slows both sides. `--memory` fetches larger
homes too, for their peak only; `--points 0` measures nothing else.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import stamina
import yaml

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from homeintel.events.domains import ATTRIBUTES  # noqa: E402 - after the path is set
from homeintel.events.flux_csv import tables  # noqa: E402
from homeintel.events.influx_http import InfluxqlClient  # noqa: E402
from homeintel.events.influx_series import Series  # noqa: E402
from homeintel.events.influxdb1 import Influxdb1Source  # noqa: E402
from homeintel.events.plan import days_between  # noqa: E402
from homeintel.events.reading import Piece  # noqa: E402
from homeintel.phase import Window  # noqa: E402
from homeintel.settings import Influxdb1Settings, load_settings  # noqa: E402
from tests import servers  # noqa: E402

END = date(2026, 11, 8)
DAYS = 30
LARGE_HOME = 1000  # sensors; with contacts and lights some 500 devices
PEAK_MB = 350
PAIRS = 5

_NIGHT = """
import json, resource, sys, time
from datetime import UTC, date, datetime, timedelta
import stamina
import homeintel.events.influxdb1
import homeintel.events.sync as sync
from homeintel.events.phase import run
from homeintel.phase import Phase, Window
from homeintel.settings import load_settings
from homeintel.store import Store, migrate
settings = load_settings(sys.argv[1])
end = date.fromisoformat(sys.argv[2])
sync.utc_now = lambda: datetime(end.year, end.month, end.day, 3, tzinfo=UTC)
store = Store(settings.storage.database, settings.storage.memory_limit)
migrate(store)
began = time.monotonic()
outcome = run(Phase("events", settings, Window.of(settings, end=end), store, "benchmark"))
seconds = time.monotonic() - began
status = open("/proc/self/status").read().split()  # the high water mark of this program alone
peak = int(status[status.index("VmHWM:") + 1]) / 1024
peak += resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024  # and what it started, if anything
print(json.dumps({"seconds": seconds, "peak_mb": peak, **outcome.figures}))
"""


def points(count: int, days: int, sensors: int = 200) -> Iterator[bytes]:
    """Yield line protocol as Home Assistant writes it: three fifths numbers, a fifth contacts, a fifth lights.

    There are three contacts and three lights for ten sensors.
    """
    generator = np.random.default_rng(7)
    start = int(datetime(2026, 10, 8, 22, tzinfo=UTC).timestamp()) * 10**9
    times = start + np.sort(generator.integers(0, days * 86_400 * 10**9, count))
    for first in range(0, count, 20_000):
        some = times[first : first + 20_000].tolist()
        kind, which, value = (
            generator.random(len(some)),
            generator.integers(0, sensors, len(some)),
            generator.random(len(some)),
        )
        rows = zip(some, kind.tolist(), which.tolist(), value.tolist(), strict=True)
        yield "\n".join(_line(*row) for row in rows).encode()


def _line(ns: int, kind: float, which: int, value: float) -> str:
    if kind < 0.6:
        return f'{"W" if which % 2 else "°C"},domain=sensor,entity_id=s{which} device_class_str="x",value={value * 30:.2f} {ns}'
    on = int(value < 0.5)
    state = f'state="{"on" if on else "off"}",value={on}'
    if kind < 0.8:
        return f"state,domain=binary_sensor,entity_id=m{which * 3 // 10} {state} {ns}"
    return (
        f'state,domain=light,entity_id=l{which * 3 // 10} {state},brightness={int(value * 255)},color_mode_str="color_temp",'
        f'effect_str="None",friendly_name_str="Lamp {which}" {ns}'
    )


def params(folder: Path, server: servers.Influxdb1, database: str) -> Path:
    """Write the params file of a home on the server."""
    path = folder / f"{database}.yaml"
    path.write_text(
        yaml.safe_dump(
            {
                "home": {"name": "benchmark", "timezone": "Europe/Berlin", "latitude": 52.5, "longitude": 13.4},
                "window": {"days": DAYS, "end": END.isoformat()},
                "bridge": {"source": "simulated"},
                "events": {"source": "influxdb1", "url": server.url, "database": database, "username": server.username},
                "storage": {"database": str(folder / f"{database}.duckdb"), "reports": str(folder)},
            }
        )
    )
    return path


def night(path: Path, end: date = END) -> dict[str, float]:
    """Run the phase in a process of its own and return what it measured."""
    command = [sys.executable, "-c", _NIGHT, str(path), end.isoformat()]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured


def asked(path: Path) -> list[str]:
    """Return the queries that a night sends for its points, request by request."""
    settings = load_settings(path)
    assert isinstance(settings.events, Influxdb1Settings)
    source = Influxdb1Source(settings.events, ATTRIBUTES)
    source.discover()
    window = Window.of(settings)
    requests: list[str] = []
    stream = InfluxqlClient.stream

    def recorded(client: InfluxqlClient, queries: Sequence[str]) -> Iterator[tuple[int, Series]]:
        requests.append("; ".join(queries))
        return stream(client, queries)

    with patch.object(InfluxqlClient, "stream", recorded):
        for days in source.pieces(days_between(window.start, window.end), 0):
            piece = Piece.of(days, datetime.now(UTC))
            for _ in source.read(piece.start, piece.end):
                pass
    source.close()
    return requests


def curl(requests: Sequence[str], server: servers.Influxdb1, database: str, folder: Path) -> float:
    """Return how long curl needs to download the same answers to a file."""
    began = time.monotonic()
    for query in requests:
        subprocess.run(
            ["curl", "-s", "-u", f"{server.username}:{server.password}", "-o", str(folder / "answer"),
             "--data-urlencode", f"q={query}", "-d", f"db={database}",
             "-d", "epoch=ns&chunked=true&chunk_size=10000", f"{server.url}/query"],
            check=True,
        )  # fmt: skip
    return time.monotonic() - began


def influxdb(count: int, memory: Sequence[int]) -> None:
    """Print the ratios of a real InfluxDB, and the peaks of larger homes."""
    with tempfile.TemporaryDirectory() as name, servers.influxdb1(Path(name) / "influxdb") as server:
        folder = Path(name)
        os.environ["HOMEINTEL_EVENTS_PASSWORD"] = server.password
        peak = ratios(count, server, folder) if count else 0.0
        for larger in memory:
            written = home(f"of_{larger}", points(larger, DAYS, LARGE_HOME), server)
            large = night(params(folder, server, written))
            print(
                f"  {large['points_read']:,.0f} points in {large['seconds']:.1f} s, {large['events_kept']:,.0f} events"
            )
            show(f"peak memory, {larger:,} points, MB", large["peak_mb"], "bound", PEAK_MB, most=1)
            if peak:
                show(f"peak memory, {larger:,} points, MB", large["peak_mb"], f"{count:,} points", peak, most=1.1)
            server.query(f"DROP DATABASE {written}")


def ratios(count: int, server: servers.Influxdb1, folder: Path) -> float:
    """Print nights against curl, in turns, and against the night after them; return a first night's peak in MB.

    The first answer after so much was written also pays for the server's own tidying, and is not counted.
    """
    home("one", points(count * (DAYS + 1) // DAYS, DAYS + 1), server)
    path = params(folder, server, "one")
    requests = asked(path)
    curl(requests, server, "one", folder)
    downloads, nights = [curl(requests, server, "one", folder)], []
    for _ in range(PAIRS):
        for old in folder.glob("one.duckdb*"):
            old.unlink()
        nights.append(night(path))
        downloads.append(curl(requests, server, "one", folder))
    beside = [min(pair) for pair in pairwise(downloads)]
    order = sorted(range(PAIRS), key=lambda pair: nights[pair]["seconds"] / beside[pair])
    for pair in (order[0], order[-1]):
        print(f"  a night against curl beside it: {nights[pair]['seconds']:.2f} / {beside[pair]:.2f} s")
    median = order[PAIRS // 2]
    show("InfluxDB to events, s, median", nights[median]["seconds"], "curl", beside[median], most=1.5)
    first = nights[median]
    show("second night, s, median", next_night(path, folder), "first night", first["seconds"], most=0.1)
    print(f"  {first['points_read']:,.0f} points, {first['events_kept']:,.0f} events, peak {first['peak_mb']:.0f} MB")
    return first["peak_mb"]


def next_night(path: Path, folder: Path) -> float:
    """Return the median time of the night after, each begun with what the first one left."""
    database, left = folder / "one.duckdb", folder / "left.duckdb"
    database.rename(left)
    times = []
    for _ in range(PAIRS):
        shutil.copyfile(left, database)
        times.append(night(path, END + timedelta(days=1))["seconds"])
    return statistics.median(times)


def home(database: str, lines: Iterable[bytes], server: servers.Influxdb1) -> str:
    """Write points to a database of their own and return its name."""
    server.query(f"CREATE DATABASE {database}")
    for body in lines:
        for attempt in stamina.retry_context(
            on=AssertionError, attempts=20, wait_initial=1
        ):  # it may be busy compacting
            with attempt:
                server.write(database, body)
    return database


def flux(count: int) -> None:
    """Print what annotated CSV costs against the same bytes in pyarrow.csv, on one thread; the best of three."""
    header = (
        "#datatype,string,long,dateTime:RFC3339,double,string,string,string,string\r\n"
        "#group,false,false,false,false,true,true,true,true\r\n#default,_result,,,,,,,\r\n"
    )
    names = ",result,table,_time,_value,_field,_measurement,domain,entity_id\r\n"
    times = (np.datetime64("2026-11-01", "ms") + np.arange(count) * 2500).astype(str)
    rows = "".join(f",,{n // 5000},{at}Z,{n % 997 / 10},value,W,sensor,s{n // 5000}\r\n" for n, at in enumerate(times))
    block, answer = (names + rows).encode(), (header + names + rows).encode()
    columns = ["_time", "_value", "_field", "_measurement", "domain", "entity_id"]
    plain, ours = [], []
    for _ in range(3):
        began = time.process_time()
        pa_csv.read_csv(pa.BufferReader(block), read_options=pa_csv.ReadOptions(use_threads=False))
        plain.append(time.process_time() - began)
        began = time.process_time()
        read = sum(
            len(table)
            for table in tables((answer[at : at + (1 << 18)] for at in range(0, len(answer), 1 << 18)), columns)
        )
        ours.append(time.process_time() - began)
        assert read == count
    show(f"{count:,} Flux records to Arrow", min(ours), "pyarrow.csv", min(plain), most=3)


def show(what: str, seconds: float, than: str, other: float, *, most: float) -> None:
    """Print one ratio and whether it holds."""
    ratio = seconds / other
    print(
        f"{what}: {seconds:.2f} / {than} {other:.2f} = {ratio:.2f} ({'ok' if ratio <= most else 'TOO MUCH'}, at most {most:g})"
    )


def main() -> None:
    """Run all benchmarks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=1_000_000, help="of the ratios; 0: none")
    parser.add_argument("--memory", type=int, nargs="*", default=[], help="also the peaks with so many points")
    chosen = parser.parse_args()
    if chosen.points:
        flux(chosen.points)
    influxdb(chosen.points, chosen.memory)


if __name__ == "__main__":
    main()
