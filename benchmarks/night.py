"""The demo night against six bare notebooks, in one run: time as a ratio, peak memory of all processes together.

With mosquitto installed also: how long a whole night is connected to the broker, by the broker's own log.

Run: python -m benchmarks.night [--pairs 3]
A bare notebook only imports pandas, duckdb and plotly; both sides run in a process of their own, in turn.

Or: python -m benchmarks.night --full [--points 10000000] [--devices 500]
A large home instead, in a real InfluxDB and a real broker: two nights end to end, their time, memory and counts.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from datetime import timedelta
from pathlib import Path

import nbformat
import psutil
import yaml

from benchmarks.full_night import END, fill_broker, prepared, print_record
from homeintel.simulate import simulate_retained
from tests import servers

ROOT = Path(__file__).parents[1]
BARE_NOTEBOOKS = """
import sys
from pathlib import Path
import papermill
folder = Path(sys.argv[1])
for number in range(6):
    papermill.execute_notebook(str(folder / "bare.ipynb"), str(folder / f"out{number}.ipynb"), kernel_name="python3", progress_bar=False)
"""
MOST_TIME = 1.5
MOST_MEMORY_MB = 500
MOST_CONNECTED = 5
MOST_SECONDS = 900


def measure(command: list[str]) -> tuple[float, float]:
    """Return (seconds, peak proportional set size in MB) of a command and its children; its words are told if it fails."""
    peak, ended = [0.0], threading.Event()

    def sample(pid: int) -> None:
        while not ended.wait(0.2):
            peak[0] = max(peak[0], family_memory(pid))

    with tempfile.TemporaryFile() as words:
        began = time.monotonic()
        process = subprocess.Popen(command, stdout=words, stderr=words, cwd=ROOT)
        sampler = threading.Thread(target=sample, args=[process.pid])
        sampler.start()
        status = process.wait()
        seconds = time.monotonic() - began
        ended.set()
        sampler.join()
        if status != 0:
            words.seek(0)
            sys.exit(f"{command} ended with {status}:\n{words.read().decode(errors='replace')}")
    return seconds, peak[0]


def family_memory(pid: int) -> float:
    """Return the proportional set size of a process and its children, in MB."""
    total = 0.0
    try:
        for process in [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]:
            usage = process.memory_full_info()
            total += getattr(usage, "pss", usage.uss)
    except psutil.Error:
        return 0.0
    return total / 1e6


def bare_notebook(folder: Path) -> None:
    """Write the notebook that only imports."""
    cell = nbformat.v4.new_code_cell("import pandas\nimport duckdb\nimport plotly.graph_objects")
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=[cell], metadata=metadata), folder / "bare.ipynb")


def demo_params(folder: Path) -> Path:
    """Return the demo's params file with its storage in `folder`: each night is a first night."""
    values = yaml.safe_load((ROOT / "params" / "demo.yaml").read_text(encoding="utf-8"))
    values["storage"] = {"database": str(folder / "demo.duckdb"), "reports": str(folder / "reports")}
    path = folder / "demo.yaml"
    path.write_text(yaml.safe_dump(values), encoding="utf-8")
    return path


def seconds_connected(folder: Path) -> dict[str, float]:
    """Run a demo night against a real broker and return the seconds each of its clients was connected, all times added."""
    with servers.mosquitto(folder / "mosquitto") as broker:
        fill_broker(broker, simulate_retained(seed=7))
        params = demo_params(folder)
        values = yaml.safe_load(params.read_text(encoding="utf-8"))
        values["bridge"] = {"source": "mqtt", "host": "127.0.0.1", "port": broker.port, "username": broker.username}
        values["publish"] = {"enabled": True}
        params.write_text(yaml.safe_dump(values), encoding="utf-8")
        command = [sys.executable, "-m", "homeintel", "run", "--params", str(params)]
        environment = {**os.environ, "HOMEINTEL_MQTT_PASSWORD": broker.password}
        begin = (broker.folder / "log").stat().st_size
        night = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
        spans = connections(broker.folder / "log", begin, night)
        if night.returncode != 0:
            sys.exit(f"the night with a broker ended with {night.returncode}")
        return spans


