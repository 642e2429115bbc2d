"""The two notebooks themselves: executed by papermill on a read copy and on a snapshot, and held open while a night runs."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode

from homeintel.explore.found import Found
from homeintel.mime import PLOTLY_MIME
from homeintel.settings import load_settings
from homeintel.store import Store, write_read_copy
from tests.nightly.homes import WINDOW, run_in_process, write_params

ROOT = Path(__file__).parents[2]
NOTEBOOKS = ROOT / "notebooks"


def executed(name: str, target: Path, **parameters: str) -> NotebookNode:
    source = NOTEBOOKS / f"{name}.ipynb"
    done: NotebookNode = papermill.execute_notebook(
        str(source), str(target), parameters, progress_bar=False, cwd=str(NOTEBOOKS)
    )
    return done


def in_widgets(notebook: NotebookNode) -> list[dict[str, Any]]:
    """Return what all widgets of an executed notebook show."""
    state = notebook.metadata["widgets"]["application/vnd.jupyter.widget-state+json"]["state"].values()
    return [
        output["data"]
        for widget in state
        if widget["model_name"] == "OutputModel"
        for output in widget["state"].get("outputs", ())
    ]


def charts(notebook: NotebookNode) -> list[str]:
    return [data[PLOTLY_MIME]["layout"]["title"]["text"] for data in in_widgets(notebook) if PLOTLY_MIME in data]


def test_patterns_on_the_read_copy(params: Path, found: Found, tmp_path: Path) -> None:
    notebook = executed("explore_patterns", tmp_path / "out.ipynb", params_file=str(params))
    drawn = charts(notebook)
    assert len(drawn) == 4
    assert {"When routines happen", "What each gate lets through"} <= set(drawn)
    text = json.dumps(in_widgets(notebook))
    assert f"0 more, 0 fewer, {len(found.patterns)} the same" in text
    assert all(entity in text for entity in found.patterns["entity_id"])


def test_patterns_of_a_snapshot(params: Path, tmp_path: Path) -> None:
    notebook = executed("explore_patterns", tmp_path / "out.ipynb", params_file=str(params), night="2026-11-08")
    assert "When routines happen" in charts(notebook)
    assert json.dumps(notebook.cells).count("A snapshot holds no single events") == 2


@pytest.mark.parametrize("night", ["", "2026-11-08"])
def test_utilization(params: Path, tmp_path: Path, night: str) -> None:
    notebook = executed("explore_utilization", tmp_path / "out.ipynb", params_file=str(params), night=night)
    assert len(charts(notebook)) == (0 if night else 1)
    assert " features (100 of " in json.dumps(in_widgets(notebook))


def test_a_night_runs_undisturbed_while_a_notebook_is_open(tmp_path: Path) -> None:
    params = write_params(tmp_path)
    first = date.fromisoformat(str(WINDOW["end"]))
    run_in_process(params, "capabilities", "events", "patterns", "features")
    copy = write_read_copy(Store(load_settings(params).storage.database))
    with opened_notebook(params) as client:
        evaluate(client, f"import duckdb; held = duckdb.connect({str(copy)!r}, read_only=True)")
        assert evaluate(client, "str(opened.night.end_day)") == str(first)
        old = copy.stat().st_ino
        assert run_night(params, first + timedelta(days=1)) == 0
        assert copy.stat().st_ino != old
        assert evaluate(client, "held.execute('SELECT count(*) FROM job_runs').fetchone()[0]") == 1
        evaluate(client, "held.close()")  # one program may not open one path's two files at once
        assert evaluate(client, "device_panel(opened, rows).children[1].outputs[0]['output_type']") == "display_data"
        run_cell(client, "begin")
        assert evaluate(client, "str(opened.night.end_day)") == str(first + timedelta(days=1))


def run_night(params: Path, end: date) -> int:
    command = [sys.executable, "-m", "homeintel", "run", "--params", str(params), "--date", str(end)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, timeout=200, check=False).returncode


@contextmanager
def opened_notebook(params: Path) -> Iterator[NotebookClient]:
    """A kernel that has run all cells of `explore_utilization` and stays."""
    notebook = nbformat.read(NOTEBOOKS / "explore_utilization.ipynb", as_version=4)
    next(cell for cell in notebook.cells if cell["id"] == "parameters").source += f"\nparams_file = {str(params)!r}"
    client = NotebookClient(notebook, resources={"metadata": {"path": str(NOTEBOOKS)}}, timeout=200)
    with client.setup_kernel():
        for index, cell in enumerate(notebook.cells):
            client.execute_cell(cell, index)
        yield client


def run_cell(client: NotebookClient, name: str) -> None:
    index, cell = next((index, cell) for index, cell in enumerate(client.nb.cells) if cell["id"] == name)
    client.execute_cell(cell, index)


def evaluate(client: NotebookClient, code: str) -> Any:
    """Run code in the kernel and return the value of its last expression, if it has one."""
    client.nb.cells.append(nbformat.v4.new_code_cell(code))
    cell = client.execute_cell(client.nb.cells[-1], len(client.nb.cells) - 1)
    results = [output["data"]["text/plain"] for output in cell.outputs if output["output_type"] == "execute_result"]
    return ast.literal_eval(results[-1]) if results else None
