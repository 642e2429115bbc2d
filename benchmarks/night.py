"""The demo night against six bare notebooks, in one run: time as a ratio, peak memory of all processes together.

With mosquitto installed also: how long a whole night is connected to the broker, by the broker's own log.

Run: python -m benchmarks.night [--pairs 3]
A bare notebook only imports pandas, duckdb and plotly; both sides run in a process of their own, in turn.
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
from pathlib import Path

import nbformat
import paho.mqtt.publish as mqtt_publish
import psutil
import yaml

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


def measure(command: list[str]) -> tuple[float, float]:
    """Return (seconds, peak proportional set size in MB) of a command and its children."""
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT)
    peak, ended = [0.0], threading.Event()

    def sample() -> None:
        while not ended.wait(0.2):
            peak[0] = max(peak[0], family_memory(process.pid))

    sampler = threading.Thread(target=sample)
    sampler.start()
    status = process.wait()
    seconds = time.monotonic() - began
    ended.set()
    sampler.join()
    if status != 0:
        sys.exit(f"{command} ended with {status}")
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
        auth = {"username": broker.username, "password": broker.password}
        retained = simulate_retained(seed=7)
        messages = [
            {"topic": topic, "payload": payload, "qos": 1, "retain": True} for topic, payload in retained.items()
        ]
        mqtt_publish.multiple(messages, hostname="127.0.0.1", port=broker.port, auth=auth)  # type: ignore[arg-type]
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


def main() -> None:
    """Print the table; exit 1 if a bound is not met."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=3, help="how often both sides run, in turn")
    pairs = parser.parse_args().pairs
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
    sys.exit(0 if statistics.median(ratios) <= MOST_TIME and max(peaks) < MOST_MEMORY_MB else 1)


if __name__ == "__main__":
    main()
