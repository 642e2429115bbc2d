"""A figure night by night."""

from collections.abc import Callable, Sequence
from datetime import date
from itertools import pairwise

from homeintel.report.drawings.drawing import Column, Drawing, Table, canvas, label, line, mark
from homeintel.report.drawings.scale import Scale, day_ticks, ticks
from homeintel.report.words import short_day

_TOP, _BOTTOM, _HEIGHT = 10.0, 122.0, 150
MOST_MARKED = 62
"""With more nights the line alone is drawn."""


def trend(
    identity: str, title: str, nights: Sequence[tuple[date, float | None]], words: Callable[[float | None], str]
) -> Drawing:
    """Return a line from night to night, broken at a night whose figure is missing.

    Args:
        identity: the drawing's id.
        title: what it shows, with its unit.
        nights: local date and figure, the oldest first; at least one figure.
        words: the figure as a person reads it; None is a missing one.
    """
    known = [(day, value) for day, value in nights if value is not None]
    values = [value for _, value in known]
    room = (max(values) - min(values)) * 0.1 or max(abs(values[0]) * 0.1, 1.0)
    low = max(min(values) - room, 0) if min(values) >= 0 else min(values) - room
    high = Scale(low, max(values) + room, _BOTTOM, _TOP)
    first, last = nights[0][0], nights[-1][0]
    days = (last - first).days + 1
    across = Scale(0, days, 0, 100)
    marks = []
    for tick in ticks(low, high.high):
        marks += [line("grid", 0, high(tick), 100, high(tick)), label(words(tick), 0, high(tick) + 4, anchor="end", dx=-6)]  # fmt: skip
    marks += [label(short_day(date.fromordinal(first.toordinal() + day)), across(day + 0.5), _HEIGHT - 8) for day in day_ticks(first, days)]  # fmt: skip

    def x(day: date) -> float:
        return across((day - first).days + 0.5)

    for (day, value), (next_day, next_value) in pairwise(nights):
        if value is not None and next_value is not None:
            marks.append(line("line", x(day), high(value), x(next_day), high(next_value)))
    if len(known) <= MOST_MARKED:
        marks += [mark("o", x(day), high(value), f"{short_day(day)}: {words(value)}") for day, value in known]
    description = (
        f"From {words(known[0][1])} on {short_day(known[0][0])} to {words(known[-1][1])} on {short_day(known[-1][0])}."
    )
    svg = canvas(marks, height=_HEIGHT, identity=identity, title=title, description=description)
    rows = [(f"{day:%a} {short_day(day)} {day.year}", words(value)) for day, value in reversed(nights)]
    return Drawing(
        identity, title, description, svg, Table(title, (Column("night"), Column("figure", number=True)), rows)
    )
