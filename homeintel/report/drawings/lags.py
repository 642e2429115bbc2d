"""How long after its trigger an action came, against what chance alone would give."""

from collections.abc import Sequence

from homeintel.report.drawings.drawing import Column, Drawing, Table, box, canvas, label, line
from homeintel.report.drawings.scale import Scale, ticks

BINS = 24
_TOP, _BOTTOM, _HEIGHT = 10.0, 112.0, 140


def lags(identity: str, seconds: Sequence[float], window: float, expected: float) -> Drawing:
    """Return a histogram of lags.

    Args:
        identity: the drawing's id.
        seconds: from each trigger to the action that followed; at least one.
        window: the longest lag counted, in seconds.
        expected: occurrences that chance alone would give in the whole window.
    """
    shown, unit, factor = (window / 60, "minutes", 1 / 60) if window > 300 else (window, "seconds", 1.0)
    width = shown / BINS
    counts = [0] * BINS
    for value in seconds:
        counts[min(int(value * factor / width), BINS - 1)] += 1
    by_chance = expected / BINS
    high = Scale(0, max(*counts, by_chance) * 1.05, _BOTTOM, _TOP)
    across = Scale(0, shown, 0, 100)
    marks = []
    for count in ticks(0, high.high):
        marks += [line("grid", 0, high(count), 100, high(count)), label(f"{count:g}", 0, high(count) + 4, anchor="end", dx=-6)]  # fmt: skip
    for number, count in enumerate(counts):
        tip = f"{number * width:.3g} to {(number + 1) * width:.3g} {unit}: {count}"
        marks.append(
            box("bar", across(number * width) + 0.3, high(count), 100 / BINS - 0.6, _BOTTOM - high(count), tip)
        )
    marks.append(line("chance", 0, high(by_chance), 100, high(by_chance)))
    marks += [label(f"{value:g}", across(value), _HEIGHT - 10) for value in ticks(0, shown)]
    median = sorted(seconds)[len(seconds) // 2] * factor
    title = f"How long after ({unit}; occasions)"
    description = (
        f"{len(seconds)} occasions, half of them within {median:.3g} {unit}; by chance {by_chance:.2g} in each bar."
    )
    svg = canvas(marks, height=_HEIGHT, identity=identity, title=title, description=description)
    rows = [
        (f"{number * width:.3g} to {(number + 1) * width:.3g}", f"{count:,}")
        for number, count in enumerate(counts)
        if count
    ]
    table = Table("Occasions by lag", (Column(unit), Column("occasions", number=True)), rows)
    return Drawing(identity, title, description, svg, table, (("bar", "seen"), ("chance", "by chance")))
