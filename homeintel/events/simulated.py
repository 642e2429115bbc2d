"""The events of a simulated home."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

import pyarrow as pa

from homeintel.events.source import Batch, Found
from homeintel.events.tables import as_states, window_of
from homeintel.phase import Window
from homeintel.settings import HomeSettings, SimulatedEventsSettings


class SimulatedSource:
    """A home that is simulated once, into one table.

    Args:
        settings: which home.
        home: where it lies; the sun follows from it.
        window: its days; the home's life ends with the window.
    """

    name = "simulated"
    knows_context = True

    def __init__(self, settings: SimulatedEventsSettings, home: HomeSettings, window: Window) -> None:
        self._settings = settings
        self._home = home
        self._window = window
        self._states: pa.Table | None = None

    @property
    def identity(self) -> str:
        """The seed and the end: another end is another life."""
        chosen = self._settings
        return f"simulated:{chosen.kind}:{chosen.devices}:{chosen.seed}:{self._window.end_day}:{self._window.days}"

    def discover(self) -> Found:
        """Simulate the home."""
        states = self._simulated()
        sentence = f"a simulated home with seed {self._settings.seed}: {len(states):,} state changes"
        return Found([sentence], ends=self._window.end)

    def pieces(self, days: Sequence[date], usual: int) -> Iterator[list[date]]:  # noqa: ARG002 - the contract's
        """All days at once: a simulated home is small."""
        return iter([list(days)] if days else [])

    def read(self, start: datetime, end: datetime) -> Iterator[Batch]:
        """Yield the window's rows in one batch."""
        return window_of(self._simulated(), start, end)

    def count(self, start: datetime, end: datetime) -> None:
        """A simulated home has no late points."""

    def close(self) -> None:
        """Nothing to give back."""

    def _simulated(self) -> pa.Table:
        if self._states is None:
            # Imported here: the other sources don't need the simulator.
            from homeintel.simulate import simulate_events

            events = simulate_events(
                seed=self._settings.seed,
                kind=self._settings.kind,
                devices=self._settings.devices,
                end=self._window.end_day,
                days=self._window.days,
                timezone=self._home.timezone,
                latitude=self._home.latitude,
                longitude=self._home.longitude,
            )
            self._states = as_states(events).sort_by("ts")
        return self._states
