"""What was planted in a simulated home. Times are UTC, minutes of the day local to the home."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

__all__ = [
    "Anomaly",
    "Automation",
    "Coupling",
    "EntityTruth",
    "FeatureUse",
    "Restart",
    "Routine",
    "Truth",
]


@dataclass(frozen=True)
class Routine:
    """A habit: on `keep_rate` of its days an entity is brought into a state near a minute or a sun event.

    `days` is all, weekday, weekend or a list such as `mon,wed`; the minute counts from midnight of that day and may be
    past the next midnight by its spread. `spread_minutes` is a standard deviation, cut at 2.5 of them.
    `undo_minutes` is the median time until the same hand undoes it, None when something else does.
    `occurrences` counts rows in the window, `opportunities` its days in the window on which somebody was at home,
    `future_occurrences` and `future_opportunities` the same for the seven days after it. `log_odds` is the log chance that so
    many days are a whim's, for an observer who has only the hour to find; see `homeintel.simulate.power`.
    """

    entity_id: str
    state: str
    days: str
    minute_of_day: float | None
    spread_minutes: float
    keep_rate: float
    sun_event: str | None = None
    offset_minutes: float | None = None
    undo_minutes: float | None = None
    log_odds: float = float("-inf")
    occurrences: int = 0
    opportunities: int = 0
    future_occurrences: int = 0
    future_opportunities: int = 0


@dataclass(frozen=True)
class Coupling:
    """After a trigger, with a probability and a lag (median, log-normal), the action follows by hand.

    `conditions` are Home Assistant conditions that must hold. `opportunities` counts triggers in the window with the
    conditions met and the action not yet in force; `occurrences` the actions that followed.
    """

    trigger_entity_id: str
    trigger_state: str
    entity_id: str
    state: str
    lag_seconds: float
    probability: float
    conditions: tuple[Mapping[str, str], ...] = ()
    occurrences: int = 0
    opportunities: int = 0
    future_occurrences: int = 0
    future_opportunities: int = 0


@dataclass(frozen=True)
class Automation:
    """An automation the home already has: started by a state or at an exact minute, with a machine's lag."""

    automation_id: str
    entity_id: str
    state: str
    trigger_entity_id: str | None
    trigger_state: str | None
    minute_of_day: float | None
    lag_seconds: float
    runs: int = 0


@dataclass(frozen=True)
class Anomaly:
    """Something that broke the home's own rhythm. `ended_at` None: it still lasts at the end of the window."""

    kind: str
    entity_id: str | None
    started_at: datetime
    ended_at: datetime | None
    detail: str


@dataclass(frozen=True)
class Restart:
    """Home Assistant was down from `started_at`, and everything was back by `ended_at`."""

    started_at: datetime
    ended_at: datetime


@dataclass(frozen=True)
class FeatureUse:
    """What became of one feature of a device: `changes` counts different values in a row in the window.

    `path` and `origin` are those of the table `device_capabilities`. `by` is person, automation or device, None when
    nobody touched it. `observable` is False when no enabled, recorded entity or attribute carries it, or the device
    never publishes it. An option has no entity: it stands in Zigbee2MQTT's configuration, or does not.
    """

    ieee_address: str
    path: str
    property: str
    origin: str
    entity_id: str | None
    attribute: str | None
    settable: bool
    observable: bool
    used: bool
    changes: int
    by: str | None


@dataclass(frozen=True)
class EntityTruth:
    """Which entity a device's property became, as Home Assistant's registry would tell."""

    ieee_address: str
    property: str | None
    entity_id: str
    default_entity_id: str
    unique_id: str
    enabled: bool
    renamed: bool
    excluded: bool


@dataclass(frozen=True)
class Truth:
    """Everything planted in one home."""

    routines: tuple[Routine, ...] = ()
    sun_routines: tuple[Routine, ...] = ()
    couplings: tuple[Coupling, ...] = ()
    automations: tuple[Automation, ...] = ()
    anomalies: tuple[Anomaly, ...] = ()
    away_days: tuple[date, ...] = ()
    restarts: tuple[Restart, ...] = ()
    feature_use: tuple[FeatureUse, ...] = ()
    entities: tuple[EntityTruth, ...] = field(default=(), repr=False)

    def to_json(self) -> dict[str, Any]:
        """Return the truth as JSON holds it: times in ISO 8601 with offset, dates as YYYY-MM-DD."""
        return {name: [_plain(item) for item in items] for name, items in asdict(self).items()}


def _plain(item: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(item, dict):
        return {key: _plain(value) for key, value in item.items()}
    if isinstance(item, tuple | list):
        return [_plain(value) for value in item]
    return item.isoformat() if isinstance(item, date) else item
