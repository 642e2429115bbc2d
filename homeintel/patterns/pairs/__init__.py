"""Co-occurrences: one thing happens, then a person (or a machine) does another."""

from homeintel.patterns.pairs.detect import Pairs, detect_pairs

__all__ = ["Pairs", "detect_pairs"]
