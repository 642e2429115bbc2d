"""The report folder of a home: one folder a night, an index of the nights, and one plotly.js for all of them."""

import shutil
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from homeintel.errors import ReportFolderError
from homeintel.report.pages import render, stylesheet

HALF = ".half-"
"""What a night's folder is called while it is written: `.half-<date>`."""


def prepare_night(home_folder: Path, night: str) -> Path:
    """Make the folder a night is written into; it is renamed to `night` when it is whole.

    Left-overs of a night that was killed are removed.

    Raises:
        ReportFolderError: the folder can't be written.
    """
    folder = home_folder / f"{HALF}{night}"
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / "notebooks").mkdir()
    except OSError as error:
        raise unwritable(home_folder, error) from error
    return folder


def publish_night(half: Path, night: Path) -> None:
    """Rename the whole folder into place; an older report of the same night is replaced.

    Raises:
        ReportFolderError: the folder can't be renamed; the older report is kept.
    """
    old = night.with_name(f".old-{night.name}")
    try:
        shutil.rmtree(old, ignore_errors=True)
        if night.exists():
            night.rename(old)
        half.rename(night)
    except OSError as error:
        if old.exists() and not night.exists():
            old.rename(night)
        raise unwritable(night.parent, error) from error
    shutil.rmtree(old, ignore_errors=True)


def plotly_asset(home_folder: Path) -> str:
    """Copy the installed plotly.js beside the nights once, under its version, and return its name.

    Raises:
        ReportFolderError: the folder can't be written.
    """
    import plotly

    name = f"plotly-{plotly.__version__}.min.js"
    target = home_folder / "assets" / name
    if not target.exists():
        half = target.with_name(f".{name}")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            half.write_bytes((resources.files("plotly") / "package_data" / "plotly.min.js").read_bytes())
            half.rename(target)
        except OSError as error:
            raise unwritable(home_folder, error) from error
    return name


def write_index(folder: Path, **values: Any) -> None:  # noqa: ANN401 - a template's values
    """Write a night's `index.html`; see `templates/night.html.j2` for the values."""
    (folder / "index.html").write_text(render("night.html.j2", style=stylesheet(), **values), encoding="utf-8")


def write_home_index(home_folder: Path, home: str, nights: Sequence[dict[str, Any]]) -> None:
    """Write the list of nights, newest first; a night is linked where its folder is there.

    Raises:
        ReportFolderError: the folder can't be written.
    """
    rows = [{**night, "there": (home_folder / night["night"] / "index.html").exists()} for night in nights]
    half = home_folder / ".index.html"
    try:
        half.write_text(render("home.html.j2", style=stylesheet(), home=home, nights=rows), encoding="utf-8")
        half.replace(home_folder / "index.html")
    except OSError as error:
        raise unwritable(home_folder, error) from error


def unwritable(folder: Path, error: OSError) -> ReportFolderError:
    """Return the error to raise where a report folder refuses."""
    return ReportFolderError(
        f"The report folder {folder} can't be written: {error.strerror}.",
        kept="Older reports are untouched.",
        next_step="Check storage.reports: its permissions, and the disk's free room.",
    )
