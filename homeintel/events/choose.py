"""Which source the settings ask for."""

from collections.abc import Iterable

from homeintel.events.source import EventSource
from homeintel.phase import Window
from homeintel.settings import FilesSettings, Influxdb1Settings, Settings


def source_of(settings: Settings, window: Window, attributes: Iterable[str]) -> EventSource:
    """Return the source of `settings.events`, not yet connected.

    Each source is imported only where it is used: HTTP, SQLite and the simulator cost a kernel time.

    Args:
        settings: the home's.
        window: the simulated home lives in it.
        attributes: names of the attributes that are wanted.
    """
    chosen = settings.events
    if isinstance(chosen, Influxdb1Settings):
        from homeintel.events.influxdb1 import Influxdb1Source

        return Influxdb1Source(chosen, attributes)
    if isinstance(chosen, FilesSettings):
        from homeintel.events.files import FilesSource

        return FilesSource(chosen, settings.root, settings.storage.memory_limit)
    from homeintel.events.simulated import SimulatedSource

    return SimulatedSource(chosen, settings.home, window)
