"""What a drawing is, and the marks it is made of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup


@dataclass(frozen=True)
class Column:
    """A table's column.

    Args:
        name: its heading.
        number: numbers stand right.
    """

    name: str
    number: bool = False


@dataclass(frozen=True)
class Table:
    """A table; cells are text, or markup of our own.

    Args:
        caption: what it holds.
        columns: its columns.
        rows: one sequence of cells a row; the first cell is the row's heading.
    """

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str | Markup]]


@dataclass(frozen=True)
class Drawing:
    """A chart with all a reader needs.

    Args:
        identity: its id in the page; letters, digits and dashes.
        title: what it shows, with its units and the time zone where it shows times.
        description: the same as a sentence with its numbers, for those who can't see it.
        svg: the picture.
        table: its numbers.
        legend: pairs of a mark's look and what it means.
    """

    identity: str
    title: str
    description: str
    svg: Markup
    table: Table
    legend: Sequence[tuple[str, str]] = field(default_factory=tuple)


def canvas(marks: Iterable[Markup], *, height: int, identity: str, title: str, description: str) -> Markup:
    """Return the picture around marks; it is as wide as its place, so horizontal places are shares of 100."""
    return Markup(
        '<svg class="canvas" role="img" aria-labelledby="{0}-t {0}-d" width="100%" height="{1}">'
        '<title id="{0}-t">{2}</title><desc id="{0}-d">{3}</desc>{4}</svg>'
    ).format(identity, height, title, description, Markup().join(marks))


def mark(look: str, x: float, y: float, tip: str = "") -> Markup:
    """Return one of the page's symbols (`o`, `x`, `s`, `d`, ...) at a place; `tip` is shown when it is pointed at."""
    told = Markup("<title>{}</title>").format(tip) if tip else Markup()
    return Markup('<use href="#m-{}" class="m-{}" x="{}%" y="{}">{}</use>').format(look, look, _p(x), _p(y), told)


def line(look: str, x1: float, y1: float, x2: float, y2: float) -> Markup:
    """Return a line between two places."""
    return Markup('<line class="{}" x1="{}%" y1="{}" x2="{}%" y2="{}"/>').format(look, _p(x1), _p(y1), _p(x2), _p(y2))


def box(look: str, x: float, y: float, width: float, height: float, tip: str = "") -> Markup:
    """Return a rectangle; x and width are shares of 100."""
    told = Markup("<title>{}</title>").format(tip) if tip else Markup()
    shape = Markup('<rect class="{}" x="{}%" y="{}" width="{}%" height="{}">{}</rect>')
    return shape.format(look, _p(x), _p(y), _p(max(width, 0)), _p(max(height, 0)), told)


def label(text: str, x: float, y: float, *, anchor: str = "middle", dx: int = 0) -> Markup:
    """Return a text at a place, `dx` pixels beside it."""
    shape = Markup('<text class="label" x="{}%" y="{}" dx="{}" text-anchor="{}">{}</text>')
    return shape.format(_p(x), _p(y), dx, anchor, text)


def _p(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
