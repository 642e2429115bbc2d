"""Puts a banner at the top of a failed phase's notebook, whatever way it failed."""

import shutil
from html import escape
from pathlib import Path

import nbformat

BANNER_TAG = "homeintel-banner"
PAPERMILL_TAG = "papermill-error-cell-tag"


def put_banner(source: Path, executed: Path, reason: str) -> None:
    """Begin the executed notebook with what went wrong; papermill's own banner, which not every failure gets, goes.

    Args:
        source: the notebook's source; it stands in where no executed notebook was written.
        executed: the executed notebook, rewritten.
        reason: the failure's sentence; plain text.
    """
    if not executed.exists():
        shutil.copyfile(source, executed)
    notebook = nbformat.read(executed, as_version=4)
    cells = [cell for cell in notebook.cells if PAPERMILL_TAG not in cell.metadata.get("tags", [])]
    text = f'<div class="banner failed" role="alert"><strong>This phase failed.</strong> {escape(reason)}</div>'
    banner = nbformat.v4.new_markdown_cell(text, id="banner", metadata={"tags": [BANNER_TAG]})
    notebook.cells = [banner, *cells]
    nbformat.write(notebook, executed)
