"""Phase 1 from broker to database: 5 devices against 500, in time and in memory.

The devices are real ones of a Zigbee2MQTT house, repeated under new addresses and names with their discovery. A real
mosquitto keeps them. Each size runs in a process of its own; the ratio is what counts. Memory is the proportional set size,
as everywhere in this project; the resident size, which counts shared libraries whole, stands beside it.

    HOMEINTEL_SAMPLES=<folder> python -m benchmarks.capabilities
"""

import contextlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from tests.servers import Mosquitto

SIZES = (5, 500)
MOST_TIMES = 60
MOST_MEGABYTES = 200
REPEATS = 3
SAMPLE_SECONDS = 0.01


def main() -> int:
    """Print the table and return 0 when both bounds hold."""
    if len(sys.argv) > 1:
        print(json.dumps(measure(Path(sys.argv[1]))))
        return 0
    rows = [run_size(size) for size in SIZES]
    print("devices  topics  MB on the wire  broker s  whole s  peak MB  resident MB")
    for row in rows:
        print(
            f"{row['devices']:7.0f} {row['topics']:7.0f} {row['wire']:15.2f} {row['broker']:9.2f} {row['whole']:8.2f}"
            f" {row['peak']:8.0f} {row['resident']:12.0f}"
        )
    times = rows[1]["whole"] / rows[0]["whole"]
    print(f"time: {times:.1f} times as much for 100 times the devices (at most {MOST_TIMES})")
    print(f"memory: {rows[1]['peak']:.0f} MB, proportional set size of the process (below {MOST_MEGABYTES})")
    return 0 if times <= MOST_TIMES and rows[1]["peak"] < MOST_MEGABYTES else 1


def run_size(size: int) -> dict[str, float]:
    """Fill a broker with a house of `size` devices and measure phase 1 in a process of its own, the best of several."""
    from tests.bridge.retain import retain
    from tests.servers import mosquitto

    with tempfile.TemporaryDirectory() as folder, mosquitto(Path(folder) / "broker") as broker:
        home = house(size)
        retain(broker, home)
        results = [_measured(Path(folder) / f"run{number}", broker) for number in range(REPEATS)]
        peak = _memory(Path(folder) / "memory", broker)
    best = min(results, key=lambda result: result["whole"])
    return {"devices": size, "topics": len(home), "wire": sum(map(len, home.values())) / 1e6, "peak": peak, **best}


def _measured(folder: Path, broker: "Mosquitto") -> dict[str, float]:
    done = subprocess.run(_command(folder, broker), check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _memory(folder: Path, broker: "Mosquitto") -> float:
    """Return the peak of the process's proportional set size in MB; looking costs time, so this run is not timed."""
    child = subprocess.Popen(_command(folder, broker), stdout=subprocess.DEVNULL)
    peak = 0.0
    while child.poll() is None:
        with contextlib.suppress(psutil.Error):
            usage = psutil.Process(child.pid).memory_full_info()
            peak = max(peak, getattr(usage, "pss", usage.uss) / 1e6)
        time.sleep(SAMPLE_SECONDS)
    assert child.returncode == 0
    return peak


def _command(folder: Path, broker: "Mosquitto") -> list[str]:
    from tests.bridge.homes import broker_settings, phase_of

    folder.mkdir()
    phase_of(folder, broker_settings(broker, folder))
    return [sys.executable, "-m", "benchmarks.capabilities", str(folder / "params.yaml")]


def measure(params_file: Path) -> dict[str, float]:
    """Run phase 1 once on an empty database and return seconds, and the process's highest resident MB."""
    from homeintel.bridge.phase import run
    from homeintel.phase import Phase, Window
    from homeintel.settings import load_settings
    from homeintel.store import Store

    settings = load_settings(params_file)
    phase = Phase("capabilities", settings, Window.of(settings), Store(settings.storage.database), "benchmark")
    started = time.perf_counter()
    outcome = run(phase)
    whole = time.perf_counter() - started
    assert outcome.status == "succeeded", outcome.reason
    return {"broker": float(outcome.figures["broker_seconds"]), "whole": whole, "resident": _resident()}


def _resident() -> float:
    unit = 1e6 if sys.platform == "darwin" else 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def house(size: int) -> dict[str, str]:
    """Return the retained topics of `size` real devices: each original under as many new addresses as it takes."""
    from tests.servers import samples  # the measured process needs no pytest

    retained: dict[str, str] = json.loads((samples() / "zigbee2mqtt" / "retained.json").read_text(encoding="utf-8"))
    originals = [
        device
        for device in json.loads(retained["zigbee2mqtt/bridge/devices"])
        if device["type"] != "Coordinator" and "definition" in device and device["supported"]
    ]
    discovery: dict[str, list[str]] = {}
    for topic in retained:
        if topic.startswith("homeassistant/"):
            discovery.setdefault(topic.split("/")[2], []).append(topic)
    home = {topic: retained[topic] for topic in retained if "/bridge/" in topic and not topic.endswith("definitions")}
    devices = []
    for number in range(size):
        original = originals[number % len(originals)]
        address, old = f"0x{number + 1:016x}", original["ieee_address"]
        name = f"{original['friendly_name']} {number + 1}"
        devices.append({**original, "ieee_address": address, "friendly_name": name})
        home[f"zigbee2mqtt/{name}/availability"] = '{"state":"online"}'
        for topic in discovery.get(old, ()):
            text = retained[topic].replace(old, address).replace(original["friendly_name"], name)
            home[topic.replace(old, address)] = text
    home["zigbee2mqtt/bridge/devices"] = json.dumps(devices, separators=(",", ":"))
    return home


if __name__ == "__main__":
    sys.exit(main())
