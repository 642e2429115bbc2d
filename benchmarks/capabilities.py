"""Phase 1 from broker to database: 5 devices against 500, in time and in memory.

The devices are real ones of a Zigbee2MQTT house, repeated under new addresses and names with their discovery. A real
mosquitto keeps them. Each size runs in a process of its own; the ratio is what counts.

    HOMEINTEL_SAMPLES=<folder> python -m benchmarks.capabilities
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.servers import Mosquitto

SIZES = (5, 500)
MOST_TIMES = 60
MOST_MEGABYTES = 200
REPEATS = 3


def main() -> int:
    """Print the table and return 0 when both bounds hold."""
    if len(sys.argv) > 1:
        print(json.dumps(measure(Path(sys.argv[1]))))
        return 0
    rows = [run_size(size) for size in SIZES]
    print("devices  topics  MB on the wire  broker s  whole s  peak MB  MB over imports")
    for row in rows:
        print(
            "{devices:7d} {topics:7d} {wire:15.2f} {broker:9.2f} {whole:8.2f} {peak:8.0f} {grown:16.0f}".format(**row)
        )
    times = rows[1]["whole"] / rows[0]["whole"]
    print(f"time: {times:.1f} times as much for 100 times the devices (at most {MOST_TIMES})")
    print(f"memory: {rows[1]['peak']:.0f} MB (below {MOST_MEGABYTES})")
    return 0 if times <= MOST_TIMES and rows[1]["peak"] < MOST_MEGABYTES else 1


def run_size(size: int) -> dict[str, float]:
    """Fill a broker with a house of `size` devices and measure phase 1 in a process of its own, the best of several."""
    from tests.bridge.retain import retain
    from tests.servers import mosquitto

    with tempfile.TemporaryDirectory() as folder, mosquitto(Path(folder) / "broker") as broker:
        home = house(size)
        retain(broker, home)
        results = [_measured(Path(folder) / f"run{number}", broker) for number in range(REPEATS)]
    best = min(results, key=lambda result: result["whole"])
    return {"devices": size, "topics": len(home), "wire": sum(map(len, home.values())) / 1e6, **best}


def _measured(folder: Path, broker: "Mosquitto") -> dict[str, float]:
    from tests.bridge.homes import broker_settings, phase_of

    folder.mkdir()
    phase_of(folder, broker_settings(broker, folder))
    command = [sys.executable, "-m", "benchmarks.capabilities", str(folder / "params.yaml")]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=dict(os.environ))
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def measure(params_file: Path) -> dict[str, float]:
    """Run phase 1 once on an empty database and return seconds, and megabytes of the whole process."""
    from homeintel.bridge.phase import run
    from homeintel.phase import Phase, Window
    from homeintel.settings import load_settings
    from homeintel.store import Store

    settings = load_settings(params_file)
    phase = Phase("capabilities", settings, Window.of(settings), Store(settings.storage.database), "benchmark")
    before = _peak()
    started = time.perf_counter()
    outcome = run(phase)
    whole = time.perf_counter() - started
    assert outcome.status == "succeeded", outcome.reason
    peak = _peak()
    return {"broker": float(outcome.figures["broker_seconds"]), "whole": whole, "peak": peak, "grown": peak - before}


def _peak() -> float:
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
