"""Statistics that the detectors share: tails, intervals, circular time, false-discovery rate, robust spreads."""
