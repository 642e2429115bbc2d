"""Simulated homes with known truth: what a broker keeps, what Home Assistant records, and what was planted."""

from homeintel.simulate.home import simulate_retained

__all__ = ["simulate_retained"]
