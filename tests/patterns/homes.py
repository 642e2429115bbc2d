"""Small hand-made histories: rows of the table `events`, and the `History` they give."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from homeintel.patterns.history import History
from homeintel.patterns.load import load_history
from homeintel.phase import Window
from homeintel.simulate.home import SimulatedHome
from homeintel.store import Store, insert

BERLIN = ZoneInfo("Europe/Berlin")


UNKNOWN = ("unknown", "unavailable")


def history_of(home: SimulatedHome, store: Store) -> History:
    """A simulated home's history, cleaned as far as detection needs it: no repeats, numbers reduced, restarts left out."""
    rows = home.events.select(["ts", "entity_id", "state", "context_parent_id"]).to_pandas()
    rows["ts"] = pd.to_datetime(rows["ts"], utc=True)
    for restart in home.truth.restarts:
        rows = rows[(rows["ts"] < restart.started_at) | (rows["ts"] > restart.ended_at + timedelta(minutes=2))]
    rows = rows[~rows["state"].isin(UNKNOWN)].sort_values(["entity_id", "ts"], kind="stable")
    rows["value"] = pd.to_numeric(rows["state"], errors="coerce")
    numeric = rows[rows["value"].notna() & rows["entity_id"].str.startswith("sensor.")]
    discrete = rows[rows["value"].isna()].copy()
    discrete["previous"] = discrete.groupby("entity_id")["state"].shift()
    discrete = discrete[discrete["state"] != discrete["previous"]]
    discrete["cause"] = np.where(discrete["context_parent_id"].notna(), "automation", "unknown")
    events = discrete[["ts", "entity_id", "state", "previous", "cause"]].assign(source="simulated")
    measurements = (
        numeric.assign(ts=numeric["ts"].dt.floor("5min"))
        .groupby(["entity_id", "ts"])["value"]
        .agg(last="last", min="min", max="max", count="count")
        .reset_index()
    )
    entities = pd.DataFrame(
        [(one.entity_id, one.ieee_address, one.property, "x", True, "discovery") for one in home.truth.entities],
        columns=["entity_id", "ieee_address", "property", "component", "enabled", "source"],
    )
    with store.transaction() as connection:
        for table, frame in (("events", events), ("measurements", measurements), ("entities", entities)):
            insert(connection, table, frame)
    window = Window(home.start, home.end, ZoneInfo(home.timezone))
    with store.connect() as connection:
        return load_history(connection, window, latitude=home.latitude, longitude=home.longitude)


@dataclass
class Home:
    """Collects changes by local day and minute, and stores them."""

    first_day: date = date(2026, 1, 5)
    days: int = 30
    zone: ZoneInfo = BERLIN
    latitude: float = 52.52
    longitude: float = 13.40
    rows: list[tuple[datetime, str, str, str]] = field(default_factory=list)

    @property
    def window(self) -> Window:
        return Window(self.first_day, self.first_day + timedelta(days=self.days), self.zone)

    def weekday(self, day: int) -> int:
        return (self.first_day + timedelta(days=day)).weekday()

    def change(self, day: int, minute: float, entity_id: str, state: str, cause: str = "unknown") -> None:
        local = datetime.combine(self.first_day, datetime.min.time()) + timedelta(days=day, minutes=float(minute))
        self.rows.append((local.replace(tzinfo=self.zone).astimezone(UTC), entity_id, state, cause))

    def switch(self, day: int, minute: float, entity_id: str, lasts: float = 8.0) -> None:
        """Add `on`, and `off` so many minutes later."""
        self.change(day, minute, entity_id, "on")
        self.change(day, minute + lasts, entity_id, "off")

    def life(self, rng: np.random.Generator, entities: Sequence[str], uses: float = 3.0) -> None:
        """Add aimless use over the waking hours, so that the home looks lived in."""
        for day in range(self.days):
            for entity_id in entities:
                for minute in rng.uniform(420, 1380, rng.poisson(uses)):
                    self.change(day, minute, entity_id, "on")
                    self.change(day, minute + rng.uniform(1, 20), entity_id, "off")

    def common_cause(self, rng: np.random.Generator) -> None:
        """Add a door that is followed by a light and by a radio, each by itself."""
        for day in range(self.days):
            for minute in rng.uniform(420, 1380, 6):
                self.switch(day, minute, "binary_sensor.front_door", 1)
                for entity_id in ("light.hall", "switch.radio"):
                    if rng.random() < 0.8:
                        self.switch(day, minute + rng.lognormal(2.5, 0.4) / 60, entity_id)

    def chain(self, rng: np.random.Generator) -> None:
        """Add a door that is followed by a light, which is followed by a radio."""
        for day in range(self.days):
            for minute in rng.uniform(420, 1380, 6):
                self.switch(day, minute, "binary_sensor.front_door", 1)
                if rng.random() < 0.75:
                    second = minute + rng.lognormal(2.5, 0.4) / 60
                    self.switch(day, second, "light.hall")
                    if rng.random() < 0.75:
                        self.switch(day, second + rng.lognormal(2.5, 0.4) / 60, "switch.radio")

    def frame(self) -> pd.DataFrame:
        rows = pd.DataFrame(self.rows, columns=["ts", "entity_id", "state", "cause"])
        rows["ts"] = pd.to_datetime(rows["ts"], utc=True)
        rows = rows.sort_values(["entity_id", "ts"], kind="stable")
        rows["previous"] = rows.groupby("entity_id")["state"].shift()
        return rows[rows["state"] != rows["previous"]].assign(source="test")

    def stored(self, store: Store) -> Store:
        with store.transaction() as connection:
            insert(connection, "events", self.frame())
        return store

    def history(self, store: Store) -> History:
        with self.stored(store).connect() as connection:
            return load_history(connection, self.window, latitude=self.latitude, longitude=self.longitude)
