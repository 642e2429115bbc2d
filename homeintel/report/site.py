"""The report folder of a home: one folder a night, an index of the nights, and one plotly.js for all of them."""

import shutil
from datetime import date
from importlib import resources
from pathlib import Path

from homeintel.errors import ReportFolderError

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


def prune_nights(home_folder: Path, *, keep: int, never: str) -> list[str]:
    """Remove the folders of all but the newest nights and return their names; what is no night's folder is left alone.

    Args:
        home_folder: the home's folder of reports.
        keep: how many nights stay.
        never: a night that stays in any case: the one just written, which a backfill makes an old one.

    Raises:
        ReportFolderError: a folder can't be removed; it is tried again the next night.
    """
    nights = sorted((path for path in home_folder.iterdir() if _is_night(path)), key=lambda path: path.name)
    old = [path for path in nights[: max(0, len(nights) - keep)] if path.name != never]
    for path in old:
        try:
            shutil.rmtree(path)
        except OSError as error:
            raise unwritable(path, error) from error
    return [path.name for path in old]


def _is_night(path: Path) -> bool:
    try:
        return path.is_dir() and not path.is_symlink() and str(date.fromisoformat(path.name)) == path.name
    except ValueError:
        return False


def unwritable(folder: Path, error: OSError) -> ReportFolderError:
    """Return the error to raise where a report folder refuses."""
    return ReportFolderError(
        f"The report folder {folder} can't be written: {error.strerror}.",
        kept="Older reports are untouched.",
        next_step="Check storage.reports: its permissions, and the disk's free room.",
    )
