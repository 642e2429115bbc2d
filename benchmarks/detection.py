"""Precision, recall, F1 and calibration of the detectors on simulated homes, as tables.

Run: `python benchmarks/detection.py [homes a kind] [kinds ...]`. The homes go through phases 1 to 3 as in a night. Seeds
start at 1000; thresholds were chosen on seeds below 100 only.
"""

import sys

from homeintel.scoring import score_detectors

FIRST_SEED = 1000
ORDINARY = ("regular", "varied", "shift", "family", "holiday", "sparse", "noisy", "young")
HARD = ("hard",)
EMPTY = ("empty",)


def main() -> None:
    """Print one table a group of kinds."""
    numbers = [int(text) for text in sys.argv[1:] if text.isdigit()]
    wanted = [text for text in sys.argv[1:] if not text.isdigit()]
    homes = numbers[0] if numbers else 5
    groups = [("asked for", tuple(wanted))] if wanted else [("ordinary", ORDINARY), ("hard", HARD), ("empty", EMPTY)]
    for name, kinds in groups:
        card = score_detectors(range(FIRST_SEED, FIRST_SEED + homes), kinds)
        print(f"\n{name}: {homes} homes of each kind")
        print(card.table().round(3).to_string(index=False))
        print(card.calibration.round(3).to_string(index=False))


if __name__ == "__main__":
    main()
