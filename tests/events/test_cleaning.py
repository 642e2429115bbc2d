"""From what was written to what changed."""

from datetime import UTC, date, datetime
from pathlib import Path

from tests.events.histories import changes, night, steps
from tests.events.homes import rows

DAY = date(2026, 11, 6)


def test_equal_states_are_one_event_across_midnight_too(tmp_path: Path) -> None:
    phase, _ = night(
        tmp_path,
        [
            ("2026-11-06 20:00", "light.hall", "on"),
            ("2026-11-06 20:05", "light.hall", "on"),
            ("2026-11-06 23:59", "light.hall", "on"),
            ("2026-11-07 00:01", "light.hall", "on"),
            ("2026-11-07 06:00", "light.hall", "off"),
        ],
    )
    assert changes(phase) == [("light.hall", "on", None, "unknown"), ("light.hall", "off", "on", "unknown")]
    assert steps(phase, DAY)["repeated"] == 2
    assert steps(phase, date(2026, 11, 7))["repeated"] == 1


def test_unavailable_is_no_activity(tmp_path: Path) -> None:
    phase, _ = night(
        tmp_path,
        [
            ("2026-11-06 20:00", "light.hall", "on"),
            ("2026-11-06 21:00", "light.hall", "unavailable"),
            ("2026-11-06 21:10", "light.hall", "unknown"),
            ("2026-11-06 21:20", "light.hall", "on"),
            ("2026-11-06 22:00", "light.hall", "off"),
        ],
    )
    assert [row[1:3] for row in changes(phase)] == [("on", None), ("off", "on")]
    assert rows(phase.store, "SELECT entity_id, started_at, ended_at FROM gaps WHERE reason = 'unavailable'") == [
        ("light.hall", datetime(2026, 11, 6, 21, tzinfo=UTC), datetime(2026, 11, 6, 21, 20, tzinfo=UTC))
    ]
    counted = steps(phase, DAY)
    assert (counted["states"], counted["available"], counted["kept"]) == (5, 3, 2)


def test_numbers_are_a_series_and_text_of_a_sensor_is_a_change(tmp_path: Path) -> None:
    phase, outcome = night(
        tmp_path,
        [
            ("2026-11-06 10:00", "sensor.power", "5"),
            ("2026-11-06 10:04:59", "sensor.power", "3.5"),
            ("2026-11-06 10:05", "sensor.power", "9"),
            ("2026-11-06 10:06", "sensor.power", "nan"),
            ("2026-11-06 10:07", "sensor.washer", "spin"),
            ("2026-11-06 10:08", "input_number.target", "21"),
        ],
    )
    measured = rows(
        phase.store, 'SELECT ts, entity_id, "last", "min", "max", "count" FROM measurements ORDER BY ts, entity_id'
    )
    assert measured == [
        (datetime(2026, 11, 6, 10, 0, tzinfo=UTC), "sensor.power", 3.5, 3.5, 5.0, 2),
        (datetime(2026, 11, 6, 10, 5, tzinfo=UTC), "input_number.target", 21.0, 21.0, 21.0, 1),
        (datetime(2026, 11, 6, 10, 5, tzinfo=UTC), "sensor.power", 9.0, 9.0, 9.0, 1),
    ]
    assert ("sensor.washer", "spin", None, "unknown") in changes(phase)
    assert outcome.figures["points_read"] == 6


def test_an_occurrence_is_an_event_each_time_and_its_repetition_is_none(tmp_path: Path) -> None:
    pressed = {"event_type": "single", "friendly_name": "x"}
    phase, _ = night(
        tmp_path,
        [
            ("2026-11-06 10:00:00.2", "event.button", "2026-11-06T10:00:00.200+00:00", pressed),
            ("2026-11-06 10:00:05.2", "event.button", "2026-11-06T10:00:05.200+00:00", pressed),
            ("2026-11-06 12:00", "event.button", "2026-11-06T10:00:05.200+00:00", pressed),  # a restart writes it again
            ("2026-11-06 13:00", "scene.film", "2026-11-06T13:00:00+00:00"),
            ("2026-11-06 14:00", "button.identify", "2026-11-06T14:00:00+00:00"),
        ],
    )
    assert [row[:2] for row in changes(phase)] == [
        ("event.button", "single"),
        ("event.button", "single"),
        ("scene.film", "activated"),
        ("button.identify", "pressed"),
    ]


