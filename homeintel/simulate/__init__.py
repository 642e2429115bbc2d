"""Simulated homes with known truth: what a broker keeps, what Home Assistant records, and what was planted."""

from homeintel.simulate.home import SimulatedHome, simulate_events, simulate_home, simulate_retained
from homeintel.simulate.kinds import KINDS
from homeintel.simulate.truth import Truth
from homeintel.simulate.write import write_home

__all__ = ["KINDS", "SimulatedHome", "Truth", "simulate_events", "simulate_home", "simulate_retained", "write_home"]
