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
    return any(domain(history.entities[entity]) in ACTUATOR_DOMAINS for entity in entities)


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


def rests(history: History, entities: tuple[int, ...], time: float) -> bool:
    """Return whether anything that people switch of a device was off at a time, as far as known."""
    for entity in entities:
        if domain(history.entities[entity]) in ACTUATOR_DOMAINS:
            rows = history.rows(entity)
            known = int(np.searchsorted(history.changes.time[rows], time, side="right"))
            if known and history.states[history.changes.state[rows][known - 1]] in RESTING:
                return True
    return False
