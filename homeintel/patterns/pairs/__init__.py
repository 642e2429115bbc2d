"""Co-occurrences: one thing happens, then a person (or a machine) does another."""

from homeintel.patterns.pairs.detect import detect_pairs

__all__ = ["detect_pairs"]
