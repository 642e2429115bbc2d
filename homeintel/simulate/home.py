"""A whole simulated home in one call."""

from homeintel.simulate.layout import house_layout
from homeintel.simulate.retained import retained_topics

__all__ = ["simulate_retained"]


def simulate_retained(*, seed: int, devices: int = 60) -> dict[str, str]:
    """Return what the broker of a simulated home keeps: MQTT topic -> payload, as Zigbee2MQTT 2.x writes them.

    Args:
        seed: the same seed gives the same house, byte for byte.
        devices: Zigbee devices beside the coordinator; one of them is disabled, one unsupported.
    """
    return retained_topics(house_layout(seed, devices), seed)
