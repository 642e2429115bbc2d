"""The demo night against six bare notebooks, in one run: time as a ratio, peak memory of all processes together.

Run: python benchmarks/night.py [--pairs 3]
A bare notebook only imports pandas, duckdb and plotly; both sides run in a process of their own, in turn.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import nbformat
import psutil
import yaml

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
    sys.exit(0 if statistics.median(ratios) <= MOST_TIME and max(peaks) < MOST_MEMORY_MB else 1)


if __name__ == "__main__":
    main()
