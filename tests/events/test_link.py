"""Automations in a history without contexts."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.events.histories import night
from tests.events.homes import rows

START = datetime(2026, 11, 6, 0, 0, tzinfo=UTC)


def run_of(number: int, at: datetime) -> tuple[str, str, str, dict[str, str]]:
    return (at.isoformat(), f"automation.a{number}", "on", {"last_triggered": at.isoformat()})


def test_what_follows_its_runs_is_the_automations_doing(tmp_path: Path) -> None:
    history: list[tuple[object, ...]] = [
        (START.isoformat(), "light.hall", "off", {}),
        (START.isoformat(), "light.other", "off", {}),
    ]
    for hour in range(1, 13):
        at = START + timedelta(hours=hour)
        state = "on" if hour % 2 else "off"
        history += [run_of(1, at), ((at + timedelta(milliseconds=400)).isoformat(), "light.hall", state, {})]
        history.append(((at + timedelta(minutes=20)).isoformat(), "light.other", state, {}))
    phase, _ = night(tmp_path, history)
    found = rows(
        phase.store,
        "SELECT entity_id, cause, cause_reason, cause_entity_id, count(*) FROM events"
        " WHERE previous IS NOT NULL GROUP BY ALL ORDER BY 1",
    )
    assert found == [
        ("light.hall", "automation", "likely: followed 12 of 12 runs within 5 s", "automation.a1", 12),
        ("light.other", "unknown", "the source holds no contexts", None, 12),
    ]


def test_a_busy_entity_that_meets_runs_by_chance_is_not_believed(tmp_path: Path) -> None:
    history: list[tuple[object, ...]] = []
    for second in range(0, 36_000, 7):  # a light that flickers all day
        at = START + timedelta(seconds=second)
        history.append((at.isoformat(), "light.candle", "on" if second % 2 else "off", {}))
    history += [run_of(1, START + timedelta(minutes=37 * n, seconds=3)) for n in range(1, 15)]
    phase, _ = night(tmp_path, history)
    assert rows(phase.store, "SELECT count(*) FROM events WHERE cause = 'automation'") == [(0,)]


def test_a_parents_run_is_named(tmp_path: Path) -> None:
    at = START + timedelta(hours=5)
    history = [
        (START.isoformat(), "light.hall", "off", {}, "", ""),
        (at.isoformat(), "automation.evening", "on", {"last_triggered": at.isoformat()}, "", ""),
        ((at + timedelta(seconds=1)).isoformat(), "light.hall", "on", {}, "", "p9"),
    ]
    phase, _ = night(tmp_path, history)
    assert rows(phase.store, "SELECT cause, cause_entity_id FROM events WHERE state = 'on' AND previous = 'off'") == [
        ("automation", "automation.evening")
    ]
