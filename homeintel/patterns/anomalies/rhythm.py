"""Which devices report by themselves, and which only tell what people do."""

import numpy as np

from homeintel.patterns.domains import ACTUATOR_DOMAINS, domain
from homeintel.patterns.history import History
from homeintel.patterns.presence import AwakeTime

OWN_RHYTHM_A_DAY = 2.0
"""A device with so many hours of numeric reports a day while nobody is awake at home reports by itself."""

OWN_RHYTHM_SHARE = 0.5
"""One that people switch must report in so many of those hours: a metering plug also reports at night while it is on."""

RESTING = frozenset({"off", "closed", "idle", "standby", "docked"})
"""States of an actuator in which it draws and tells nothing."""


def is_switched(history: History, entities: tuple[int, ...]) -> bool:
    """Return whether people switch anything of a device."""
    return any(_switches(history, entity) for entity in entities)


def _switches(history: History, entity: int) -> bool:
    """Return whether people switch the entity: settings, such as a motion sensor's indicator light, are none.

    Source: Zigbee2MQTT's exposes, where what a switch switches is the property `state`, with an endpoint or without.
    """
    name = history.entities[entity]
    setting = domain(name) in {"select", "switch"} and not history.property_of.get(name, "state").startswith("state")
    return domain(name) in ACTUATOR_DOMAINS and not setting


def reports_by_itself(history: History, entities: tuple[int, ...], awake: AwakeTime) -> bool:
    """Return whether a device tells numbers without anybody's doing."""
    reports = np.concatenate([history.hourly.last_time[history.hours(entity)] for entity in entities])
    unattended = reports[~awake.at(reports)] if len(reports) else reports
    if len(unattended) <= OWN_RHYTHM_A_DAY * history.span / 86_400:
        return False
    if not is_switched(history, entities):
        return True
    hours = np.arange(reports.min(), reports.max() + 3600, 3600.0)
    return len(np.unique(unattended // 3600)) >= OWN_RHYTHM_SHARE * max(1, int((~awake.at(hours)).sum()))


def rests(history: History, entities: tuple[int, ...], start: float, end: float) -> bool:
    """Return whether anything that people switch of a device was off at some time of a span, as far as known."""
    for entity in entities:
        if _switches(history, entity):
            rows = history.rows(entity)
            first, last = np.searchsorted(history.changes.time[rows], (start, end), side="right")
            states = history.changes.state[rows][max(0, first - 1) : last]
            if any(history.states[state] in RESTING for state in np.unique(states)):
                return True
    return False
