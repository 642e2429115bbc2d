"""Puts a night's page and the home's index together from the rows and from what the runner knows."""

from typing import TYPE_CHECKING

from homeintel import __version__
from homeintel.errors import ReportPageError
from homeintel.nightly.nights import read_nights
from homeintel.nightly.summary import Summary
from homeintel.phase import PHASES
from homeintel.report.home import NightLine, write_home
from homeintel.report.night import NightRecord, PhaseLine, write_night, write_plain
from homeintel.report.night_rows import read_night
from homeintel.report.sections import read_sources
from homeintel.report.site import prune_nights, unwritable
from homeintel.suggestions.export import BLUEPRINT_FOLDER
from homeintel.suggestions.export import FILE_NAME as AUTOMATIONS

if TYPE_CHECKING:
    from homeintel.nightly.run import Night

SNAPSHOT = "snapshot.duckdb"
TREND_NIGHTS = 92
"""Nights in the trend of a night's page; the home's index has all."""

_FILES = (
    (AUTOMATIONS, "all automations in one file"),
    (f"{BLUEPRINT_FOLDER}/", "blueprints"),
    ("notebooks/", "the executed notebooks"),
    ("run.log", "the log"),
)


def write_night_page(night: "Night", summary: Summary) -> None:
    """Write the night's page into its folder; where it can't be made, one that says so and leads to the notebooks.

    Raises:
        ReportFolderError: the folder can't be written.
        ReportPageError: the page could not be made; the one that says so stands in its place.
        StoreError: the database can't be read.
    """
    with night.store.connect() as connection:
        rows = read_night(connection, night.run_id)
        earlier = read_nights(connection, night.window.zone, most=TREND_NIGHTS, until=night.window.end)
    notebooks = {name: execution.notebook for name, execution in night.executions.items()}
    record = _record(night, summary, earlier)
    try:
        try:
            write_night(night.folder, record, rows, read_sources(notebooks, night.pages))
        except (LookupError, TypeError, ValueError, ArithmeticError) as error:
            problem = _not_made(error)
            write_plain(night.folder, record, str(problem))
            raise problem from error
    except OSError as error:
        raise unwritable(night.folder, error) from error


def _not_made(error: Exception) -> ReportPageError:
    return ReportPageError(
        f"The night's page could not be made ({type(error).__name__}: {error}).",
        kept="What the night found is in its notebooks' pages and in the database.",
        next_step="Read the notebooks' pages; the log has the run's figures.",
    )


def _record(night: "Night", summary: Summary, earlier: list[NightLine]) -> NightRecord:
    counts = {
        name: getattr(summary, name)
        for name in ("new_suggestions", "suggestions", "patterns", "anomalies", "unused_features", "events_kept", "points_read")
    }  # fmt: skip
    listed = [(name, meaning) for name, meaning in _FILES if (night.folder / name).exists()]
    return NightRecord(
        home=night.settings.home.name,
        run_id=night.run_id,
        version=__version__,
        window=night.window,
        status=summary.status,
        problems=summary.problems,
        counts=counts,
        seconds=summary.seconds,
        peak_memory_mb=summary.peak_memory_mb,
        phases=_phases(night),
        pages=night.pages,
        files=[*listed, (SNAPSHOT, "the night's tables")],
        utilisation=[(line.night, line.utilisation) for line in earlier],
    )


def _phases(night: "Night") -> list[PhaseLine]:
    return [
        PhaseLine(
            name=name,
            status=night.executions[name].outcome.status,
            seconds=night.executions[name].seconds,
            peak_memory_mb=night.peaks[name],
            rows_written=night.executions[name].outcome.rows_written,
            reason=night.executions[name].outcome.reason,
        )
        for name in PHASES
    ]


def write_home_index(night: "Night", _summary: Summary) -> None:
    """Remove the folders of old nights, then write the home's index.

    Raises:
        ReportFolderError: the folder can't be written.
        StoreError: the database can't be read.
    """
    prune_nights(night.home_folder, keep=night.settings.storage.keep_reports, never=str(night.window.end_day))
    with night.store.connect() as connection:
        nights = read_nights(connection, night.window.zone)
    write_home(night.home_folder, night.settings.home.name, night.window.zone.key, nights)