def connections(log: Path, begin: int, night: subprocess.Popen[bytes]) -> dict[str, float]:
    """Follow the broker's log from `begin` while a night runs; its own times are whole seconds, ours are when a line appears."""
    opened: dict[str, float] = {}
    seconds: dict[str, float] = {}
    with log.open(encoding="utf-8", errors="replace") as lines:
        lines.seek(begin)
        while True:
            ended = night.poll() is not None
            for line in lines:
                if "New client connected" in line:
                    opened[line.split(" as ")[1].split(" ")[0]] = time.monotonic()
                    continue
                name = line.partition("Client ")[2].split(" ")[0]
                if name in opened:
                    seconds[name] = seconds.get(name, 0.0) + time.monotonic() - opened.pop(name)
            if ended:
                return seconds
            time.sleep(0.01)


def full(points: int, devices: int) -> bool:
    """Print two nights of a large home; return whether they are within bounds, with suggestions of both kinds."""
    within = True
    with (
        tempfile.TemporaryDirectory() as name,
        servers.mosquitto(Path(name) / "mosquitto") as broker,
        servers.influxdb1(Path(name) / "influxdb") as server,
    ):
        params = prepared(points, devices, Path(name), broker, server)
        for number, night in enumerate((END, END + timedelta(days=1)), 1):
            command = [sys.executable, "-m", "homeintel", "run", "--params", str(params), "--date", str(night)]
            seconds, peak = measure(command)
            print(
                f"night {number}, {night}: {seconds:.1f} s (under {MOST_SECONDS}), {peak:.0f} MB (under {MOST_MEMORY_MB})"
            )
            kinds = print_record(Path(name) / "large.duckdb", night)
            within = within and seconds < MOST_SECONDS and peak < MOST_MEMORY_MB and all(kinds)
    return within


def main() -> None:
    """Print the tables; exit 1 if a bound is not met."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=3, help="how often both sides run, in turn")
    parser.add_argument("--full", action="store_true", help="two nights of a large home instead")
    parser.add_argument("--points", type=int, default=10_000_000, help="of the large home, in its first window")
    parser.add_argument("--devices", type=int, default=500, help="of the large home")
    chosen = parser.parse_args()
    if chosen.full:
        sys.exit(0 if full(chosen.points, chosen.devices) else 1)
    sys.exit(0 if demo(chosen.pairs) else 1)


def demo(pairs: int) -> bool:
    """Print the demo night against bare notebooks; return whether it is within bounds."""
    ratios, peaks = [], []
    print(f"{'pair':>4} {'bare s':>8} {'night s':>8} {'ratio':>6} {'night MB':>9}")
    for pair in range(1, pairs + 1):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            bare_notebook(folder)
            bare, _ = measure([sys.executable, "-c", BARE_NOTEBOOKS, name])
            night, memory = measure([sys.executable, "-m", "homeintel", "run", "--params", str(demo_params(folder))])
        ratios.append(night / bare)
        peaks.append(memory)
        print(f"{pair:>4} {bare:>8.1f} {night:>8.1f} {night / bare:>6.2f} {memory:>9.0f}")
    print(
        f"median ratio {statistics.median(ratios):.2f} (at most {MOST_TIME}), peak {max(peaks):.0f} MB (at most {MOST_MEMORY_MB})"
    )
    if shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin"):
        with tempfile.TemporaryDirectory() as name:
            spans = seconds_connected(Path(name))
        for client, seconds in spans.items():
            print(f"connected to the broker as {client}: {seconds:.2f} s")
        print(f"connected to the broker, all together: {sum(spans.values()):.2f} s (under {MOST_CONNECTED})")
    return statistics.median(ratios) <= MOST_TIME and max(peaks) < MOST_MEMORY_MB


if __name__ == "__main__":
    main()
