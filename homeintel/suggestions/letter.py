"""The letter to the home's owner: each suggestion with its chart, its replay, its YAML and how to answer."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from math import isnan
from pathlib import Path
from shlex import quote
from shutil import which
from typing import Any
from zoneinfo import ZoneInfo

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

MOST_ENTITIES = 5
"""Entities or devices named; the others are counted."""


def write_letter(rows: pd.DataFrame, suggestions: Suggestions, names: Names, zone: str, params_file: str) -> None:
    """Show the open suggestions one by one, the best first.

    Args:
        rows: rows of `suggestions`, by rank.
        suggestions: the night's, for their replays.
        names: what people call their entities.
        zone: the home's time zone.
        params_file: the home's params file, for the commands that answer.
    """
    replays = {one.suggestion_id: one.backtest for one in suggestions.selection.chosen}
    shown = open_rows(rows)
    if shown.empty:
        show_text("Nothing to suggest tonight; the last section says what was looked at.")
    for values in shown.head(MOST_LETTERS).to_dict("records"):
        row = _without_nan(values)
        backtest = replays.get(row["suggestion_id"])
        moments = backtest.moments() if backtest else pd.DataFrame()
        show_mime(
            {"text/html": "".join(_opening(row, names, ZoneInfo(zone))), "text/plain": f"{row['rank']}. {row['title']}"}
        )
        draw(factors_chart(row) if moments.empty else replay_chart(row["title"], moments, zone))
        show_mime({"text/html": "".join(_closing(row, params_file)), "text/plain": row["automation_yaml"] or ""})


def _without_nan(values: Mapping[Any, Any]) -> Row:
    return {name: None if isinstance(value, float) and isnan(value) else value for name, value in values.items()}


def _opening(row: Row, names: Names, zone: ZoneInfo) -> Iterator[str]:
    yield f"<h3>{row['rank']}. {escape(row['title'])}</h3><p>{escape(row['description'])}</p>"
    since = f"Suggested since the night of {row['first_suggested'].astimezone(zone):%Y-%m-%d}"
    since = "New tonight" if row["status"] == "new" else since
    yield (
        f"<p>{since}. Confidence {row['confidence']:.0%}{_interval(row)}, impact {row['impact']:.2f}, "
        f"effort {row['effort']:.2f}: score {row['score']:.2f}.</p>"
    )
    yield f"<p>About: {_about(row['entity_ids'], names)}</p>" if len(row["entity_ids"]) else ""
    caveats = "".join(f"<li>{escape(caveat)}</li>" for caveat in row["caveats"])
    yield f"<p>Before you accept:</p><ul>{caveats}</ul>" if caveats else ""


def _about(entities: Sequence[str], names: Names) -> str:
    """Return entities by name, each name once with the ids of all that bear it."""
    by_name: dict[str, list[str]] = {}
    for entity in entities[:MOST_ENTITIES]:
        by_name.setdefault(names.of(entity), []).append(f"<code>{escape(entity)}</code>")
    more = f" and {len(entities) - MOST_ENTITIES} more" if len(entities) > MOST_ENTITIES else ""
    return ", ".join(f"{escape(name)} ({', '.join(ids)})" for name, ids in by_name.items()) + more


def _interval(row: Row) -> str:
    low, high = row["confidence_low"], row["confidence_high"]
    return f" ({low:.0%} to {high:.0%})" if low is not None else ""


def _closing(row: Row, params_file: str) -> Iterator[str]:
    if row["backtest"]:
        yield f"<p>{escape(backtest_sentence(json.loads(row['backtest'])))}</p>"
    if row["automation_yaml"]:
        yield f"<p>The automation, ready to paste:</p>{_block(row['automation_yaml'])}"
    if row["action_payload"]:
        yield f"<p>How to switch it on:</p>{_block(payload_text(json.loads(row['action_payload'])))}"
    evidence = json_object(row["evidence"])
    links = [
        _link(part) for part in (evidence, evidence.get("feature")) if isinstance(part, dict) and "notebook" in part
    ]
    yield f"<p>Evidence: {'; '.join(links)}</p>" if links else ""
    commands = [
        f"{_program()} feedback {answer} {row['suggestion_id']} --params {quote(params_file)}\n"
        for answer in ("accept", "dismiss")
    ]
    yield f"<p>Your answer:</p>{_block(''.join(commands))}"


def _program() -> str:
    """Return the command's name, or where it lies if the shell would not find it: what is shown is to be copied."""
    beside = Path(sys.executable).with_name("homeintel")
    return "homeintel" if which("homeintel") or not beside.exists() else quote(str(beside))


def _block(text: str) -> str:
    return f'<pre tabindex="0">{escape(text)}</pre>'


def _link(evidence: Mapping[str, Any]) -> str:
    place = f"{evidence['notebook']}.html#{str(evidence['section']).replace(' ', '-')}"  # as nbconvert names a heading
    return f'<a href="{escape(place, quote=True)}">{escape(_evidence(evidence))}</a>'


def _evidence(evidence: Mapping[str, Any]) -> str:
    if evidence["table"] == "patterns":
        return f"pattern {evidence['pattern_id']}, seen {evidence['first_seen'][:10]} to {evidence['last_seen'][:10]}"
    if evidence["table"] == "anomalies":
        return f"{evidence['kind']}: expected {evidence['expected']}, observed {evidence['observed']}"
    devices = evidence["devices"]
    more = f" and {len(devices) - MOST_ENTITIES} more" if len(devices) > MOST_ENTITIES else ""
    return f"{evidence['path']} of {', '.join(devices[:MOST_ENTITIES])}{more}"
