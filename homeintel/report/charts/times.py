"""Times as plotly needs them."""

import numpy as np
import pandas as pd


def local_wall_clock(times: pd.Series, zone: str) -> pd.Series:
    """Return timestamps as naive wall-clock time of `zone`; plotly draws the text and ignores offsets."""
    wall_clock: pd.Series = times.dt.tz_convert(zone).dt.tz_localize(None)
    return wall_clock


def clock_times(minutes: pd.Series) -> list[str]:
    """Return minutes of the day as moments of one nominal day: plotly has no axis of times alone."""
    moments = np.datetime64("2000-01-01T00:00") + (minutes.to_numpy(float) * 60).astype("timedelta64[s]")
    return [str(moment) for moment in moments]
