"""Sizes of the report's pages, how long they take to make, and how long Chromium takes to open them.

Run: `python -m benchmarks.report [demo large year charts]`. The demo is a whole night; 500 devices with 500 patterns, all of
them suggested, and a year of nights are rows made by SQL; the charts are drawn from a thousand and from ten million events.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import yaml

from benchmarks.report_charts import charts
from benchmarks.report_rows import END, RUN, WINDOW, large_home, many_nights
from homeintel.nightly.nights import read_nights
from homeintel.report.home import write_home
from homeintel.report.night import NightRecord, write_night
from homeintel.report.night_rows import read_night
from homeintel.report.sections import Sources
from homeintel.store import Store, migrate
from tests.browser import chromium, visit

MOST_BYTES = 6_000_000
MOST_OPEN_SECONDS = 2.0
BOUND = ("report.html", "index.html")
"""Pages the bounds are for; a notebook's page loads plotly.js beside it and draws all its charts."""

TRIES = 3
SHOWN = """() => Math.max(
    performance.getEntriesByType('navigation')[0].loadEventEnd,
    ...performance.getEntriesByType('paint').map(one => one.startTime))"""
"""Milliseconds from asking for a page until it is loaded, its scripts have run, and it is painted."""
DEMO = Path(__file__).parents[1] / "params" / "demo.yaml"


@dataclass(frozen=True)
class Measured:
    """A page: its size, and seconds of processor time it took to make (None: made by the night)."""

    name: str
    page: Path
    made: float | None = None


def main() -> None:
    """Print a line a page, and whether the bounds hold."""
    wanted = sys.argv[1:] or ["demo", "large", "year", "charts"]
    held = True
    with tempfile.TemporaryDirectory() as folder:
        pages = [
            page for name, make in (("demo", demo), ("large", large), ("year", year)) if name in wanted for page in make(Path(folder))
        ]  # fmt: skip
        if pages:
            held = opened(pages)
    if "charts" in wanted:
        held = charts() and held
    print("all bounds hold" if held else "A BOUND DOES NOT HOLD")
    sys.exit(0 if held else 1)


def demo(folder: Path) -> list[Measured]:
    """Run a night of the demo home, and return its pages."""
    params = yaml.safe_load(DEMO.read_text(encoding="utf-8"))
    params["storage"] = {"database": str(folder / "demo.duckdb"), "reports": str(folder / "reports")}
    path = folder / "demo.yaml"
    path.write_text(yaml.safe_dump(params), encoding="utf-8")
    subprocess.run([sys.executable, "-m", "homeintel", "run", "--params", str(path)], check=True, capture_output=True)
    night = folder / "reports" / "demo" / str(params["window"]["end"])
    return [Measured(f"demo: {page.name}", page) for page in sorted(night.glob("*.html"))]


def large(folder: Path) -> list[Measured]:
    """Make the page of a home with 500 devices and 500 patterns, all of them suggested."""
    store = _store(folder / "large.duckdb")
    large_home(store, devices=500, patterns=500)
    target = folder / "large"
    target.mkdir()
    counts = dict.fromkeys(
        ("new_suggestions", "suggestions", "patterns", "anomalies", "unused_features", "events_kept", "points_read"),
        500,
    )
    record = NightRecord("large", RUN, "0", WINDOW, "succeeded", (), counts, 60.0, 400.0, (), {}, (), ())

    def make() -> None:
        with store.connect() as connection:
            write_night(target, record, read_night(connection, RUN), Sources({}))

    return [Measured("500 devices, 500 patterns: report.html", target / "report.html", _seconds(make))]


def year(folder: Path) -> list[Measured]:
    """Make the index of a home with 365 nights."""
    store = _store(folder / "year.duckdb")
    many_nights(store, nights=365, devices=60)
    target = folder / "year"
    for number in range(365):
        night = target / str(END.fromordinal(END.toordinal() - number))
        night.mkdir(parents=True)
        (night / "index.html").touch()

    def make() -> None:
        with store.connect() as connection:
            write_home(target, "year", WINDOW.zone.key, read_nights(connection, WINDOW.zone))

    return [Measured("365 nights: index.html", target / "index.html", _seconds(make))]


def opened(pages: list[Measured]) -> bool:
    """Open each page, the best of some tries, and tell whether all are small and quick enough."""
    held = True
    print(
        f"{'page':45} {'MB':>6} {'made, s':>8} {'open, s':>8}  bounds: {MOST_BYTES / 1e6:g} MB, {MOST_OPEN_SECONDS:g} s"
    )
    with chromium() as browser:
        for one in pages:
            size = one.page.stat().st_size
            seconds = []
            for _ in range(TRIES):
                with visit(browser, one.page) as seen:
                    seconds.append(float(seen.page.evaluate(SHOWN)) / 1000)
            bound = one.page.name in BOUND
            holds = size < MOST_BYTES and min(seconds) < MOST_OPEN_SECONDS
            held &= holds or not bound
            made = "" if one.made is None else f"{one.made:.2f}"
            print(
                f"{one.name:45} {size / 1e6:6.2f} {made:>8} {min(seconds):8.2f}  {'no bound' if not bound else 'holds' if holds else 'TOO MUCH'}"
            )
    return held


def _seconds(work: Callable[[], object]) -> float:
    """Return the least processor time of some tries."""
    found = []
    for _ in range(TRIES):
        began = time.process_time()
        work()
        found.append(time.process_time() - began)
    return min(found)


def _store(path: Path) -> Store:
    store = Store(path)
    migrate(store)
    return store


if __name__ == "__main__":
    main()
