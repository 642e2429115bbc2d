"""The letter to the home's owner: each suggestion with its chart, its replay, its YAML and how to answer."""

import json
from collections.abc import Iterator, Mapping
from html import escape
from math import isnan
from typing import Any

import pandas as pd

from homeintel.report.charts import draw
from homeintel.report.charts.suggestions import factors_chart, replay_chart
from homeintel.report.output import show_mime, show_text
from homeintel.suggestions.analysis import Suggestions
from homeintel.suggestions.names import Names
from homeintel.suggestions.pattern_row import json_object
from homeintel.suggestions.telling import backtest_sentence, payload_text
from homeintel.suggestions.views import open_rows

Row = Mapping[str, Any]

MOST_LETTERS = 10
"""Suggestions shown in full; the table above lists all."""


def write_letter(rows: pd.DataFrame, suggestions: Suggestions, names: Names, zone: str) -> None:
    """Show the open suggestions one by one, the best first.

    Args:
        rows: rows of `suggestions`, by rank.
        suggestions: the night's, for their replays.
        names: what people call their entities.
        zone: the home's time zone.
    """
    replays = {one.suggestion_id: one.backtest for one in suggestions.selection.chosen}
    shown = open_rows(rows)
    if shown.empty:
        show_text("Nothing to suggest tonight; the last section says what was looked at.")
    for values in shown.head(MOST_LETTERS).to_dict("records"):
        row = _without_nan(values)
        backtest = replays.get(row["suggestion_id"])
        moments = backtest.moments() if backtest else pd.DataFrame()
        show_mime({"text/html": "".join(_opening(row, names)), "text/plain": f"{row['rank']}. {row['title']}"})
        draw(factors_chart(row) if moments.empty else replay_chart(row["title"], moments, zone))
        show_mime({"text/html": "".join(_closing(row)), "text/plain": row["automation_yaml"] or ""})


def _without_nan(values: Mapping[Any, Any]) -> Row:
    return {name: None if isinstance(value, float) and isnan(value) else value for name, value in values.items()}


def _opening(row: Row, names: Names) -> Iterator[str]:
    yield f"<h3>{row['rank']}. {escape(row['title'])}</h3><p>{escape(row['description'])}</p>"
    low, high = row["confidence_low"], row["confidence_high"]
    interval = f" ({low:.0%} to {high:.0%})" if low is not None else ""
    since = "new tonight" if row["status"] == "new" else f"since the night of {row['first_suggested']:%Y-%m-%d}"
    yield (
        f"<p>{since}; confidence {row['confidence']:.0%}{interval}; impact {row['impact']:.2f}, "
        f"effort {row['effort']:.2f}, score {row['score']:.2f}</p>"
    )
    entities = [f"{escape(names.of(entity))} (<code>{escape(entity)}</code>)" for entity in row["entity_ids"]]
    yield f"<p>About: {', '.join(entities)}</p>" if entities else ""
    yield "".join(f"<p>Mind: {escape(caveat)}</p>" for caveat in row["caveats"])


def _closing(row: Row) -> Iterator[str]:
    if row["backtest"]:
        yield f"<p>{escape(backtest_sentence(json.loads(row['backtest'])))}</p>"
    if row["automation_yaml"]:
        yield f"<p>The automation, ready to paste:</p><pre>{escape(row['automation_yaml'])}</pre>"
    if row["action_payload"]:
        yield f"<p>How to switch it on:</p><pre>{escape(payload_text(json.loads(row['action_payload'])))}</pre>"
    evidence = json_object(row["evidence"])
    notebook = str(evidence.get("notebook", ""))
    if notebook:
        place = f"{notebook}.html#{str(evidence['section']).replace(' ', '-')}"  # as nbconvert names a heading
        yield f'<p>Evidence: <a href="{escape(place, quote=True)}">{escape(_evidence(evidence))}</a></p>'
    identity = escape(row["suggestion_id"])
    yield f"<p>Your answer: <code>homeintel feedback accept {identity}</code>, <code>dismiss</code> or <code>snooze</code>.</p>"


def _evidence(evidence: Mapping[str, Any]) -> str:
    if evidence["table"] == "patterns":
        return f"pattern {evidence['pattern_id']}, seen {evidence['first_seen'][:10]} to {evidence['last_seen'][:10]}"
    if evidence["table"] == "anomalies":
        return f"{evidence['kind']}: expected {evidence['expected']}, observed {evidence['observed']}"
    return f"{evidence['path']} of {', '.join(evidence['devices'][:5])}"
