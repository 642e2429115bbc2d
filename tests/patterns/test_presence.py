"""When people are there: seen to minutes, or awake within the hour where they are often not seen."""

import numpy as np

from homeintel.patterns.presence import AwakeTime, Sightings, find_presence
from homeintel.patterns.routines.grid import Present
from homeintel.store import Store
from tests.patterns.homes import Home

MINUTE = 60.0


def _home() -> Home:
    """People seen by two sensors from 7:00 to 8:00 and from 17:00 to 21:00, by one alone at 12:00."""
    home = Home(days=10)
    for day in range(home.days):
        for minute in (*range(420, 481, 20), *range(1020, 1261, 30)):
            home.switch(day, minute, "binary_sensor.hall_motion", 1)
            home.switch(day, minute + 5, "binary_sensor.bath_motion", 1)
        home.switch(day, 720, "binary_sensor.hall_motion", 1)
        home.switch(day, 435, "light.seen", 1)
        home.switch(day, 900, "light.alone", 1)
    return home


def test_stretches_end_soon_after_the_last_sight_and_need_two_entities(store: Store) -> None:
    history = _home().history(store)
    walls = np.array([405, 412, 450, 490, 498, 720, 900, 1005, 1012, 1150, 1270, 1280]) * MINUTE
    seen = Sightings(history).at(history.calendar.utc(walls))
    assert seen.tolist() == [False, True, True, True, False, False, False, False, True, True, True, False]


def test_no_sight_at_all_is_nobody(store: Store) -> None:
    history = Home(days=3).history(store)
    assert not Sightings(history).at(history.calendar.utc(np.array([0.0, 40_000.0]))).any()


def test_what_is_done_unseen_needs_nobody_to_be_seen(store: Store) -> None:
    history = _home().history(store)
    present = Present.of(history, find_presence(history).home, AwakeTime(history))
    seen, alone = (history.entities.index(name) for name in ("light.seen", "light.alone"))
    assert present.always_seen[seen]
    assert not present.always_seen[alone]
    half_past_eight = np.array([510 * MINUTE])  # nobody is seen any more, people were awake within the hour
    assert not present.at(half_past_eight, seen)[0]
    assert present.at(half_past_eight, alone)[0]
