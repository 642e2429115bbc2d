import json
from datetime import datetime

import numpy as np
import pandas as pd
import pytest

from homeintel.patterns.calendar import Calendar
from homeintel.store import Store
from homeintel.suggestions.backtest.history import load_histories
from homeintel.suggestions.backtest.replay import replay
from homeintel.suggestions.backtest.result import Backtest
from homeintel.suggestions.pattern_row import pattern_rows
from tests.suggestions import homes

CALENDAR = Calendar(homes.window().first_day, homes.DAYS, homes.ZONE, 52.52, 13.40)
NO_DAY = np.zeros(homes.DAYS, dtype=bool)


def run(store: Store, pattern: dict[str, object], events: list[dict[str, object]]) -> Backtest:
    homes.write(store, "events", events)
    row = pattern_rows(pd.DataFrame([pattern]))[0]
    with store.connect() as connection:
        entities = {row.entity_id, row.trigger_entity_id}
        histories = load_histories(connection, entities, homes.window().start, homes.window().end)
    return replay(row, histories, CALENDAR, NO_DAY)


def test_a_routine_kept_every_day_is_always_wanted(store: Store) -> None:
    result = run(store, homes.pattern("p1"), homes.routine_events())
    assert result.window.agreed + result.window.earlier == 28
    assert result.window.wrong == 0
    assert result.window.precision == 1.0
    assert (result.unseen.agreed + result.unseen.earlier, result.held_out_days) == (7, 7)
    assert result.minutes_saved_per_week == pytest.approx(result.window.agreed * 20 / 60 / 4)


def test_days_it_was_not_done_are_wrong_and_counted_where_they_fall(store: Store) -> None:
    result = run(store, homes.pattern("p1"), homes.routine_events(skipped=[2, 5, 22]))
    assert (result.window.wrong, result.unseen.wrong) == (3, 1)
    assert result.window.precision == pytest.approx(25 / 28)


def test_a_day_the_light_was_on_already_is_no_occasion(store: Store) -> None:
    events = homes.routine_events(skipped=[4])
    events.append(homes.event(homes.local(4, 100), "light.kitchen", "on"))
    events.append(homes.event(homes.local(4, 800), "light.kitchen", "off"))
    result = run(store, homes.pattern("p1"), events)
    assert result.window.wrong == 0
    assert sum(result.window.__dict__.values()) == 27


def test_what_an_automation_did_is_not_the_persons_wish(store: Store) -> None:
    events = [row | {"cause": "automation"} for row in homes.routine_events()]
    result = run(store, homes.pattern("p1"), events)
    assert result.window.agreed == 0


def test_taken_back_within_a_minute_was_not_wanted(store: Store) -> None:
    result = run(store, homes.pattern("p1"), homes.routine_events(on_for=0.5))
    assert result.window.undone > 0
    assert result.window.agreed == 0


def test_the_fit_does_not_see_the_held_out_week(store: Store) -> None:
    """The habit moves by 12 minutes in the last week: the replayed time stays where the other days put it."""
    early = homes.routine_events(minute=400, spread=1)
    rows = [row for row in early if row["ts"] < homes.local(21, 0)]
    late = [row for row in homes.routine_events(minute=412, spread=1) if row["ts"] >= homes.local(21, 0)]
    result = run(store, homes.pattern("p1", minute_of_day=404.0), rows + late)
    assert result.fitted == "06:40"
    assert result.unseen.agreed == 7


def test_local_time_is_kept_across_daylight_saving(store: Store) -> None:
    """In the window ending 2026-11-08 Berlin's clocks go back on 25 October; the habit follows the wall clock."""
    end = datetime(2026, 11, 8).date()  # noqa: DTZ001 - a local date
    calendar = Calendar(homes.window(end).first_day, homes.DAYS, homes.ZONE, 52.52, 13.40)
    events = [homes.event(homes.local(day, 405, end), "light.kitchen", "on") for day in range(28)]
    events += [homes.event(homes.local(day, 480, end), "light.kitchen", "off") for day in range(28)]
    homes.write(store, "events", events)
    row = pattern_rows(pd.DataFrame([homes.pattern("p1")]))[0]
    span = homes.window(end)
    with store.connect() as connection:
        histories = load_histories(connection, ["light.kitchen"], span.start, span.end)
    result = replay(row, histories, calendar, NO_DAY)
    assert (result.window.agreed + result.window.earlier, result.window.wrong) == (28, 0)


def test_a_sun_routine_follows_the_sun(store: Store) -> None:
    minutes = CALENDAR.sunset + 20
    events = [homes.event(homes.local(day, minutes[day]), "light.kitchen", "on") for day in range(28)]
    events += [homes.event(homes.local(day, minutes[day] + 120), "light.kitchen", "off") for day in range(28)]
    sun = homes.pattern("p1", kind="sun", sun_event="sunset", offset_minutes=20.0, minute_of_day=None)
    result = run(store, sun, events)
    assert result.window.precision == 1.0
    assert result.fitted == "20 minutes from sunset"


def test_a_coupling_counts_occasions_and_those_without_the_action_are_wrong(store: Store) -> None:
    events = []
    for day in range(28):
        for hour in (8, 20):
            at = 60 * hour
            events += [
                homes.event(homes.local(day, at), "binary_sensor.hall_occupancy", "on"),
                homes.event(homes.local(day, at + 0.05), "binary_sensor.hall_occupancy", "off"),
                homes.event(homes.local(day, at + 0.1), "binary_sensor.hall_occupancy", "on"),
            ]
            if not (hour == 8 and day % 7 == 0):
                events.append(homes.event(homes.local(day, at + 0.12), "light.hall", "on"))
                events.append(homes.event(homes.local(day, at + 30), "light.hall", "off"))
    result = run(store, homes.coupling("p1"), events)
    assert (result.window.agreed, result.window.wrong) == (52, 4)


def test_only_while_it_is_dark(store: Store) -> None:
    events = []
    for day in range(28):
        events.append(homes.event(homes.local(day, 720), "binary_sensor.hall_occupancy", "on"))
        events.append(homes.event(homes.local(day, 1380), "binary_sensor.hall_occupancy", "on"))
        events.append(homes.event(homes.local(day, 1380.1), "light.hall", "on"))
        events.append(homes.event(homes.local(day, 1400), "light.hall", "off"))
    dark = homes.coupling("p1", conditions='{"after": "sunset"}')
    result = run(store, dark, events)
    assert (result.window.agreed, result.window.wrong) == (28, 0)


@pytest.mark.parametrize(("after", "before"), [("22:00", "24:00"), ("22:30", "01:00")])
def test_only_between_two_hours_midnight_or_not(store: Store, after: str, before: str) -> None:
    events = []
    for day in range(27):
        events.append(homes.event(homes.local(day, 720), "binary_sensor.hall_occupancy", "on"))
        events.append(homes.event(homes.local(day, 1380), "binary_sensor.hall_occupancy", "on"))
        events.append(homes.event(homes.local(day, 1380.1), "light.hall", "on"))
        events.append(homes.event(homes.local(day, 1400), "light.hall", "off"))
    late = homes.coupling("p1", conditions=json.dumps({"after": after, "before": before}))
    result = run(store, late, events)
    assert (result.window.agreed, result.window.wrong) == (27, 0)


def test_no_event_at_all_gives_no_verdict(store: Store) -> None:
    result = run(store, homes.coupling("p1"), [])
    assert len(result.at) == 0
    assert result.window.precision is None