def test_attributes_are_kept_where_they_change(tmp_path: Path) -> None:
    phase, _ = night(
        tmp_path,
        [
            ("2026-11-06 10:00", "light.hall", "on", {"brightness": 10, "hs_color": [30.5, 20], "icon": "mdi:x"}),
            ("2026-11-06 10:01", "light.hall", "on", {"brightness": 10, "hs_color": [30.5, 20], "effect": None}),
            ("2026-11-06 10:02", "light.hall", "off", {"brightness": None}),
            ("2026-11-07 10:03", "light.hall", "on", {"brightness": 10}),
            ("2026-11-07 10:04", "light.hall", "on", {"brightness": 11}),
            ("2026-11-07 10:05", "climate.bath", "heat", {"temperature": 21.0}),
        ],
    )
    assert rows(phase.store, "SELECT entity_id, attribute, value FROM attribute_changes ORDER BY ts, attribute") == [
        ("light.hall", "brightness", "10"),
        ("light.hall", "hs_color", "[30.5,20]"),
        ("light.hall", "brightness", "11"),
        ("climate.bath", "temperature", "21"),
    ]


def test_numeric_words_have_their_number(tmp_path: Path) -> None:
    phase, _ = night(tmp_path, [("2026-11-06 10:00", "lock.door", "locked"), ("2026-11-06 10:01", "select.m", "4")])
    assert rows(phase.store, "SELECT entity_id, state, value FROM events ORDER BY ts") == [
        ("lock.door", "locked", 1.0),
        ("select.m", "4", 4.0),
    ]


def test_wrong_clocks_are_refused_and_counted(tmp_path: Path) -> None:
    phase, outcome = night(
        tmp_path,
        [
            ("1970-01-01 00:00:10", "light.hall", "on"),
            ("2999-01-01", "light.hall", "on"),
            ("2026-11-06 10:00", "light.hall", "on"),
        ],
    )
    assert outcome.figures["events_kept"] == 1
    assert "2 points with a wrong clock were refused" in outcome.reason
    assert len(changes(phase)) == 1


def test_what_is_excluded_is_counted_only(tmp_path: Path) -> None:
    history = [
        ("2026-11-06 10:00", "light.hall", "on"),
        ("2026-11-06 10:00", "light.test_1", "on"),
        ("2026-11-06 10:00", "weather.home", "sunny"),
        ("2026-11-06 10:00", "nonsense", "on"),
    ]
    phase, outcome = night(tmp_path, history, exclude_entities=["light.test_*"])
    assert [row[0] for row in changes(phase)] == ["light.hall"]
    counted = steps(phase, DAY)
    assert (counted["excluded"], counted["not an entity"], counted["points"]) == (2, 1, 4)
    assert outcome.figures["points_read"] == 4


def test_the_same_row_twice_is_one(tmp_path: Path) -> None:
    history = [("2026-11-06 10:00", "light.hall", "on"), ("2026-11-06 10:01", "light.hall", "off")]
    phase, _ = night(tmp_path, [*history, *history])
    assert [row[1] for row in changes(phase)] == ["on", "off"]


def test_days_of_23_and_25_hours_lose_nothing(tmp_path: Path) -> None:
    autumn = [(f"2026-10-25T{hour:02d}:30:00+00:00", "light.hall", "on" if hour % 2 else "off") for hour in range(24)]
    _, outcome = night(tmp_path, autumn, end=date(2026, 10, 26), days=1)  # 22:00 UTC of the 24th to 23:00 of the 25th
    assert outcome.figures["events_kept"] == 23
    (tmp_path / "spring").mkdir()
    spring = [(f"2026-03-29T{hour:02d}:30:00+00:00", "light.hall", "on" if hour % 2 else "off") for hour in range(24)]
    _, outcome = night(tmp_path / "spring", spring, end=date(2026, 3, 30), days=1)  # 23:00 of the 28th to 22:00
    assert outcome.figures["events_kept"] == 22
