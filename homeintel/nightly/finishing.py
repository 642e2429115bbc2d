"""The end of a night: the index, the folder renamed into place, the run closed, the copies, the run's message."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from homeintel import __version__
from homeintel.errors import HomeintelError
from homeintel.nightly import record
from homeintel.nightly.redact import redact
from homeintel.nightly.summary import Summary
from homeintel.phase import PHASES
from homeintel.report.site import publish_night, unwritable, write_home_index, write_index
from homeintel.settings import Settings
from homeintel.store import Store, records, write_read_copy, write_snapshot
from homeintel.suggestions.export import FILE_NAME as AUTOMATIONS
from homeintel.suggestions.export import export

if TYPE_CHECKING:
    from homeintel.nightly.run import Night

SNAPSHOT = "snapshot.duckdb"


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
    _write_index(night, summary)
    for line in summary.lines():
        night.log.info("%s", line)
    publish_night(night.folder, summary.report)
    _close(night, summary)
    problems = [problem for step in (_copies, _home_index) if (problem := _attempt(step, night, summary))]
    if problems:
        summary = summary.with_problems(problems)
        _close(night, summary)
    # The message tells what the row holds, so the row does not change after it: a broker that is away goes to the log.
    untold = _attempt(_tell, night, summary)
    if untold:
        night.log.warning("%s", untold)
        summary = summary.with_problems([untold])
    return summary


def _attempt(step: Any, night: "Night", summary: Summary) -> str:  # noqa: ANN401 - one of the three below
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


def _home_index(night: "Night", _summary: Summary) -> None:
    with night.store.connect() as connection:
        rows = records(
            connection,
            """SELECT run_id, window_end, status, coalesce(message, '') AS message, events_kept,
              (SELECT count(*) FROM suggestions AS s WHERE s.run_id = j.run_id) AS suggestions,
              (SELECT count(*) FROM suggestions AS s WHERE s.run_id = j.run_id AND s.status = 'new') AS "new",
              (SELECT count(*) FROM patterns AS p WHERE p.run_id = j.run_id) AS patterns,
              (SELECT count(*) FROM anomalies AS a WHERE a.run_id = j.run_id) AS anomalies
            FROM job_runs AS j WHERE NOT superseded ORDER BY window_end DESC, started_at DESC""",
        )
    nights = [
        {
            **row,
            "night": f"{row['window_end'].astimezone(night.window.zone):%Y-%m-%d}",
            "events_kept": None if row["events_kept"] is None else f"{row['events_kept']:,}",
        }
        for row in rows
    ]
    write_home_index(night.home_folder, night.settings.home.name, nights)


def _write_index(night: "Night", summary: Summary) -> None:
    window = night.window
    write_index(
        night.folder,
        home=night.settings.home.name,
        night=str(window.end_day),
        first_day=window.first_day,
        last_day=window.end_day,
        timezone=window.zone.key,
        status=summary.status,
        problems=summary.problems,
        figures=_figures(summary),
        suggestions=_suggestions(night),
        phases=_phases(night),
        all_automations=AUTOMATIONS if (night.folder / AUTOMATIONS).exists() else "",
        run_id=night.run_id,
        version=__version__,
    )


def _figures(summary: Summary) -> list[tuple[str, str]]:
    def shown(number: int | None) -> str:
        return "unknown" if number is None else f"{number:,}"

    return [
        ("new suggestions", shown(summary.new_suggestions)),
        ("suggestions", shown(summary.suggestions)),
        ("patterns", shown(summary.patterns)),
        ("anomalies", shown(summary.anomalies)),
        ("unused features", shown(summary.unused_features)),
        ("events kept", shown(summary.events_kept)),
        ("points read", shown(summary.points_read)),
        ("seconds", f"{summary.seconds:.1f}"),
        ("MB at most", f"{summary.peak_memory_mb:.0f}"),
    ]


def _suggestions(night: "Night") -> list[dict[str, Any]]:
    with night.store.connect() as connection:
        return records(
            connection,
            """SELECT suggestion_id, rank, kind, title, description, status, automation_yaml,
              CAST(action_payload AS VARCHAR) AS action_payload,
              format('{:.0f} %', 100 * confidence) AS confidence, format('{:.2f}', score) AS score
            FROM suggestions WHERE run_id = ? AND status IN ('new', 'repeated') ORDER BY rank""",
            [night.run_id],
        )


def _phases(night: "Night") -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "page": night.pages.get(name, ""),
            "status": night.executions[name].outcome.status,
            "seconds": f"{night.executions[name].seconds:.1f}",
            "peak_memory_mb": f"{night.peaks[name]:.0f}",
            "rows_written": f"{night.executions[name].outcome.rows_written:,}",
            "reason": night.executions[name].outcome.reason,
        }
        for name in PHASES
    ]
