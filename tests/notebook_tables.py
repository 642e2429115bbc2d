"""Every notebook on the demo, its summary tables against those that are kept here.

    python -m tests.notebook_tables [pytest's arguments]   runs nbval over all notebooks and compares
    python -m tests.notebook_tables --write                keeps the present tables; look at the difference before committing it

Sources hold no outputs, so nbval is given copies: with the kept tables as the outputs of their cells, which it then compares.
"""

import json
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
import pytest
import yaml
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]
KEPT = Path(__file__).with_suffix(".json")
TABLES = {
    "01_device_capabilities": ("Devices by manufacturer and model", "Capabilities by the source of their entity's id"),
    "02_fetch_events": ("Events by local hour, all days", "The funnel", "Causes and why they are believed"),
    "03_pattern_detection": (
        "Routines, the surest first",
        "Pairs, the surest first",
        "The funnel, with the nearest miss",
    ),
    "04_feature_analysis": ("Verdicts, per property", "In use by manufacturer", "Not observable, by reason"),
    "05_combined_suggestions": ("New, answered and gone",),
    "06_publish": ("Suggestions that wait for an answer",),
    "explore_patterns": ("What there is to explore",),
    "explore_utilization": ("What there is to explore",),
}
"""The tables compared, by the caption that stands in their cell: those that hold no time of the run itself."""

SANITIZE = r"""
[rows]
regex: </tr>\s*
replace: \n
[tags]
regex: [ ]*(<[^>]*>[ ]*)+
replace: |
"""
"""Markup is not compared: what is left is cells between bars, a row a line."""
CHECKED = "nbval-check-output"
Outputs = list[list[str]]


def lines(html: str) -> list[str]:
    """Return HTML as nbval compares it, line by line."""
    return re.sub(r" *(<[^>]*> *)+", "|", re.sub(r"</tr>\s*", "\n", html)).split("\n")


def compared(stem: str, notebook: nbformat.NotebookNode) -> dict[str, nbformat.NotebookNode]:
    """Return the cells whose outputs are compared, by caption.

    Raises:
        LookupError: a cell is not there any more.
    """
    cells = {}
    for caption in TABLES[stem]:
        found = [cell for cell in notebook.cells if f'caption="{caption}"' in cell.source]
        if len(found) != 1:
            raise LookupError(f"{stem}: {len(found)} cells show {caption!r}; mend TABLES in {Path(__file__).name}")
        cells[caption] = found[0]
    return cells


def demo(folder: Path) -> Path:
    """Make a folder whose notebooks work on a demo of their own, whatever the checkout has stored; return theirs."""
    params = yaml.safe_load((ROOT / "params" / "demo.yaml").read_text(encoding="utf-8"))
    params["storage"] = {"database": str(folder / "demo.duckdb"), "reports": str(folder / "reports")}
    (folder / "params").mkdir()
    (folder / "params" / "demo.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")
    notebooks = folder / "notebooks"
    notebooks.mkdir()
    return notebooks


def check(arguments: list[str]) -> int:
    """Run nbval over copies of all notebooks and return pytest's status."""
    kept: dict[str, dict[str, Outputs]] = json.loads(KEPT.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(prefix="homeintel-notebooks-") as name:
        notebooks = demo(Path(name))
        for source in sorted((ROOT / "notebooks").glob("*.ipynb")):
            notebook = nbformat.read(source, as_version=4)
            for caption, cell in compared(source.stem, notebook).items():
                cell.metadata["tags"] = [*cell.metadata.get("tags", []), CHECKED]
                cell.execution_count = 1  # nbval takes outputs of a cell that never ran for a mistake
                cell.outputs = [_output(table) for table in kept[source.stem][caption]]
            nbformat.write(notebook, notebooks / source.name)
        sanitize = Path(name) / "sanitize.cfg"
        sanitize.write_text(SANITIZE, encoding="utf-8")
        ours = ["--nbval-lax", f"--nbval-sanitize-with={sanitize}", f"--config-file={ROOT / 'pyproject.toml'}"]
        return int(pytest.main([*ours, *arguments, str(notebooks)]))


def _output(table: list[str]) -> nbformat.NotebookNode:
    data = {"text/html": "\n".join(table), "text/plain": "<IPython.core.display.HTML object>"}
    output: nbformat.NotebookNode = nbformat.v4.new_output("display_data", data=data)
    return output


def write() -> None:
    """Execute all notebooks and keep their tables."""
    kept: dict[str, dict[str, Outputs]] = {}
    with tempfile.TemporaryDirectory(prefix="homeintel-notebooks-") as name:
        notebooks = demo(Path(name))
        for source in sorted((ROOT / "notebooks").glob("*.ipynb")):
            notebook = nbformat.read(source, as_version=4)
            NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(notebooks)}}).execute()
            cells = compared(source.stem, notebook).items()
            kept[source.stem] = {caption: [_table(output) for output in cell.outputs] for caption, cell in cells}
    KEPT.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _table(output: Any) -> list[str]:
    return lines(output["data"]["text/html"])


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        write()
    else:
        sys.exit(check(sys.argv[1:]))
