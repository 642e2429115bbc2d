"""The house's rules that a script can hold."""

import ast
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "homeintel"
MODULES = sorted(PACKAGE.rglob("*.py"))
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

LAYERS = {
    "errors": 0, "__init__": 0, "mime": 0, "settings": 1, "store": 2, "phase": 3, "simulate": 3, "report.charts": 4, "report.output": 4, "report.palette": 3,
    "bridge": 5, "events": 5, "patterns": 6, "features": 6, "suggestions": 7, "publish": 8, "report": 8, "notebooks": 9, "explore": 10,
    "nightly": 10, "doctor": 11, "scoring": 11, "cli": 12, "__main__": 13,
}  # fmt: skip
"""A module imports from its own layer's name or from lower layers. Charts and outputs are what every room shows itself with."""


def layer_name(dotted: str) -> str:
    parts = dotted.split(".")[1:] or ["__init__"]
    two = ".".join(parts[:2])
    return two if two in LAYERS else parts[0]


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("homeintel"):
            names |= (
                {f"{node.module}.{alias.name}" for alias in node.names} if node.module == "homeintel" else {node.module}
            )
    return names


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_one_way_along_the_data(path: Path) -> None:
    dotted = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    own = layer_name(dotted)
    for name in imported(path):
        other = layer_name(name) if layer_name(name) in LAYERS else "__init__"
        assert other == own or LAYERS[other] < LAYERS[own], f"{dotted} imports {name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_are_small(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 350
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno <= 60, node.name


def test_there_are_six_phase_notebooks() -> None:
    assert [path.name[:2] for path in NOTEBOOKS if path.name[0].isdigit()] == ["01", "02", "03", "04", "05", "06"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebook_sources_hold_no_outputs_and_explain_themselves(path: Path) -> None:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in code)
    assert cells[0]["cell_type"] == "markdown"
    assert "".join(cells[0]["source"]).startswith("# ")
    assert [cell["metadata"].get("tags") for cell in code].count(["parameters"]) == 1
    lines = sorted(len("".join(cell["source"]).splitlines()) for cell in code)
    assert lines[-1] <= 20
    assert lines[len(lines) // 2] <= 8
    assert (len(cells) - len(code)) / len(cells) >= 0.4


def test_every_phase_takes_the_same_flat_parameters() -> None:
    expected = {"params_file", "run_id", "window_end", "window_days"}
    for path in NOTEBOOKS:
        if path.name[0].isdigit():
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
            source = next("".join(cell["source"]) for cell in cells if cell["metadata"].get("tags") == ["parameters"])
            assert set(re.findall(r"^(\w+) = ", source, re.MULTILINE)) == expected, path.name


def test_every_notebook_stands_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [path.name for path in NOTEBOOKS if path.name not in readme] == []
