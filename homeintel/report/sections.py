"""The sections of an executed notebook: where a number came from, and the code that made it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from homeintel.phase import PHASES, PhaseName


@dataclass(frozen=True)
class Section:
    """One section of a notebook.

    Args:
        heading: its heading; plain text.
        address: page and anchor, relative to the night's folder; an address that was built, never one that was pasted.
        code: the code of its cells.
    """

    heading: str
    address: str
    code: str


@dataclass(frozen=True)
class Sources:
    """The sections of a night's notebooks, by phase and heading."""

    pages: Mapping[PhaseName, Mapping[str, Section]]

    def find(self, phase: PhaseName, heading: str) -> Section | None:
        """Return a section; None where the notebook was not executed or has none of that name."""
        return self.pages.get(phase, {}).get(heading)

    def evidence(self, notebook: str, heading: str) -> Section | None:
        """Return a section by the stem of its notebook's file, such as `03_pattern_detection`."""
        number = notebook.partition("_")[0]
        known = number.isdigit() and 0 < int(number) <= len(PHASES)
        return self.find(PHASES[int(number) - 1], heading) if known else None


def read_sources(notebooks: Mapping[PhaseName, Path], pages: Mapping[PhaseName, str]) -> Sources:
    """Return the sections of the executed notebooks that have a page.

    Args:
        notebooks: phase to executed notebook.
        pages: phase to the name of its page.
    """
    return Sources({phase: sections(notebooks[phase], page) for phase, page in pages.items() if phase in notebooks})


def sections(notebook: Path, page: str) -> dict[str, Section]:
    """Return a notebook's second-level sections by heading; of equal headings the first."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    code: dict[str, list[str]] = {}
    heading = ""
    for cell in cells:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown" and source.startswith("## "):
            heading = source.splitlines()[0].removeprefix("## ").strip()
            code.setdefault(heading, [])
        elif cell["cell_type"] == "code" and heading:
            code[heading].append(source)
    return {
        name: Section(name, f"{quote(page)}#{quote(anchor(name))}", "\n\n".join(parts)) for name, parts in code.items()
    }


def anchor(heading: str) -> str:
    """Return the id nbconvert gives a heading."""
    return heading.replace(" ", "-")
