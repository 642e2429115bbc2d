"""Measurements, printed as tables: ratios taken in one run, never timed tests."""
