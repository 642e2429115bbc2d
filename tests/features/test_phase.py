import json
from dataclasses import replace
from pathlib import Path

import pytest

from homeintel.features.phase import analyse_tables, grouped, load, run
from homeintel.features.views import (
    home_table,
    readable,
    unknown_table,
    untouched_table,
    utilisation_table,
    verdict_counts,
)
from homeintel.phase import Phase, Window
from homeintel.report.charts.features import trend_lines, utilisation_bars, verdict_map
from homeintel.settings import load_settings
from homeintel.store import Store, query
from tests.features.homes import attribute, capability, device, entity, event, fill

PARAMS = """
home: {name: test, timezone: UTC, latitude: 52.5, longitude: 13.4}
window: {days: 30, end: 2026-10-31}
bridge: {source: file, path: retained.json}
events: {source: files, paths: [events.parquet], exclude_entities: ["sensor.secret*"]}
storage: {database: home.duckdb, reports: reports}
publish: {enabled: false}
"""


@pytest.fixture
def phase(store: Store, tmp_path: Path) -> Phase:
    params = tmp_path / "params.yaml"
    params.write_text(PARAMS)
    settings = load_settings(str(params))
    return Phase("features", settings, Window.of(settings), store, "r1")


def small_home(store: Store) -> Store:
    bulbs = [f"0x{number}" for number in range(3)]
    return fill(
        store,
        devices=[device(bulb, friendly_name=f"bulb {bulb}", model="Bulb") for bulb in bulbs],
        device_capabilities=[
            row
            for bulb in bulbs
            for row in (
                capability(bulb, "light/state", values=["ON", "OFF"]),
                capability(bulb, "light/brightness", kind="numeric", value_min=0, value_max=254),
                capability(bulb, "power_on_behavior", kind="enum", values=["off", "on", "previous"], category="config"),
                capability(bulb, "transition", kind="numeric", access=2, origin="option"),
                capability(bulb, "linkquality", kind="numeric", access=1, category="diagnostic"),
            )
        ],
        entities=[
            row
            for bulb in bulbs
            for row in (
                entity(f"light.{bulb}", bulb, "light/state"),
                entity(f"light.{bulb}", bulb, "light/brightness", attribute="brightness"),
                entity(f"select.{bulb}_power_on_behavior", bulb, "power_on_behavior"),
                entity(f"sensor.{bulb}_linkquality", bulb, "linkquality", enabled=False),
            )
        ],
        events=[
            row
            for bulb in bulbs
            for row in (
                event(1, f"light.{bulb}", "on", "off"),
                event(2, f"light.{bulb}", "off", "on"),
                event(-3, f"select.{bulb}_power_on_behavior", "on", None, "unknown"),
            )
        ],
        attribute_changes=[attribute(1, f"light.{bulb}", "brightness", "254") for bulb in bulbs],
    )


def test_a_night_stores_a_verdict_for_every_capability(phase: Phase) -> None:
    small_home(phase.store)
    outcome = run(phase)
    with phase.store.connect() as connection:
        rows = query(connection, "SELECT * FROM device_feature_usage ORDER BY ieee_address, path")
    assert outcome.status == "succeeded"
    assert outcome.rows_written == len(rows) == 15
    first = rows.loc[rows["ieee_address"] == "0x0"].set_index("path")
    assert first["verdict"].to_dict() == {
        "light/state": "used",
        "light/brightness": "constant",
        "power_on_behavior": "constant",
        "transition": "constant",
        "linkquality": "not_observable",
    }
    assert first.loc["light/state", "changes"] == 2
    evidence = json.loads(str(first.loc["light/state", "evidence"]))
    assert evidence["entity_id"] == "light.0x0"
    assert evidence["by"] == {"person": 2}
    assert evidence["last"] == "2026-10-03T00:00:00Z"


def test_running_again_replaces_the_rows_of_the_same_run(phase: Phase) -> None:
    small_home(phase.store)
    run(phase)
    run(phase)
    with phase.store.connect() as connection:
        assert len(query(connection, "SELECT * FROM device_feature_usage")) == 15


