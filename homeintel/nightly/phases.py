"""The six phases: their notebooks, and what each needs to have been stored at least once."""

from dataclasses import dataclass
from pathlib import Path

import homeintel
from homeintel.errors import NightError
from homeintel.phase import PhaseName


@dataclass(frozen=True)
class PhaseSpec:
    """One phase.

    Args:
        name: which of the six.
        notebook: its source's file name.
        needs: tables of which at least one must hold a row; without them there is nothing to work on.
        missing: what a reader is told then.
    """

    name: PhaseName
    notebook: str
    needs: tuple[str, ...] = ()
    missing: str = ""


SPECS = (
    PhaseSpec("capabilities", "01_device_capabilities.ipynb"),
    PhaseSpec("events", "02_fetch_events.ipynb"),
    PhaseSpec("patterns", "03_pattern_detection.ipynb", ("event_days",), "no events were ever stored"),
    PhaseSpec("features", "04_feature_analysis.ipynb", ("devices",), "no devices were ever stored"),
    PhaseSpec(
        "suggestions",
        "05_combined_suggestions.ipynb",
        ("detection_funnel", "device_feature_usage"),
        "neither patterns nor features were ever found",
    ),
    PhaseSpec("publish", "06_publish.ipynb"),
)


def notebook_folder() -> Path:
    """Return the folder of the notebooks' sources: the checkout's, or the one inside an installed package.

    Raises:
        NightError: neither is there.
    """
    package = Path(homeintel.__file__).parent
    for folder in (package.parent / "notebooks", package / "_notebooks"):
        if (folder / SPECS[0].notebook).is_file():
            return folder
    raise NightError("The six notebooks are not there.", next_step="Install homeintel from a whole checkout.")
