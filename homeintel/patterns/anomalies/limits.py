"""What all kinds of anomalies share: how unlikely something must be, and how times read."""

from homeintel.patterns.calendar import DAY

LOG_CHANCE = -11.5
"""Natural logarithm of the chance, over the window and one entity, below which something is an anomaly: 1 in 100,000,
so that a home of a thousand entities sees a false one in a hundred windows."""


def spell(seconds: float) -> str:
    """Return a length of time in words."""
    if seconds >= 2 * DAY:
        return f"{seconds / DAY:.1f} days"
    return f"{seconds / 3600:.1f} hours" if seconds >= 5400 else f"{seconds / 60:.0f} minutes"
