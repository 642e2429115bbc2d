"""A routine day by day: when it was done, and the days it was missed."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from markupsafe import Markup

from homeintel.report.drawings.drawing import Column, Drawing, Table, box, canvas, label, line, mark
from homeintel.report.drawings.scale import Scale, day_ticks, ticks
from homeintel.report.words import clock, short_day

_TOP, _BOTTOM, _MISSED, _HEIGHT = 12.0, 118.0, 136.0, 168
_STEPS = (1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 240.0)


def routine(
    identity: str, evidence: Mapping[str, Any], centre: float | None, first_day: date, days: int, zone: str
) -> Drawing:
    """Return a mark a day: as high as the time it was done, or on the lane of the missed days.

    Args:
        identity: the drawing's id.
        evidence: kept_on, seconds_from_centre, missed_on, tolerance_minutes; see `homeintel.patterns.routines`.
        centre: the local minute it is usually done; None: it follows the sun, and minutes from its usual time are shown.
        first_day: the window's first local day.
        days: how many.
        zone: the home's time zone.
    """
    kept = [
        (date.fromisoformat(day), seconds / 60)
        for day, seconds in zip(evidence["kept_on"], evidence["seconds_from_centre"], strict=False)
    ]
    missed = [date.fromisoformat(day) for day in evidence["missed_on"]]
    reach = max([float(evidence["tolerance_minutes"]), *(abs(minutes) for _, minutes in kept)]) * 1.1
    high = Scale(-reach, reach, _BOTTOM, _TOP)
    across = Scale(0, days, 0, 100)
    told = _times(centre)
    unit = f"local time, {zone}" if centre is not None else "minutes from its usual time by the sun"
    marks = [
        *_frame(float(evidence["tolerance_minutes"]), high, told, reach),
        *_days(first_day, days, across),
        *(mark("o", across((day - first_day).days + 0.5), high(at), f"{short_day(day)}, {told(at)}") for day, at in kept),
        *(
            mark("x", across((day - first_day).days + 0.5), _MISSED, f"{short_day(day)}: not done")
            for day in missed
        ),
    ]  # fmt: skip
    title = f"Day by day ({unit})"
    description = f"Done on {len(kept)} days within {evidence['tolerance_minutes']:.0f} minutes of its usual time; not done on {len(missed)} days."
    svg = canvas(marks, height=_HEIGHT, identity=identity, title=title, description=description)
    legend = (("o", "done"), ("x", "not done"), ("band", "counts as the routine"))
    return Drawing(identity, title, description, svg, _table(kept, missed, told), legend)


def _times(centre: float | None) -> Any:  # noqa: ANN401 - minutes to words
    if centre is None:
        return lambda minutes: f"{minutes:+.0f} min"
    return lambda minutes: clock(centre + minutes)


def _frame(tolerance: float, high: Scale, told: Any, reach: float) -> Sequence[Markup]:  # noqa: ANN401 - as above
    band = box("band", 0, high(tolerance), 100, high(-tolerance) - high(tolerance))
    lines = []
    for minutes in ticks(-reach, reach, _STEPS):
        lines += [line("grid", 0, high(minutes), 100, high(minutes)), label(told(minutes), 0, high(minutes) + 4, anchor="end", dx=-6)]  # fmt: skip
    return [band, *lines, label("not done", 0, _MISSED + 4, anchor="end", dx=-6)]


def _days(first_day: date, days: int, across: Scale) -> Sequence[Markup]:
    return [label(short_day(first_day + timedelta(day)), across(day + 0.5), _HEIGHT - 4) for day in day_ticks(first_day, days)]  # fmt: skip


def _table(kept: Sequence[tuple[date, float]], missed: Sequence[date], told: Any) -> Table:  # noqa: ANN401 - as above
    rows = sorted([*((day, told(at)) for day, at in kept), *((day, "not done") for day in missed)])
    return Table(
        "Each day it could have happened",
        (Column("day"), Column("when", number=True)),
        [(f"{day:%a} {short_day(day)}", when) for day, when in rows],
    )
