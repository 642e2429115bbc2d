"""A whole simulated home in one call."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from homeintel.errors import SettingsError
from homeintel.simulate.anomalies import silent_devices
from homeintel.simulate.history import History, home_history, set_scene
from homeintel.simulate.kinds import KINDS, HomeKind
from homeintel.simulate.layout import house_layout
from homeintel.simulate.retained import retained_topics
from homeintel.simulate.truth import Truth

__all__ = ["SimulatedHome", "simulate_events", "simulate_home", "simulate_retained"]


@dataclass(frozen=True)
class SimulatedHome:
    """A home with known truth. `start` and `end` are local dates, the end not in it.

    `retained` is MQTT topic -> payload; `registry` Home Assistant's entity registry, which alone knows renamed ids. `events` and `future` (the seven days after `end`, discrete entities) have
    ts (UTC microseconds), entity_id, state, attributes (JSON), context_user_id, context_parent_id, sorted by ts, then
    entity_id; what is not known is null.
    """

    name: str
    kind: str
    timezone: str
    latitude: float
    longitude: float
    start: date
    end: date
    retained: dict[str, str] = field(repr=False)
    registry: dict[str, Any] = field(repr=False)
    events: pa.Table = field(repr=False)
    future: pa.Table = field(repr=False)
    truth: Truth = field(repr=False)


def simulate_home(
    *,
    seed: int,
    days: int,
    end: date,
    timezone: str = "Europe/Berlin",
    latitude: float = 52.52,
    longitude: float = 13.40,
    kind: str = "regular",
    devices: int = 60,
) -> SimulatedHome:
    """Return a home of `devices` Zigbee devices and `days` local days up to `end`: the same arguments, the same rows.

    Args:
        seed: any whole number from 0.
        days: at least 1.
        end: the first local date that is no longer in the window.
        timezone: an IANA name; minutes of the day are local to it, across daylight saving.
        latitude: degrees, for sunrise and sunset.
        longitude: degrees, east positive.
        kind: a key of `homeintel.simulate.KINDS`.
        devices: Zigbee devices beside the coordinator; one is disabled, one unsupported.

    Raises:
        SettingsError: there is no such kind.
    """
    history = _history(seed, kind, devices, days, end, timezone, latitude, longitude)
    return SimulatedHome(
        name=f"{kind}-{seed}",
        kind=kind,
        timezone=timezone,
        latitude=latitude,
        longitude=longitude,
        start=end - timedelta(days=days),
        end=end,
        retained=simulate_retained(seed=seed, kind=kind, devices=devices),
        registry=history.registry,
        events=history.events,
        future=history.future,
        truth=history.truth,
    )


def simulate_retained(*, seed: int, kind: str = "regular", devices: int = 60) -> dict[str, str]:
    """Return only what the broker of a simulated home keeps: MQTT topic -> payload, as Zigbee2MQTT 2.x writes them."""
    layout = house_layout(seed, devices)
    silent = silent_devices(layout, seed, anomalies=_known(kind).anomalies)
    return retained_topics(layout, seed, frozenset(silent))


def simulate_events(
    *,
    seed: int,
    days: int,
    end: date,
    timezone: str = "Europe/Berlin",
    latitude: float = 52.52,
    longitude: float = 13.40,
    kind: str = "regular",
    devices: int = 60,
) -> pa.Table:
    """Return only the events of a simulated home; see `simulate_home`."""
    return _history(seed, kind, devices, days, end, timezone, latitude, longitude).events


def _history(
    seed: int, kind: str, devices: int, days: int, end: date, timezone: str, latitude: float, longitude: float
) -> History:
    scene = set_scene(
        seed=seed,
        kind=_known(kind),
        layout=house_layout(seed, devices),
        days=days,
        end=end,
        timezone=timezone,
        latitude=latitude,
        longitude=longitude,
    )
    return home_history(scene)


def _known(kind: str) -> HomeKind:
    if kind not in KINDS:
        raise SettingsError(
            f"There is no kind of home called {kind!r}.", next_step=f"Choose one of {', '.join(KINDS)}."
        )
    return KINDS[kind]
