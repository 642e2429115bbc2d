"""Which sources the settings ask for."""

from collections.abc import Iterable

from homeintel.events.source import EventSource
from homeintel.phase import Window
from homeintel.settings import (
    EventsSettings,
    FilesSettings,
    Influxdb1Settings,
    Influxdb2Settings,
    Influxdb3Settings,
    RecorderSettings,
    Settings,
    SimulatedEventsSettings,
)
from homeintel.store import memory_share

FILES_SHARE = 0.33
"""Files are read through a temporary database, beside the store's own."""


def sources_of(settings: Settings, window: Window, attributes: Iterable[str]) -> list[EventSource]:
    """Return the source of `settings.events` and the one merged in, if there is one; neither is connected yet.

    Each source is imported only where it is used: HTTP, SQLite and the simulator cost a kernel time.

    Args:
        settings: the home's.
        window: the simulated home lives in it.
        attributes: names of the attributes that are wanted.
    """
    chosen = [settings.events, *([settings.events.also] if settings.events.also else [])]
    return [_source_of(each, settings, window, frozenset(attributes)) for each in chosen]


def _source_of(chosen: EventsSettings, settings: Settings, window: Window, attributes: frozenset[str]) -> EventSource:
    if isinstance(chosen, SimulatedEventsSettings):
        from homeintel.events.simulated import SimulatedSource

        return SimulatedSource(chosen, settings.home, window)
    if isinstance(chosen, FilesSettings):
        from homeintel.events.files import FilesSource

        return FilesSource(chosen, settings.root, memory_share(settings.storage.memory_limit, FILES_SHARE))
    if isinstance(chosen, RecorderSettings):
        from homeintel.events.recorder import RecorderSource

        return RecorderSource(chosen, attributes)
    return _influxdb(chosen, attributes)


def _influxdb(
    chosen: Influxdb1Settings | Influxdb2Settings | Influxdb3Settings, attributes: frozenset[str]
) -> EventSource:
    if isinstance(chosen, Influxdb2Settings):
        from homeintel.events.influxdb2 import Influxdb2Source

        return Influxdb2Source(chosen, attributes)
    if isinstance(chosen, Influxdb3Settings):
        from homeintel.events.influxdb3 import Influxdb3Source

        return Influxdb3Source(chosen, attributes)
    from homeintel.events.influxdb1 import Influxdb1Source

    return Influxdb1Source(chosen, attributes)
