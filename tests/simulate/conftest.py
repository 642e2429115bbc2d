"""The demo home, made once for all tests of the simulator."""

from datetime import date

import pandas as pd
import pytest

from homeintel.simulate import SimulatedHome, simulate_home


@pytest.fixture(scope="session")
def demo() -> SimulatedHome:
    """Thirty days in Berlin with the change to winter time on 25 October."""
    return simulate_home(seed=7, days=30, end=date(2026, 11, 8))


@pytest.fixture(scope="session")
def rows(demo: SimulatedHome) -> pd.DataFrame:
    """The demo home's events with their local time."""
    frame: pd.DataFrame = demo.events.to_pandas()
    frame["local"] = frame["ts"].dt.tz_convert(demo.timezone)
    return frame
