"""Puts text, tables and mime bundles into a notebook's output. IPython ships no types; this is the one place that knows."""

import json
from html import escape
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
    display(HTML(f"<details><summary>{escape(caption)}</summary>{table_html(rows)}</details>"))


def show(rows: pd.DataFrame, *, caption: str = "", most: int = 50) -> None:
    """Show a table, its text escaped; of a long one the first rows, and how many there are."""
    shown = rows.head(most)
    title = caption + (f" ({len(shown)} of {len(rows)} rows)" if len(rows) > most else "")
    if title:
        display(HTML(f"<p><strong>{escape(title)}</strong></p>"))
    if len(shown):
        display(HTML(table_html(shown)))
    else:
        show_text("Nothing to show.")


def table_html(rows: pd.DataFrame) -> str:
    """Return a plain HTML table: escaped text, no index, missing values as a dash, times to the minute."""
    formatted = rows.copy()
    for name in formatted.columns:
        if isinstance(formatted[name].dtype, pd.DatetimeTZDtype) or str(formatted[name].dtype).startswith("datetime"):
            formatted[name] = formatted[name].dt.strftime("%Y-%m-%d %H:%M")
    return str(formatted.to_html(index=False, escape=True, na_rep="-", border=0, float_format=_number, max_rows=None))


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) and abs(value) < 1e15 else f"{value:.4g}"
