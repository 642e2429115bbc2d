"""A night's page, one file with everything in it: what is new and worth doing, why it is believed, and the night's record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from homeintel.phase import PhaseName, Window
from homeintel.report.drawings.trend import trend
from homeintel.report.findings import anomalies, features, funnels, pairs, routines
from homeintel.report.night_rows import NightRows
from homeintel.report.render import render
from homeintel.report.sections import Section, Sources
from homeintel.report.suggestion_cards import answered, cards, compact
from homeintel.report.words import counted, day_title, number, percent, short_day

PAGES = ("report.html", "index.html")
"""The same page under two names: one to send, one that a web server and README's address find."""

MOST_NEW = 5
MOST_OPPORTUNITIES = 10
LEAST_TREND_NIGHTS = 2


@dataclass(frozen=True)
class PhaseLine:
    """A phase's row of the night's record: see the table `job_phases`."""

    name: PhaseName
    status: str
    seconds: float
    peak_memory_mb: float | None
    rows_written: int
    reason: str


@dataclass(frozen=True)
class NightRecord:
    """What the runner knows of a night, beside the rows its phases wrote.

    Args:
        home: its name.
        run_id: the run.
        version: homeintel's.
        window: the days looked at.
        status: succeeded, partial or failed.
        problems: what was not whole, a sentence each.
        counts: figures of the run by name; see `homeintel.publish.figures`. None: unknown.
        seconds: from start to end.
        peak_memory_mb: of all processes together.
        phases: in the night's order.
        pages: phase to the page of its executed notebook.
        files: name and what it is, of files beside the page.
        utilisation: local date and share of features in use of each night, the oldest first.
    """

    home: str
    run_id: str
    version: str
    window: Window
    status: str
    problems: Sequence[str]
    counts: Mapping[str, int | None]
    seconds: float
    peak_memory_mb: float
    phases: Sequence[PhaseLine]
    pages: Mapping[PhaseName, str]
    files: Sequence[tuple[str, str]]
    utilisation: Sequence[tuple[date, float | None]]


def write_night(folder: Path, record: NightRecord, rows: NightRows, sources: Sources) -> None:
    """Write a night's page.

    Raises:
        OSError: the folder can't be written.
    """
    page = render("night.html.j2", **night_values(record, rows, sources))
    for name in PAGES:
        (folder / name).write_text(page, encoding="utf-8")


def write_plain(folder: Path, record: NightRecord, problem: str) -> None:
    """Write the page of a night whose own page could not be made.

    Raises:
        OSError: the folder can't be written.
    """
    page = render("plain.html.j2", record=record, title=day_title(record.window.end_day), problem=problem)
    for name in PAGES:
        (folder / name).write_text(page, encoding="utf-8")


def night_values(record: NightRecord, rows: NightRows, sources: Sources) -> dict[str, Any]:
    """Return what `night.html.j2` shows."""
    window = record.window
    waiting = cards(rows, sources, window)
    odd_drawing, odd_table, notes = anomalies(rows, window)
    routine_drawing, routine_table = routines(rows, window)
    last_day = window.end_day - timedelta(days=1)
    return {
        "record": record,
        "title": day_title(window.end_day),
        "days": f"{short_day(window.first_day)} to {short_day(last_day)} {last_day.year}",
        "day_count": counted(window.days, "day"),
        "tiles": _tiles(record, sources),
        "first_night": rows.known_patterns is None,
        "new": [card for card in waiting if card["new"]],
        "most_new": MOST_NEW,
        "cards": waiting,
        "answered": answered(rows.suggestions),
        "notes": notes,
        "new_patterns": _new_patterns(rows),
        "routines": (routine_drawing, routine_table),
        "pairs": pairs(rows),
        "anomalies": (odd_drawing, odd_table),
        "groups": features(rows),
        "utilisation": _utilisation(record),
        "opportunities": [_opportunity(row) for row in rows.opportunities[:MOST_OPPORTUNITIES]],
        "more_opportunities": max(0, len(rows.opportunities) - MOST_OPPORTUNITIES),
        "funnels": funnels(rows),
        "sources": _sources(sources),
        "words": {"number": number, "percent": percent, "counted": counted},
    }


def _new_patterns(rows: NightRows) -> int | None:
    if rows.known_patterns is None:
        return None
    return sum(row["pattern_id"] not in rows.known_patterns for row in rows.patterns)


TILES: tuple[tuple[str, str, str, PhaseName, str], ...] = (
    ("new_suggestions", "new suggestion", "new suggestions", "suggestions", "What changed since last night"),
    ("suggestions", "suggestion waits", "suggestions wait", "suggestions", "The suggestions"),
    ("patterns", "habit found", "habits found", "patterns", "Routines"),
    ("anomalies", "anomaly", "anomalies", "patterns", "Anomalies"),
    ("unused_features", "unused feature", "unused features", "features", "What is compared"),
    ("events_kept", "event", "events", "events", "From points to events"),
)
"""The night's figures: its name, one of it and many of it in words, and the notebook's section it is from."""


def _tiles(record: NightRecord, sources: Sources) -> list[tuple[str, str, Section | None]]:
    """Return the night's figures: how many, of what, and where it is from."""
    return [
        (number(count), one if count == 1 else many, sources.find(phase, heading))
        for name, one, many, phase, heading in TILES
        for count in [record.counts.get(name)]
    ]


def _utilisation(record: NightRecord) -> Any:  # noqa: ANN401 - a drawing or nothing
    known = [share for _, share in record.utilisation if share is not None]
    if len(known) < LEAST_TREND_NIGHTS:
        return None
    return trend(
        "utilisation", "Features in use, night by night (% of those that can be observed)", record.utilisation, percent
    )


def _opportunity(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "label": row["label"],
        "sentence": row["sentence"],
        "devices": row["friendly_names"],
        "reason": row["reason"],
        "caveats": row["caveats"],
        "certainty": percent(row["certainty"]),
        "topics": row["topics"],
        "payload": compact(row["payload"]),
        "action": compact(row["action"]) if row["action"] else "",
    }


WANTED: dict[str, tuple[PhaseName, str]] = {
    "suggestions": ("suggestions", "The suggestions"),
    "changes": ("suggestions", "What changed since last night"),
    "routines": ("patterns", "Routines"),
    "pairs": ("patterns", "Pairs"),
    "anomalies": ("patterns", "Anomalies"),
    "funnel": ("patterns", "What each gate let through"),
    "left_out": ("suggestions", "What was left out"),
    "groups": ("features", "By manufacturer, model, area and device"),
    "trend": ("features", "Night by night"),
    "opportunities": ("features", "What is worth trying"),
    "record": ("publish", "The last 30 nights"),
}
"""The notebook's section that each part of the page is made from."""


def _sources(sources: Sources) -> dict[str, Section | None]:
    """Return the section each part of the page is made from."""
    return {name: sources.find(phase, heading) for name, (phase, heading) in WANTED.items()}
