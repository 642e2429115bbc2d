"""Runs one phase in a process of its own, for tests that kill it: `python -m tests.nightly.one_phase PARAMS PHASE`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

from tests.nightly.homes import run_one_phase

if TYPE_CHECKING:
    from homeintel.phase import PhaseName

if __name__ == "__main__":
    execution = run_one_phase(Path(sys.argv[1]), cast("PhaseName", sys.argv[2]))
    sys.exit(0 if execution.outcome.status == "succeeded" else 1)
