"""The end of a night: the index, the folder renamed into place, the run closed, the copies, the run's message."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from homeintel.errors import HomeintelError
from homeintel.nightly import record
from homeintel.nightly.redact import redact
from homeintel.nightly.report import SNAPSHOT, write_home_index, write_night_page
from homeintel.nightly.summary import Summary
from homeintel.report.site import publish_night, unwritable
from homeintel.settings import Settings
from homeintel.store import Store, write_read_copy, write_snapshot
from homeintel.suggestions.export import export

if TYPE_CHECKING:
    from homeintel.nightly.run import Night


def code_cells(notebook: Path) -> int:
    """Return how many code cells a notebook has, with the one papermill adds."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return 1 + sum(bool(cell["cell_type"] == "code") for cell in cells)


def finish_night(night: "Night", summary: Summary) -> Summary:
    """Leave the report, close the run, and tell Home Assistant; each step that fails is in the summary's problems.

    Raises:
        ReportFolderError: the report can't be renamed into place; nothing older is lost.
        StoreError: the run can't be closed.
    """
    if problem := _attempt(_export, night, summary):
        summary = summary.with_problems([problem])
    if problem := _attempt(write_night_page, night, summary):
        summary = summary.with_problems([problem])
    for line in summary.lines():
        night.log.info("%s", line)
    publish_night(night.folder, summary.report)
    _close(night, summary)
    for step in (_copies, write_home_index):
        if problem := _attempt(step, night, summary):
            summary = summary.with_problems([problem])
            _close(night, summary)
    # The message tells what the row holds, so the row does not change after it: a broker that is away goes to the log.
    untold = _attempt(_tell, night, summary)
    if untold:
        night.log.warning("%s", untold)
        summary = summary.with_problems([untold])
    return summary


def _attempt(step: Any, night: "Night", summary: Summary) -> str:  # noqa: ANN401 - one of the steps above
    try:
        step(night, summary)
    except HomeintelError as error:
        return redact(str(error), night.secrets)
    return ""


def _export(night: "Night", _summary: Summary) -> None:
    try:
        export(night.store, night.run_id, night.folder)
    except OSError as error:
        raise unwritable(night.folder, error) from error


def _close(night: "Night", summary: Summary) -> None:
    record.close_run(
        night.store,
        night.run_id,
        summary.status,
        summary.message,
        points_read=summary.points_read,
        events_kept=summary.events_kept,
    )


def _copies(night: "Night", summary: Summary) -> None:
    write_snapshot(night.store, summary.report / SNAPSHOT)
    write_read_copy(night.store)


def _tell(night: "Night", _summary: Summary) -> None:
    tell(night.store, night.settings, night.run_id)


def tell(store: Store, settings: Settings, run_id: str) -> None:
    """Send the run's message from its closed row; where the broker is away it waits in the outbox.

    Raises:
        PublishError: it waits, and why.
        StoreError: the database refused.
    """
    if settings.publish.enabled:
        from homeintel.publish.run_message import send_run_message

        send_run_message(store, settings, run_id)
