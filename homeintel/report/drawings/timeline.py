"""What was out of the ordinary, over the days of the window."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from homeintel.report.drawings.day import short
from homeintel.report.drawings.drawing import Column, Drawing, Table, box, canvas, label, line, mark
from homeintel.report.drawings.scale import Scale, day_ticks
from homeintel.report.words import moment, short_day

_ROW, _HEAD = 38.0, 22.0


@dataclass(frozen=True)
class Span:
    """One anomaly.

    Args:
        name: what it was.
        started_at: with a time zone.
        ended_at: None while it lasts.
    """

    name: str
    started_at: datetime
    ended_at: datetime | None


def timeline(identity: str, spans: Sequence[Span], first_day: date, days: int, zone: ZoneInfo) -> Drawing:
    """Return a bar a span; one that still lasts ends in an arrow.

    Args:
        identity: the drawing's id.
        spans: at least one, in the order shown.
        first_day: the window's first local day.
        days: how many.
        zone: the home's time zone.
    """
    height = _HEAD + _ROW * len(spans)
    start = datetime.combine(first_day, time(), zone).timestamp()
    end = datetime.combine(first_day + timedelta(days), time(), zone).timestamp()
    across = Scale(start, end, 0, 100)
    marks = []
    for number in day_ticks(first_day, days):
        x = 100 * number / days
        marks += [line("grid", x, _HEAD - 6, x, height), label(short_day(first_day + timedelta(number)), x, 10)]
    for number, span in enumerate(spans):
        y = _HEAD + _ROW * number
        left = across(span.started_at.timestamp())
        right = across(span.ended_at.timestamp()) if span.ended_at else 100.0
        tip = f"{moment(span.started_at, zone)} to {moment(span.ended_at, zone) or 'now'}"
        marks += [
            label(short(span.name), 0, y + 12, anchor="start"),
            line("track", 0, y + 26, 100, y + 26),
            box("odd", left, y + 22, right - left, 8, tip),
            mark("t", left, y + 26, tip),
            *([] if span.ended_at else [mark("a", 100, y + 26, "it lasts")]),
        ]
    title = f"When it was (local time, {zone.key})"
    lasting = sum(span.ended_at is None for span in spans)
    description = f"{len(spans)} anomalies, {lasting} of them last."
    svg = canvas(marks, height=round(height), identity=identity, title=title, description=description)
    rows = [(span.name, moment(span.started_at, zone), moment(span.ended_at, zone) or "it lasts") for span in spans]
    table = Table("Anomalies by time", (Column("what"), Column("from"), Column("until")), rows)
    return Drawing(identity, title, description, svg, table, (("t", "begins"), ("a", "it lasts")))
