"""The notebook's cells, run in this process on a night that was stored."""

import json
from pathlib import Path
from typing import Any

import pytest

from homeintel.mime import PLOTLY_MIME
from homeintel.notebooks import OUTCOME_MIME
from tests.publish.conftest import NIGHT, Home, reading
from tests.servers import Mosquitto

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "06_publish.ipynb"


def run_cells(monkeypatch: pytest.MonkeyPatch, **parameters: Any) -> list[dict[str, Any]]:
    """Execute the code cells with these parameters and return the mime bundles they displayed."""
    shown: list[dict[str, Any]] = []
    monkeypatch.setattr("homeintel.report.output.display", lambda what, **_: shown.append(what))
    monkeypatch.setattr("homeintel.report.charts.template.display", lambda what, **_: shown.append(what))
    names: dict[str, Any] = {}
    for cell in json.loads(NOTEBOOK.read_text())["cells"]:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), names)
            if "parameters" in cell["metadata"].get("tags", []):
                names.update(parameters)
    return [one for one in shown if isinstance(one, dict)]


def test_the_notebook_publishes_and_ends_with_its_outcome(
    home: Home, broker: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.night()
    home.suggest("run-1", "p-1")
    with reading(broker) as reader:
        shown = run_cells(
            monkeypatch, params_file=str(home.settings.params_file), run_id="run-1", window_end=NIGHT.isoformat()
        )
        reader.settle()
    assert "homeintel/demo/suggestions" in reader.topics()
    assert shown[-1][OUTCOME_MIME]["status"] == "succeeded"
    chart = next(bundle[PLOTLY_MIME] for bundle in shown if PLOTLY_MIME in bundle)
    bars = {trace["name"]: trace["y"] for trace in chart["data"] if trace["type"] == "bar"}
    assert bars["events"] == [2.25]
    assert [trace["name"] for trace in chart["data"] if trace["type"] == "scatter"] == ["succeeded"]