def test_an_empty_store_is_degraded_and_says_what_is_missing(phase: Phase) -> None:
    outcome = run(phase)
    assert outcome.status == "degraded"
    assert outcome.rows_written == 0
    assert "No capabilities are stored" in outcome.reason
    assert "No events are stored" in outcome.reason


def test_without_events_nothing_is_called_unused(phase: Phase) -> None:
    small_home(phase.store)
    with phase.store.transaction() as connection:
        connection.execute("DELETE FROM events")
        connection.execute("DELETE FROM attribute_changes")
    outcome = run(phase)
    with phase.store.connect() as connection:
        verdicts = query(
            connection,
            "SELECT DISTINCT verdict FROM device_feature_usage JOIN device_capabilities USING (ieee_address, path) WHERE origin = 'expose'",
        )
    assert outcome.status == "degraded"
    assert verdicts["verdict"].tolist() == ["not_observable"]


def test_with_half_the_entities_guessed_only_what_they_show_is_known(phase: Phase) -> None:
    """A guessed id that the history knows is right; one it doesn't know may be another's, and claims nothing."""
    small_home(phase.store)
    with phase.store.transaction() as connection:
        connection.execute("UPDATE entities SET source = 'guessed' WHERE ieee_address IN ('0x1', '0x2')")
        connection.execute("UPDATE entities SET source = 'guessed' WHERE entity_id LIKE 'sensor.0x0%'")
        connection.execute("DELETE FROM events WHERE entity_id IN ('select.0x1_power_on_behavior', 'light.0x2')")
        connection.execute("DELETE FROM attribute_changes WHERE entity_id = 'light.0x2'")
    outcome = run(phase)
    sql = """SELECT ieee_address, path, verdict, evidence ->> 'reason' AS reason FROM device_feature_usage
             WHERE path IN ('light/state', 'power_on_behavior') ORDER BY ieee_address, path"""
    with phase.store.connect() as connection:
        rows = query(connection, sql).fillna("")
    assert outcome.status == "succeeded"
    assert rows[["verdict", "reason"]].to_numpy().tolist() == [
        ["used", ""], ["constant", ""],
        ["used", ""], ["not_observable", "guessed"],
        ["not_observable", "guessed"], ["constant", ""],
    ]  # fmt: skip
    assert outcome.reason.endswith(
        "3 can't be known because their entities' ids are guessed. "
        "Give homeintel the entity registry (`homeassistant.registry` or `homeassistant.url`)."
    )


@pytest.mark.parametrize("missing", ["device_capabilities", "entities", "devices", "events"])
def test_whatever_is_missing_every_table_and_chart_of_the_notebook_can_be_shown(phase: Phase, missing: str) -> None:
    small_home(phase.store)
    with phase.store.transaction() as connection:
        connection.execute(f"DELETE FROM {missing}")
        if missing == "events":
            connection.execute("DELETE FROM attribute_changes")
    tables = load(phase)
    analysis = analyse_tables(phase, tables)
    home = home_table(analysis.home)
    assert home["in use, %"].isna().all()
    for by in ("manufacturer", "model", "area", "friendly_name"):
        table = grouped(phase, tables, analysis, by)
        assert len(utilisation_table(table, by)) == len(utilisation_bars(table, by).data[0].y)
    assert len(verdict_map(analysis.features, analysis.devices).data) == 5
    assert len(trend_lines(analysis.trend, "UTC").data) == 3
    assert verdict_counts(analysis.rows)["properties"].sum() == len(analysis.rows)
    for rows in (analysis.spare, analysis.idle, analysis.uninvolved):
        assert len(readable(rows, "UTC")) == len(rows)
    assert len(untouched_table(analysis.rows, analysis.devices)) == 0
    assert unknown_table(analysis.rows)["properties"].sum() == (analysis.rows["verdict"] == "not_observable").sum()


def test_old_input_is_degraded_and_says_how_old(phase: Phase) -> None:
    small_home(phase.store)
    old = replace(phase, earlier={"capabilities": ("failed", "no broker"), "events": ("succeeded", "")})
    outcome = run(old)
    assert outcome.status == "degraded"
    assert "2026-10-31 02:00 UTC" in outcome.reason
