"""Verdicts on simulated homes of seven kinds against what was planted: right ones of those that can be observed.

Run: `python -m benchmarks.verdicts [--seeds N]`. Each home goes through the real phases 1, 2 and 4; people renamed entities,
disabled some and kept others out of the history, every second home gives Home Assistant's registry, and every third device
has a retained state. Answers 1 if a verdict is wrong.
"""

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.features.simulated import KINDS, play
from tests.features.truth import compare

OBSERVABLE = ("option", "used", "unused")


def main() -> int:
    """Print one line a kind of home, and every verdict that is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    seeds = parser.parse_args().seeds
    kinds: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
    mistakes: list[str] = []
    for seed in range(seeds):
        counts = kinds[KINDS[seed % len(KINDS)]]
        with tempfile.TemporaryDirectory() as folder:
            played = play(Path(folder), seed, registry=seed % 2 == 1)
        found, wrong = compare(played)
        rows = played.analysis.rows
        by_state = rows["told_value"].notna() & (rows["points"] == 0) & rows["verdict"].isin(["used", "constant"])
        counts.update(found)
        counts.update(homes=1, wrong=len(wrong), by_state=int(by_state.sum()))
        mistakes += [f"seed {seed}: {one}" for one in wrong]
    print(f"{'kind':10} homes  observable  right %  hidden  not sure  known by the device's own state alone")
    for kind, counts in [*kinds.items(), ("all", sum(kinds.values(), Counter[str]()))]:
        observable = sum(counts[sort] for sort in OBSERVABLE)
        right = 100 * (1 - counts["wrong"] / max(1, observable))
        print(
            f"{kind:10} {counts['homes']:5} {observable:11,} {right:8.2f} {counts['hidden']:7,} {counts['silent']:9,} "
            f"{counts['by_state']:9,}"
        )
    print(*mistakes, sep="\n")
    return int(bool(mistakes))


if __name__ == "__main__":
    sys.exit(main())
