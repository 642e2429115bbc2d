from datetime import timedelta
from pathlib import Path

import pytest

from homeintel.features.tables import load
from homeintel.phase import Phase, Window
from homeintel.settings import load_settings
from homeintel.store import Store
from tests.features.homes import at, entity, event, fill

PARAMS = """
home: {name: test, timezone: UTC, latitude: 52.5, longitude: 13.4}
window: {days: 30, end: 2026-10-31}
bridge: {source: file, path: retained.json}
events: {source: files, paths: [events.parquet], exclude_entities: ["sensor.secret*"]}
storage: {database: home.duckdb, reports: reports}
suggestions: {automations_file: automations.yaml}
publish: {enabled: false}
"""

AUTOMATIONS = """
- alias: hall
  triggers: [{trigger: state, entity_id: binary_sensor.hall}]
  actions: [{action: light.turn_on, target: {entity_id: light.hall}, data: !include hall.yaml}]
"""


@pytest.fixture
def phase(store: Store, tmp_path: Path) -> Phase:
    (tmp_path / "params.yaml").write_text(PARAMS)
    settings = load_settings(str(tmp_path / "params.yaml"))
    return Phase("features", settings, Window.of(settings), store, "r1")


def gap(day: float, entity_id: str | None, reason: str, minutes: float = 1) -> dict[str, object]:
    return {
        "entity_id": entity_id,
        "started_at": at(day),
        "ended_at": at(day) + timedelta(minutes=minutes),
        "reason": reason,
    }


def test_what_the_params_file_excludes_and_the_automations_name_is_marked(phase: Phase, tmp_path: Path) -> None:
    (tmp_path / "automations.yaml").write_text(AUTOMATIONS)
    names = ("sensor.secret_diary", "light.hall", "binary_sensor.hall", "light.hall_2")
    fill(phase.store, entities=[entity(name, "0x1", None) for name in names])
    rows = load(phase).entities
    assert rows.loc[rows["excluded"], "entity_id"].tolist() == ["sensor.secret_diary"]
    assert rows.loc[rows["automated"], "entity_id"].tolist() == ["light.hall", "binary_sensor.hall"]


def test_without_an_automations_file_nothing_is_automated(phase: Phase) -> None:
    fill(phase.store, entities=[entity("light.hall", "0x1", None)])
    assert load(phase).entities["automated"].tolist() == [False]


def test_a_light_that_loses_its_state_alone_counts_but_not_with_home_assistant_or_the_bridge(phase: Phase) -> None:
    alone = [gap(day, "light.a", "unavailable") for day in (1, 2, 3)]
    restart = [gap(4, None, "restart", 3), gap(4.001, "light.a", "unavailable")]
    bridge = [gap(5, f"light.{name}", "unavailable") for name in "abcde"]
    earlier = [gap(-1, "light.f", "unavailable")]
    fill(phase.store, gaps=[*alone, *restart, *bridge, *earlier], events=[event(0, "light.a", "on", None)])
    tables = load(phase)
    counts = dict(zip(tables.gaps["entity_id"], tables.gaps["unavailable"], strict=True))
    assert counts == {"light.a": 3, "light.b": 0, "light.c": 0, "light.d": 0, "light.e": 0, "light.f": 0}
    assert tables.restarts == 1
