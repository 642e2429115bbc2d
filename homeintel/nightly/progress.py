"""Shows a night's progress: a bar over phases and cells on a terminal, one plain line a phase elsewhere."""

import sys
from typing import Protocol, TextIO

from tqdm import tqdm

from homeintel.nightly.execute import Execution
from homeintel.phase import PHASES, PhaseName


class Progress(Protocol):
    """What the runner tells."""

    def begin(self, name: PhaseName) -> None:
        """A phase begins."""

    def cell(self) -> None:
        """A cell of it has run."""

    def end(self, name: PhaseName, execution: Execution) -> None:
        """The phase has ended."""

    def close(self) -> None:
        """The night has ended."""


def phase_line(name: PhaseName, execution: Execution) -> str:
    """Return the one line about a phase: its number, name, status, seconds, and the reason if there is one."""
    number = f"{PHASES.index(name) + 1}/{len(PHASES)}"
    return (
        f"{number} {name}: {execution.outcome.status} in {execution.seconds:.1f} s. {execution.outcome.reason}".rstrip()
    )


class PlainProgress:
    """One line a phase."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def begin(self, name: PhaseName) -> None:
        """Say nothing; the line comes at the end."""

    def cell(self) -> None:
        """Say nothing."""

    def end(self, name: PhaseName, execution: Execution) -> None:
        """Write the phase's line."""
        print(phase_line(name, execution), file=self._stream, flush=True)

    def close(self) -> None:
        """Nothing is left to do."""


class TerminalProgress:
    """A bar over all cells of the night, and a line a phase above it."""

    def __init__(self, stream: TextIO, cells: int) -> None:
        self._stream = stream
        self._bar = tqdm(total=cells, unit="cell", file=stream, leave=False, dynamic_ncols=True)

    def begin(self, name: PhaseName) -> None:
        """Name the phase at the bar."""
        self._bar.set_description(f"{PHASES.index(name) + 1}/{len(PHASES)} {name}")

    def cell(self) -> None:
        """Move the bar."""
        self._bar.update(1)

    def end(self, name: PhaseName, execution: Execution) -> None:
        """Write the phase's line above the bar."""
        self._bar.write(phase_line(name, execution), file=self._stream)

    def close(self) -> None:
        """Remove the bar."""
        self._bar.close()


def progress_for(stream: TextIO | None, cells: int) -> Progress:
    """Return the bar where the stream is a terminal, else plain lines."""
    target = stream or sys.stdout
    return TerminalProgress(target, cells) if target.isatty() else PlainProgress(target)
