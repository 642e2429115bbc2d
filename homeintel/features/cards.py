"""The unused features worth trying, one by one: what for, why here, how to switch it on, what it rests on."""

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

import pandas as pd
import yaml

from homeintel.features.records import as_records
from homeintel.report.output import show_mime, show_text, table_html

MOST_NAMES = 12
"""Devices named on a card; the others are counted."""

Row = Mapping[str, Any]


def show_opportunities(opportunities: pd.DataFrame, zone: str, *, most: int = 10) -> None:
    """Show the best opportunities as cards, and of the others a list of their titles.

    Args:
        opportunities: from `homeintel.features.opportunities.rank_opportunities`.
        zone: the home's time zone, for the times of the evidence.
        most: cards shown.
    """
    if opportunities.empty:
        show_text("No unused feature is worth telling of tonight.")
    rows = as_records(opportunities)
    for number, row in enumerate(rows[:most], start=1):
        show_mime({"text/html": "".join(_card(number, row, zone)), "text/plain": f"{number}. {row['label']}"})
    if len(rows) > most:
        rest = ", ".join(f"{row['label']} ({len(row['ieee_addresses'])})" for row in rows[most:])
        show_text(f"Also, each with how many devices: {rest}.")


def _card(number: int, row: Row, zone: str) -> Iterator[str]:
    yield f'<div class="card"><h3>{number}. {escape(row["label"])}</h3>'
    yield f"<p>{escape(row['sentence'])}</p>"
    yield f"<p><b>Devices:</b> {escape(_several(row['friendly_names']))}</p>"
    if row["now"]:
        yield f"<p><b>Now:</b> {escape(row['now'])}</p>"
    yield f"<p><b>Why:</b> {escape(row['reason'])}</p>"
    if row["caveats"]:
        yield f"<p><b>Mind:</b> {escape(row['caveats'])}</p>"
    yield (
        f"<p><b>How sure</b> that nobody uses it: {row['certainty']:.0%}; usefulness {row['usefulness']:.2f}, "
        f"effort {row['effort']:.2f}, risk {escape(row['risk'])}, score {row['score']:.2f}</p>"
    )
    yield from _how(row)
    yield f"<details><summary>What it rests on</summary>{table_html(_evidence(row, zone))}</details></div>"


def _how(row: Row) -> Iterator[str]:
    """Yield the message for Zigbee2MQTT, and Home Assistant's action where it has one."""
    payload = row["payload"]
    names = list(row["friendly_names"])
    if row["origin"] == "option":
        message: Any = {"id": names[0], "options": payload}
        each = "" if len(names) == 1 else ", once a device, with its name as <code>id</code>"
        yield f"<p>Publish to <code>{escape(row['topics'][0])}</code>{each}:</p>"
    else:
        message, topics = payload, row["topics"]
        shown = ", ".join(f"<code>{escape(topic)}</code>" for topic in topics[:MOST_NAMES])
        more = f" and {len(topics) - MOST_NAMES} more" if len(topics) > MOST_NAMES else ""
        yield f"<p>Publish to {shown}{more}:</p>"
    yield f"<pre>{escape(json.dumps(message, ensure_ascii=False))}</pre>"
    if row["action"]:
        text = yaml.safe_dump(row["action"], sort_keys=False, allow_unicode=True)
        yield f"<p>Or in Home Assistant (Developer tools, Actions):</p><pre>{escape(text)}</pre>"
    else:
        yield "<p>Home Assistant has no single action for it.</p>"


def _evidence(row: Row, zone: str) -> pd.DataFrame:
    table = pd.DataFrame(row["evidence"])
    for name in ("first", "last"):
        table[name] = pd.to_datetime(table[name], utc=True, format="ISO8601").dt.tz_convert(zone)
    table["verdict"] = table["verdict"].str.replace("_", " ")
    return table.rename(columns={"entity_id": "entity", "value": "last value"})


def _several(names: list[str]) -> str:
    more = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
