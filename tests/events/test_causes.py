"""Who or what caused a change."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.events.histories import changes, night
from tests.events.homes import rows


def lights(at: str, state: str, count: int = 20) -> list[tuple[str, str, str, str, str, str]]:
    start = datetime.fromisoformat(at)
    return [
        ((start + timedelta(milliseconds=50 * n)).isoformat(), f"light.l{n}", state, "", "", "") for n in range(count)
    ]


def test_people_automations_and_devices_are_told_by_their_context(tmp_path: Path) -> None:
    phase, _ = night(
        tmp_path,
        [
            ("2026-11-06 09:00", "light.hall", "off", "", "", ""),
            ("2026-11-06 10:00", "light.hall", "on", "", "u1", ""),
            ("2026-11-06 11:00", "light.hall", "off", "", "", "p1"),
            ("2026-11-06 12:00", "light.hall", "on", "", "", ""),
        ],
    )
    found = rows(phase.store, "SELECT cause, cause_reason FROM events ORDER BY ts")
    assert found == [
        ("unknown", "the first state seen"),
        ("person", "certain: a user id in the context"),
        ("automation", "certain: the context has a parent"),
        ("device", "likely: neither a user nor an automation in the context"),
    ]


def test_without_contexts_nothing_is_claimed(tmp_path: Path) -> None:
    phase, _ = night(tmp_path, [("2026-11-06 09:00", "light.hall", "off"), ("2026-11-06 10:00", "light.hall", "on")])
    assert rows(phase.store, "SELECT cause, cause_reason FROM events ORDER BY ts")[1] == (
        "unknown",
        "the source holds no contexts",
    )


def test_a_restart_storm_is_marked_and_is_a_gap(tmp_path: Path) -> None:
    history = [
        *lights("2026-11-06T08:00:00+00:00", "off"),
        ("2026-11-06T09:59:00+00:00", "light.l0", "on", "", "", ""),
        *lights("2026-11-06T10:00:00+00:00", "unavailable"),
        ("2026-11-06T10:00:30+00:00", "light.l0", "off", "", "", ""),  # a flap while everything starts
        *[row for row in lights("2026-11-06T10:00:31+00:00", "off") if row[1] != "light.l0"],
        ("2026-11-06T10:00:33+00:00", "light.l0", "on", "", "", ""),
        ("2026-11-06T10:30:00+00:00", "light.l0", "off", "", "", ""),
    ]
    phase, _ = night(tmp_path, history)
    l0 = rows(phase.store, "SELECT state, cause FROM events WHERE entity_id = 'light.l0' ORDER BY ts")
    assert l0 == [("off", "unknown"), ("on", "device"), ("off", "restart"), ("on", "restart"), ("off", "device")]
    assert len(changes(phase)) == 24
    gaps = rows(phase.store, "SELECT started_at, ended_at FROM gaps WHERE reason = 'restart'")
    assert [gap[0] for gap in gaps] == [datetime(2026, 11, 6, 9, 59, tzinfo=UTC)]


def test_a_person_switching_everything_off_is_no_storm(tmp_path: Path) -> None:
    history = [*lights("2026-11-06T08:00:00+00:00", "on"), *lights("2026-11-06T22:00:00+00:00", "off")]
    phase, _ = night(tmp_path, history)
    off = rows(phase.store, "SELECT cause, count(*) FROM events WHERE state = 'off' GROUP BY 1")
    assert off == [("device", 20)]


def test_a_user_in_a_storm_is_still_a_person(tmp_path: Path) -> None:
    history = [
        *lights("2026-11-06T08:00:00+00:00", "off"),
        *lights("2026-11-06T10:00:00+00:00", "off"),
        ("2026-11-06T10:00:01+00:00", "light.other", "on", "", "u1", ""),
    ]
    phase, _ = night(tmp_path, history)
    assert rows(phase.store, "SELECT cause FROM events WHERE entity_id = 'light.other'") == [("person",)]
