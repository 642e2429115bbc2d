"""Puts text, tables and mime bundles into a notebook's output. IPython ships no types; this is the one place that knows."""

import json
from datetime import datetime
from html import escape
from math import isnan
from typing import Any

import pandas as pd
from IPython.display import HTML, display


def show_mime(bundle: dict[str, Any]) -> None:
    """Emit a mime bundle; values must be JSON-able, others become text."""
    display(json.loads(json.dumps(bundle, default=str)), raw=True)


def show_text(text: str) -> None:
    """Show one paragraph of plain text; it is escaped."""
    display(HTML(f"<p>{escape(text)}</p>"))


def show_folded(rows: pd.DataFrame, *, caption: str) -> None:
    """Show a whole table behind its caption: one click opens it."""
    display(HTML(f"<details><summary>{escape(caption)}</summary>{table_html(rows, caption)}</details>"))


def show(rows: pd.DataFrame, *, caption: str = "", most: int = 50) -> None:
    """Show a table, its text escaped; of a long one the first rows, and how many there are."""
    shown = rows.head(most)
    title = caption + (f" ({len(shown)} of {len(rows)} rows)" if len(rows) > most else "")
    if len(shown):
        display(HTML(table_html(shown, title)))
    else:
        display(HTML(f"<p><strong>{escape(title)}</strong></p>" * bool(title) + "<p>Nothing to show.</p>"))


def show_long(rows: pd.DataFrame, *, caption: str, most: int = 25) -> None:
    """Show the first rows of a table, and all of them behind one click where there are more."""
    show(rows, caption=caption, most=most)
    if len(rows) > most:
        show_folded(rows, caption=f"All {len(rows)} rows")


def table_html(rows: pd.DataFrame, caption: str = "") -> str:
    """Return an HTML table: escaped text, numbers to the right, missing values as a dash, times to the minute.

    A wide table scrolls in its own frame, which the keyboard reaches.
    """
    numeric = [pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_bool_dtype(dtype) for dtype in rows.dtypes]
    looks = [' class="number"' if number else "" for number in numeric]
    head = "".join(
        f'<th scope="col"{look}>{escape(str(name))}</th>' for name, look in zip(rows.columns, looks, strict=True)
    )
    columns = [[escape(_cell(value)) for value in rows.iloc[:, place]] for place in range(rows.shape[1])]
    lines = [
        "<tr>" + "".join(f"<td{look}>{cell}</td>" for cell, look in zip(cells, looks, strict=True)) + "</tr>"
        for cells in zip(*columns, strict=True)
    ]
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    frame = f'<div class="table" tabindex="0" role="group" aria-label="{escape(caption or "Table", quote=True)}">'
    return f"{frame}<table>{title}<thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"


def _cell(value: object) -> str:
    if isinstance(value, str):
        return value
    if value is None or value is pd.NaT or value is pd.NA:
        return "-"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, float):
        return "-" if isnan(value) else _number(value)
    return str(value)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) and abs(value) < 1e15 else f"{value:.4g}"
