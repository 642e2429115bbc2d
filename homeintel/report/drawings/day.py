"""The home's day: each routine on a line of 24 hours."""

from collections.abc import Sequence
from dataclasses import dataclass

from homeintel.report.drawings.drawing import Column, Drawing, Table, box, canvas, label, line, mark
from homeintel.report.drawings.scale import Scale
from homeintel.report.words import clock

_ROW, _HEAD = 38.0, 22.0
MOST_LETTERS = 46
"""Letters of a name that fit above a line on a phone."""


@dataclass(frozen=True)
class DayRow:
    """One routine.

    Args:
        name: what happens, and on which days.
        minute: the local minute it usually happens.
        spread: the standard deviation, in minutes.
        kept: how often, in words.
        automated: a machine does it already.
    """

    name: str
    minute: float
    spread: float
    kept: str
    automated: bool


def day(identity: str, rows: Sequence[DayRow], zone: str) -> Drawing:
    """Return a line a routine: its mark at its time, its bar as long as it usually varies (two standard deviations).

    Args:
        identity: the drawing's id.
        rows: at least one routine, in the order of the day.
        zone: the home's time zone.
    """
    height = _HEAD + _ROW * len(rows)
    across = Scale(0, 1440, 0, 100)
    marks = []
    for hour in range(0, 25, 6):
        marks += [line("grid", across(hour * 60), _HEAD - 6, across(hour * 60), height), label(f"{hour:02d}:00", across(hour * 60), 10, anchor=_anchor(hour))]  # fmt: skip
    for number, row in enumerate(rows):
        y = _HEAD + _ROW * number
        middle = y + 26
        left, right = across(max(row.minute - row.spread, 0)), across(min(row.minute + row.spread, 1440))
        look = "d" if row.automated else "o"
        marks += [
            label(short(row.name), 0, y + 12, anchor="start"),
            label(row.kept, 100, y + 12, anchor="end"),
            line("track", 0, middle, 100, middle),
            box("spread", left, middle - 4, right - left, 8),
            mark(look, across(row.minute), middle, f"{clock(row.minute)}, give or take {row.spread:.0f} min"),
        ]
    title = f"When routines happen (local time, {zone})"
    description = f"{len(rows)} routines from {clock(rows[0].minute)} to {clock(rows[-1].minute)}."
    svg = canvas(marks, height=round(height), identity=identity, title=title, description=description)
    table = Table(
        "Routines by the time of day",
        (Column("routine"), Column("about", number=True), Column("give or take, min", number=True), Column("kept"), Column("automated")),
        [(row.name, clock(row.minute), f"{row.spread:.0f}", row.kept, "yes" if row.automated else "no") for row in rows],
    )  # fmt: skip
    legend = (("o", "done by hand"), ("d", "automated already"), ("spread", "how much it varies"))
    return Drawing(identity, title, description, svg, table, legend)


def short(text: str) -> str:
    """Return a text that fits above a line."""
    return text if len(text) <= MOST_LETTERS else text[: MOST_LETTERS - 1] + "…"


def _anchor(hour: int) -> str:
    return "start" if hour == 0 else "end" if hour == 24 else "middle"
