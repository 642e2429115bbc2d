"""What the notebook shows: tables with the right numbers, charts made of them, untrusted names escaped."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest

from homeintel.bridge import views
from homeintel.bridge.phase import read, run, store_reading
from homeintel.bridge.views_of_reading import changes_table, figures_table, freshness_table, problems_table
from homeintel.phase import Phase
from homeintel.report.charts import capabilities as charts
from tests.bridge.homes import phase_of
from tests.bridge.payloads import lamp, topics

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "01_device_capabilities.ipynb"


def odd_home() -> dict[str, str]:
    """A home with two lamps of one model, a two-gang switch with odd endpoints, a sensor nobody supports, and a group."""
    gang = [
        {"type": "switch", "endpoint": end, "features": [
            {"type": "binary", "name": "state", "property": f"state_{end}", "access": 7, "endpoint": end, "value_on": "ON", "value_off": "OFF"}
        ]} for end in ("l1", "(l2")
    ]  # fmt: skip
    identify = {"type": "enum", "name": "identify", "property": "identify", "access": 2, "values": ["identify"]}
    switch = lamp("0x3", "<script>alert(1)</script>")
    switch["definition"].update(exposes=[*gang, identify], model="SW2", vendor="Tuya", description="Switch")
    sensor = {"ieee_address": "0x4", "type": "EndDevice", "friendly_name": "sensor", "supported": False}
    health = {"response_time": 1795367668724}
    groups = [{"id": 1, "friendly_name": "lamps", "members": [{"ieee_address": "0x1", "endpoint": 1}]}]
    return topics(lamp("0x1", "a"), lamp("0x2", "b"), switch, sensor, groups=groups, health=health)


@pytest.fixture
def phase(tmp_path: Path) -> Phase:
    (tmp_path / "retained.json").write_text(json.dumps(odd_home()))
    return phase_of(tmp_path, {"source": "file", "path": str(tmp_path / "retained.json")})


def test_devices_by_model(phase: Phase) -> None:
    run(phase)
    table = views.devices_by_model(phase.store)
    rows = table[["manufacturer", "model", "devices", "unsupported"]].to_numpy().tolist()
    assert rows == [["IKEA", "LED1", 2, 0], ["(unknown)", "(unknown)", 1, 1], ["Tuya", "SW2", 1, 0]]


def test_capabilities_by_kind_and_access(phase: Phase) -> None:
    run(phase)
    table = views.capabilities_by_kind(phase.store)
    assert table.to_numpy().tolist() == [
        ["binary", "settable", 5, 4], ["numeric", "settable", 3, 3], ["enum", "write-only", 1, 1]
    ]  # fmt: skip
    chart = charts.capabilities_by_kind_chart(table)
    bars = {bar.name: dict(zip(bar.y, bar.x, strict=True)) for bar in chart.data}
    assert bars["settable"] == {"enum": 0, "numeric": 3, "binary": 5}
    assert chart.layout.xaxis.title.text == "capabilities (count)"


def test_the_matrix_joins_endpoints_and_survives_odd_names(phase: Phase) -> None:
    run(phase)
    matrix = views.capability_matrix(phase.store)
    found = {(row.friendly_name, row.capability): row.access for row in matrix.itertuples()}
    assert found[("<script>alert(1)</script>", "state")] == "settable"
    assert found[("<script>alert(1)</script>", "identify")] == "write-only"
    assert found[("lamps", "brightness")] == "settable"
    assert len(found) == 8
    by_capability = views.devices_by_capability(matrix)
    assert by_capability.to_numpy().tolist() == [["state", 4, 4], ["brightness", 3, 3], ["identify", 1, 1]]
    chart = charts.capability_matrix_chart(matrix)
    assert sum(len(trace.x) for trace in chart.data) == 8
    assert "<script>" not in chart.to_json()


def test_coverage_and_what_has_no_entity(phase: Phase) -> None:
    run(phase)
    coverage = views.entity_coverage(phase.store).to_numpy().tolist()
    assert coverage == [["guessed", 8, 88.9], ["no entity", 1, 11.1]]
    without = views.capabilities_without_entity(phase.store)
    assert without[["capability", "kind", "access"]].to_numpy().tolist() == [["identify", "enum", "write-only"]]
    assert views.devices_without_entity(phase.store)[["device", "why"]].to_numpy().tolist() == [
        ["sensor", "not supported"]
    ]


def test_tonight_s_tables(phase: Phase, tmp_path: Path) -> None:
    outcome = run(phase)
    assert dict(figures_table(outcome).to_numpy().tolist())["devices checked"] == 5
    home = odd_home()
    devices: list[dict[str, Any]] = json.loads(home["zigbee2mqtt/bridge/devices"])
    devices[0]["definition"]["exposes"].append({"type": "hologram", "name": "beam"})
    (tmp_path / "retained.json").write_text(json.dumps({**home, "zigbee2mqtt/bridge/devices": json.dumps(devices[:3])}))
    reading = read(phase)
    store_reading(phase, reading)
    changed = changes_table(reading)[["device", "change"]].to_numpy().tolist()
    assert changed == [["a", "changed"], ["sensor", "left"]]
    assert problems_table(reading)["found"].tolist() == ["beam has the unknown type 'hologram'; kept as it came"]
    fresh = freshness_table(reading, phase.store, phase.window.zone).iloc[0]
    assert (fresh["Zigbee2MQTT"], fresh["state"], fresh["devices and groups"]) == ("2.14.1", "online", 4)
    assert fresh["its last sign of life"].startswith(
        f"{datetime.fromtimestamp(1795367668, phase.window.zone):%Y-%m-%d %H:%M} ("
    )
    assert fresh["list last read"].endswith("(less than a minute ago)")


def test_tables_of_a_night_without_zigbee2mqtt(phase: Phase, tmp_path: Path) -> None:
    run(phase)
    (tmp_path / "retained.json").write_text("{}")
    reading = read(phase)
    assert store_reading(phase, reading).status == "degraded"
    assert changes_table(reading).empty
    assert problems_table(reading).empty
    fresh = freshness_table(reading, phase.store, phase.window.zone).iloc[0]
    assert (fresh["Zigbee2MQTT"], fresh["state"], fresh["its last sign of life"]) == ("unknown", "unknown", "unknown")


def test_the_notebook_runs_and_escapes_what_comes_from_the_house(phase: Phase, tmp_path: Path) -> None:
    parameters = {"params_file": str(tmp_path / "params.yaml"), "run_id": "", "window_end": "", "window_days": 0}
    executed = papermill.execute_notebook(NOTEBOOK, tmp_path / "out.ipynb", parameters, progress_bar=False)
    text = nbformat.writes(executed)
    assert "5 devices and groups checked: 5 new, 0 changed, 0 left, 1 unsupported" in text
    assert "&lt;script&gt;alert(1)" in text
    html = [
        output["data"].get("text/html", "")
        for cell in executed.cells
        for output in cell.get("outputs", [])
        if "data" in output
    ]
    assert "<script>" not in "".join(map(str, html))
