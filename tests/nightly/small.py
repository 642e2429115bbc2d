"""Small notebooks for tests of the runner."""

from pathlib import Path

import nbformat

PARAMETERS = 'params_file = ""  # a\nrun_id = ""  # b\nwindow_end = ""  # c\nwindow_days = 0  # d'
FINISH = (
    "from homeintel.notebooks import OUTCOME_MIME\nfrom homeintel.report.output import show_mime\n"
    "show_mime({'text/plain': 'done', OUTCOME_MIME: "
    "{'status': 'succeeded', 'rows_written': 3, 'reason': '', 'figures': {'points_read': 12}}})"
)


def write_notebook(path: Path, *cells: str) -> Path:
    """Write a notebook with a `parameters` cell and the given code cells."""
    notebook = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    )
    first = nbformat.v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})
    notebook.cells = [first, *(nbformat.v4.new_code_cell(cell) for cell in cells)]
    nbformat.write(notebook, path)
    return path
