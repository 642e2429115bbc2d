"""The real 64-device house: every property judged, none unknown."""

import json
from pathlib import Path

import pandas as pd
import pytest

from homeintel.bridge import phase as bridge
from homeintel.features.analysis import FeatureAnalysis
from homeintel.features.phase import analyse_tables, load, run
from homeintel.features.reasons import REASONS
from homeintel.features.records import as_records
from homeintel.features.verdicts import VERDICTS
from homeintel.phase import Phase, Window
from homeintel.settings import load_settings
from homeintel.store import Store, migrate, query
from tests.features.homes import attribute, event, fill

PARAMS = """
home: {{name: test, timezone: Europe/Berlin, latitude: 52.52, longitude: 13.40}}
window: {{days: 30, end: 2026-10-31}}
bridge: {{source: file, path: {retained}}}
events: {{source: files, paths: [events.parquet]}}
storage: {{database: home.duckdb, reports: reports}}
publish: {{enabled: false}}
"""


@pytest.fixture
def house(sample_folder: Path, tmp_path: Path) -> Phase:
    retained = sample_folder / "zigbee2mqtt" / "retained.json"
    (tmp_path / "params.yaml").write_text(PARAMS.format(retained=json.dumps(str(retained))))
    settings = load_settings(str(tmp_path / "params.yaml"))
    store = Store(settings.storage.database)
    migrate(store)
    window = Window.of(settings)
    bridge.run(Phase("capabilities", settings, window, store, "r"))
    return Phase("features", settings, window, store, "r")


def somebody_lives_here(phase: Phase) -> FeatureAnalysis:
    """Let every enabled entity that has a lasting state be switched once, so that all of it can be judged."""
    with phase.store.connect() as connection:
        entities = query(connection, "SELECT DISTINCT entity_id FROM entities WHERE enabled AND component <> 'button'")
    fill(phase.store, events=[event(3, entity, "on", "off") for entity in entities["entity_id"]])
    return analyse_tables(phase, load(phase))


def test_every_property_of_every_device_gets_a_verdict_and_none_is_without_an_entity(house: Phase) -> None:
    rows = somebody_lives_here(house).rows
    assert rows.loc[rows["origin"] == "expose", "ieee_address"].nunique() >= 64
    assert set(rows["verdict"]) <= set(VERDICTS)
    assert not (rows["reason"] == "no_entity").any()
    assert not (rows["source"] == "guessed").any()
    unknown = rows.loc[rows["verdict"] == "not_observable", "reason"]
    assert set(unknown) <= set(REASONS)
    assert set(unknown) == {"device_disabled", "write_only", "no_control", "press", "button", "entity_disabled"}


def test_what_switches_is_used_and_what_a_composite_hides_is_not_observable(house: Phase) -> None:
    rows = somebody_lives_here(house).rows
    names = house_names(house)
    columns = rows[["ieee_address", "path", "verdict"]].itertuples(index=False, name=None)
    by_name = {(names[address], path): verdict for address, path, verdict in columns}
    assert by_name["hue color a19", "light/state"] == "used"
    assert by_name["tuya trv", "climate/system_mode"] == "used"
    assert by_name["living room/ceiling", "light/level_config/execute_if_off"] == "not_observable"
    assert by_name["ikea remote", "action"] == "not_observable"


def test_what_stands_in_attributes_is_judged_by_them_and_not_by_the_state(house: Phase) -> None:
    """Brightness, white tone, colour, effect, position, set point, preset, fan speed: moved in half of the entities."""
    with house.store.transaction() as connection:
        connection.execute("UPDATE entities SET enabled = TRUE")
        carried = query(connection, "SELECT entity_id, path, attribute FROM entities WHERE attribute IS NOT NULL")
    moved = set(carried["entity_id"].drop_duplicates().iloc[::2])
    changes = []
    written = carried["attribute"].replace({"color_temp": "color_temp_kelvin", "xy_color": "hs_color"})
    for entity_id, name in dict.fromkeys(zip(carried["entity_id"], written, strict=True)):
        values = ("10", "20") if entity_id in moved else ("10",)
        changes += [attribute(1 + day, entity_id, name, value) for day, value in enumerate(values)]
        changes.append(attribute(1, entity_id, "color_mode", "hs"))
    fill(
        house.store,
        events=[event(1, entity_id, "on", "off") for entity_id in carried["entity_id"].unique()],
        attribute_changes=changes,
    )
    rows = analyse_tables(house, load(house)).rows
    judged = carried.merge(
        rows[["entity_id", "path", "verdict", "unknown", "device", "changes"]], on=["entity_id", "path"]
    )
    assert set(judged["attribute"]) >= {
        "brightness", "color_temp", "effect", "current_position", "temperature", "current_temperature", "hvac_action",
        "preset_mode",
    }  # fmt: skip
    for row in as_records(judged):
        moves = row["entity_id"] in moved
        assert row["verdict"] == ("used" if moves else "constant"), f"{row['entity_id']} {row['attribute']}"
        assert row["changes"] == row["unknown"] + row["device"] == int(moves)


def house_names(phase: Phase) -> dict[str, str]:
    with phase.store.connect() as connection:
        rows = query(connection, "SELECT ieee_address, friendly_name FROM devices")
    return dict(zip(rows["ieee_address"], rows["friendly_name"], strict=True))


def test_every_advice_has_a_message_that_the_device_takes(house: Phase) -> None:
    with house.store.transaction() as connection:
        connection.execute("UPDATE entities SET enabled = TRUE WHERE component = 'light'")
    fill(house.store, events=[event(3, "light.hue_color_a19", "on", "off")])
    found = analyse_tables(house, load(house)).opportunities
    assert len(found) > 0
    rows = found.to_dict("records")
    for row in rows:
        assert row["payload"], row["key"]
        assert len(row["topics"]) == (len(row["ieee_addresses"]) if row["origin"] == "expose" else 1), row["key"]
        assert json.loads(json.dumps(row["payload"])) == row["payload"]
    assert found["score"].is_monotonic_decreasing
    assert found["key"].is_unique


def test_the_whole_phase_runs_on_it(house: Phase) -> None:
    somebody_lives_here(house)
    outcome = run(house)
    assert outcome.status == "succeeded"
    with house.store.connect() as connection:
        stored = query(connection, "SELECT verdict, evidence FROM device_feature_usage")
    assert len(stored) == outcome.rows_written > 700
    reasons = [json.loads(evidence).get("reason") for evidence in stored["evidence"]]
    assert pd.Series(reasons)[stored["verdict"] == "not_observable"].notna().all()
