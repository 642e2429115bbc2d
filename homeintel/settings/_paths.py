"""Where the relative paths of a params file start."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, ValidationInfo


def root_of(params_file: Path) -> Path:
    """Return the nearest parent folder with a `pyproject.toml`, else the file's own folder."""
    folder = params_file.resolve().parent
    for parent in (folder, *folder.parents):
        if (parent / "pyproject.toml").is_file():
            return parent
    return folder


def _rooted(path: Path, info: ValidationInfo) -> Path:
    root: Path = (info.context or {}).get("root", Path.cwd())
    return root / path.expanduser()


RootedPath = Annotated[Path, AfterValidator(_rooted)]
"""A path that is absolute after validation; relative ones start at the params file's root."""
