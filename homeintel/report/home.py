"""The home's index: its nights as a calendar, and what changed over them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

from homeintel.report.drawings import Drawing
from homeintel.report.drawings.trend import trend
from homeintel.report.render import render
from homeintel.report.site import unwritable
from homeintel.report.words import counted, number, percent, short_day

LEAST_TREND_NIGHTS = 2
MOST_OPEN_MONTHS = 2
"""Months whose nights are listed without a click."""


@dataclass(frozen=True)
class NightLine:
    """One night.

    Args:
        night: the local date its window ends.
        status: succeeded, partial or failed.
        message: the run's sentence.
        seconds: how long it took; None: it did not end.
        points_read: None: unknown.
        events_kept: None: unknown.
        utilisation: share of features in use; None: nothing is known.
        accepted: suggestions whose latest answer was to accept, when the night ended.
        counts: see `homeintel.publish.figures.COUNTED`.
    """

    night: date
    status: str
    message: str = ""
    seconds: float | None = None
    points_read: int | None = None
    events_kept: int | None = None
    utilisation: float | None = None
    accepted: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)


def write_home(home_folder: Path, home: str, zone: str, nights: Sequence[NightLine]) -> None:
    """Write the home's `index.html`; a night is linked where its page is there.

    Args:
        home_folder: the home's folder of reports.
        home: its name.
        zone: its time zone's name.
        nights: the oldest first.

    Raises:
        ReportFolderError: the folder can't be written.
    """
    half = home_folder / ".index.html"
    try:
        there = {path.name for path in home_folder.iterdir() if (path / "index.html").is_file()}
        half.write_text(render("home.html.j2", **home_values(home, zone, nights, there)), encoding="utf-8")
        half.replace(home_folder / "index.html")
    except OSError as error:
        raise unwritable(home_folder, error) from error


def home_values(home: str, zone: str, nights: Sequence[NightLine], there: set[str]) -> dict[str, Any]:
    """Return what `home.html.j2` shows."""
    months = [
        {"name": f"{first:%B %Y}", "id": f"m-{first:%Y-%m}", "weeks": _weeks(list(lines), there)}
        for first, lines in groupby(nights, key=lambda line: line.night.replace(day=1))
    ]
    return {
        "home": home,
        "zone": zone,
        "newest": nights[-1] if nights else None,
        "newest_there": bool(nights) and str(nights[-1].night) in there,
        "count": counted(len(nights), "night"),
        "months": months[::-1],
        "lists": _lists(nights, there)[::-1],
        "most_open": MOST_OPEN_MONTHS,
        "trends": _trends(nights),
        "words": {"number": number, "percent": percent, "counted": counted, "short_day": short_day},
    }


def _weeks(lines: Sequence[NightLine], there: set[str]) -> list[list[dict[str, Any] | None]]:
    """Return a month's weeks from Monday on; None is a day of another month."""
    by_day = {line.night: line for line in lines}
    first = lines[0].night.replace(day=1)
    days = [first + timedelta(days=number) for number in range(31)]
    cells: list[dict[str, Any] | None] = [None] * first.weekday()
    cells += [
        {"day": day, "line": by_day.get(day), "there": str(day) in there} for day in days if day.month == first.month
    ]
    cells += [None] * (-len(cells) % 7)
    return [cells[start : start + 7] for start in range(0, len(cells), 7)]


def _lists(nights: Sequence[NightLine], there: set[str]) -> list[dict[str, Any]]:
    return [
        {
            "name": f"{first:%B %Y}",
            "id": f"l-{first:%Y-%m}",
            "lines": [(line, str(line.night) in there) for line in lines][::-1],
        }
        for first, lines in groupby(nights, key=lambda line: line.night.replace(day=1))
    ]


Figure = Callable[[NightLine], float | None]
_FIGURES: tuple[tuple[str, str, Callable[[float | None], str], Figure], ...] = (
    ("utilisation", "Features in use (% of those that can be observed)", percent, lambda line: line.utilisation),
    ("accepted", "Suggestions accepted so far (count)", number, lambda line: line.accepted),
    ("waiting", "Suggestions that wait (count)", number, lambda line: line.counts.get("suggestions")),
    ("anomalies", "Anomalies in the window (count)", number, lambda line: line.counts.get("anomalies")),
    ("events", "Events in the window (count)", number, lambda line: line.events_kept),
)


def _trends(nights: Sequence[NightLine]) -> list[Drawing]:
    drawn = []
    for identity, title, words, value in _FIGURES:
        found = [(line.night, value(line)) for line in nights]
        if sum(one is not None for _, one in found) >= LEAST_TREND_NIGHTS:
            drawn.append(trend(f"trend-{identity}", title, found, words))
    return drawn
