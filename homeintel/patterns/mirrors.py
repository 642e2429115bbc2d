"""Groups and other echoes: entities that only repeat what others did milliseconds before."""

from dataclasses import replace

import numpy as np

from homeintel.patterns.domains import ACTUATOR_DOMAINS, domain
from homeintel.patterns.history import RESTART, Changes, History

ECHO_SECONDS = 0.05
"""Home Assistant computes a group's state within milliseconds; no radio and no automation is as fast."""

ECHO_SHARE = 0.8
LEAST_CHANGES = 5


def find_mirrors(history: History) -> frozenset[int]:
    """Return the actuators of which nearly every change comes within milliseconds after another entity's.

    A light group is such an entity. Its habits are its members' habits.
    """
    changes = history.changes
    actuator = np.array([domain(name) in ACTUATOR_DOMAINS for name in history.entities], dtype=bool)
    rows = np.flatnonzero((changes.cause != RESTART) & actuator[changes.entity])
    if len(rows) < 2:
        return frozenset()
    order = rows[np.lexsort((changes.entity[rows], changes.time[rows]))]
    time, entity = changes.time[order], changes.entity[order]
    echo = np.zeros(len(order), dtype=bool)
    echo[1:] = (np.diff(time) <= ECHO_SECONDS) & (entity[1:] != entity[:-1])
    total = np.bincount(entity, minlength=len(history.entities))
    echoes = np.bincount(entity[echo], minlength=len(history.entities))
    return frozenset(np.flatnonzero((total >= LEAST_CHANGES) & (echoes >= ECHO_SHARE * total)).tolist())


def without_mirrors(history: History) -> History:
    """Return the history without the changes of groups and other echoes."""
    mirrors = find_mirrors(history)
    if not mirrors:
        return history
    own = ~np.isin(history.changes.entity, list(mirrors))
    changes = history.changes
    kept = Changes(changes.entity[own], changes.time[own], changes.state[own], changes.cause[own])
    return replace(history, changes=kept)
