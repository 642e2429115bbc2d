"""Simulated homes with known truth: what a broker keeps, what Home Assistant records, and what was planted."""

from homeintel.simulate.family import family_of_homes
from homeintel.simulate.home import SimulatedHome, simulate_events, simulate_home, simulate_retained
from homeintel.simulate.kinds import KINDS
from homeintel.simulate.line_protocol import LineOptions, to_line_protocol
from homeintel.simulate.truth import Truth
from homeintel.simulate.volume import devices_for, simulate_raw
from homeintel.simulate.write import write_home

__all__ = [
    "KINDS",
    "LineOptions",
    "SimulatedHome",
    "Truth",
    "devices_for",
    "family_of_homes",
    "simulate_events",
    "simulate_home",
    "simulate_raw",
    "simulate_retained",
    "to_line_protocol",
    "write_home",
]
