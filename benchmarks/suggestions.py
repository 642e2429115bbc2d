"""Suggestions against simulated homes with known truth, and against a big home: recall, precision, time.

    python -m benchmarks.suggestions [--homes 40] [--first 100] [--automations FILE.yaml] [--keep FOLDER]
    python -m benchmarks.suggestions --scale

The first prints a table by kind of home: how many of the planted habits that are not automated and whose replay comes
true in 80 % of occasions or more are suggested, how many suggestions from habits are planted ones (or their undoing),
how many repeat an automation the home has, and how many ids the next night, a day later in the same home's life, adds
(`came`) or lacks (`went`), gives another id for the same thing (`renamed`) or calls new again. Then how confidences came
true in the week after the night, a line a habit missed or made up, and a line an id that
came or went, with the reason. With `--automations` every automation is written to a
file, for Home Assistant to judge. The second prints the time of phase 5 for 500 devices and 500 patterns beside the time
a notebook's kernel needs for its bare imports.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.suggestions_calibration import calibration
from benchmarks.suggestions_homes import HomeScore, score_home
from benchmarks.suggestions_scale import measure_scale
from homeintel.suggestions.automation import dump_yaml

KINDS = ("varied", "shift", "family", "noisy", "regular", "varied", "young", "holiday")
"""The ordinary homes, in turn."""

BARE = "import IPython, duckdb, pandas, plotly.graph_objects"


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--homes", type=int, default=40)
    parser.add_argument("--first", type=int, default=100, help="the first seed")
    parser.add_argument("--automations", type=Path, help="write every automation here")
    parser.add_argument("--keep", type=Path, help="keep what phases 1 to 4 found here, and use it the next time")
    parser.add_argument("--scale", action="store_true", help="time a big home instead")
    arguments = parser.parse_args()
    if arguments.scale:
        print_scale()
    else:
        print_scores(arguments.homes, arguments.first, arguments.automations, arguments.keep)


def print_scores(homes: int, first: int, target: Path | None, keep: Path | None) -> None:
    """Score homes and print a table by kind."""
    scores: list[HomeScore] = []
    for number in range(homes):
        kind, seed = KINDS[number % len(KINDS)], first + number
        with tempfile.TemporaryDirectory() as temporary:
            folder = keep / f"{kind}-{seed}" if keep else Path(temporary)
            folder.mkdir(parents=True, exist_ok=True)
            scores.append(score_home(kind, seed, folder))
        print(".", end="", flush=True)
    print()
    table = pd.DataFrame([score.figures() for score in scores])
    by_kind = table.drop(columns=["seed"]).groupby("kind", sort=False).sum()
    total = by_kind.sum().rename("all")
    print(_with_shares(pd.concat([by_kind, total.to_frame().T])).to_string(float_format=lambda share: f"{share:.3f}"))
    cases = [case for score in scores for case in score.foretold]
    print(calibration(cases).to_string(float_format=lambda share: f"{share:.3f}"))
    for score in scores:
        for line in (*score.missed, *score.false, *score.moved):
            print(f"{score.kind}-{score.seed}: {line}")
    if target is not None:
        automations = [automation for score in scores for automation in score.automations]
        target.write_text(dump_yaml(automations), encoding="utf-8")
        print(f"{len(automations)} automations written to {target}")


def print_scale() -> None:
    """Time phase 5 on a big home."""
    bare = min(_bare_imports() for _ in range(3))
    with tempfile.TemporaryDirectory() as folder:
        result = measure_scale(Path(folder), devices=500, patterns=500)
    print(f"bare imports of a notebook {bare:.2f} s")
    print(f"phase 5, {result.patterns} patterns, {result.events:,} events of 500 devices: {result.seconds:.2f} s")
    print(
        f"ratio {result.seconds / bare:.1f}; candidates {result.candidates}, peak memory {result.peak_megabytes:.0f} MB"
    )


def _with_shares(table: pd.DataFrame) -> pd.DataFrame:
    planted, shown = table["planted"].replace(0, np.nan), table["from_habits"].replace(0, np.nan)
    return table.assign(recall=table["found"] / planted, precision=table["true"] / shown)


def _bare_imports() -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", BARE], check=True)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
