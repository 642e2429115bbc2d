"""Labelled bars: a funnel's steps, shares of groups."""

from collections.abc import Sequence
from math import log10

from homeintel.report.drawings.day import short
from homeintel.report.drawings.drawing import Column, Drawing, Table, box, canvas, label, line

_ROW = 38.0


def shares(identity: str, title: str, rows: Sequence[tuple[str, float, str]], table: Table) -> Drawing:
    """Return a bar a group, from 0 to 100 %.

    Args:
        identity: the drawing's id.
        title: what it shows.
        rows: name, share (0 to 1), and the same in words; at least one.
        table: the same numbers.
    """
    description = "; ".join(f"{name}: {words}" for name, _, words in rows) + "."
    lengths = [100 * share for _, share, _ in rows]
    return _bars(identity, title, description, [(name, words) for name, _, words in rows], lengths, table)


def funnel(identity: str, title: str, rows: Sequence[tuple[str, int, str]]) -> Drawing:
    """Return a bar a step, its length by the logarithm of how many candidates passed.

    Args:
        identity: the drawing's id.
        title: what it shows.
        rows: step, candidates, and the nearest miss in words; at least one.
    """
    top = log10(max(count for _, count, _ in rows) + 1) or 1.0
    lengths = [100 * log10(count + 1) / top for _, count, _ in rows]
    table = Table(
        title,
        (Column("step"), Column("passed", number=True), Column("the nearest miss")),
        [(step, f"{count:,}", miss) for step, count, miss in rows],
    )
    description = f"From {rows[0][1]:,} to {rows[-1][1]:,} in {len(rows)} steps."
    labels = [(step, f"{count:,}") for step, count, _ in rows]
    return _bars(identity, f"{title} (bars by logarithm)", description, labels, lengths, table)


def _bars(
    identity: str,
    title: str,
    description: str,
    labels: Sequence[tuple[str, str]],
    lengths: Sequence[float],
    table: Table,
) -> Drawing:
    marks = []
    for number, ((name, words), length) in enumerate(zip(labels, lengths, strict=True)):
        y = _ROW * number
        marks += [
            label(short(name), 0, y + 12, anchor="start"),
            label(words, 100, y + 12, anchor="end"),
            line("track", 0, y + 23, 100, y + 23),
            box("bar", 0, y + 19, length, 8),
        ]
    svg = canvas(marks, height=round(_ROW * len(labels)), identity=identity, title=title, description=description)
    return Drawing(identity, title, description, svg, table)
