"""What a verdict rests on, as sentences for the home's owner and as rows: values, counts, days."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from homeintel.features.reasons import REASONS

Row = Mapping[str, Any]

MOST_VALUES = 3
"""Different values named in a sentence."""

MOST_EVIDENCE = 20
"""Properties whose evidence an opportunity carries; the verdicts of all are in `device_feature_usage`."""


def rests_on(devices: Sequence[Sequence[Row]], zone: ZoneInfo) -> str:
    """Return what is known of a feature's use, in one to three sentences.

    Args:
        devices: the verdicts' rows of each device's part of it.
        zone: the home's; days are local.
    """
    if devices[0][0]["origin"] == "option":
        return "It is not set in Zigbee2MQTT."
    by_verdict: dict[str, list[Row]] = {}
    counts: dict[str, int] = {}
    for rows in devices:
        verdict = _verdict(rows)
        by_verdict.setdefault(verdict, []).extend(row for row in rows if row["verdict"] == verdict)
        counts[verdict] = counts.get(verdict, 0) + 1
    return " ".join(
        _sentence(verdict, by_verdict[verdict], counts[verdict], len(devices), zone)
        for verdict in ("constant", "never_seen", "not_observable")
        if verdict in by_verdict
    )


def _verdict(rows: Sequence[Row]) -> str:
    """Return what can be said of a feature as a whole: no more than of its least known part."""
    found = {row["verdict"] for row in rows}
    return next(verdict for verdict in ("not_observable", "never_seen", "constant") if verdict in found)


def _sentence(verdict: str, rows: list[Row], count: int, of: int, zone: ZoneInfo) -> str:
    whom = "" if count == of else f"Of {count} of the {of} devices: "
    if verdict == "constant":
        return whom + _constant(rows, count, zone)
    if verdict == "never_seen":
        return f"{whom}Its entity is known and stayed silent, while others of its kind are recorded."
    return f"{whom}Whether it is used can't be known: {REASONS[rows[0]['reason']].why}"


def _constant(rows: list[Row], count: int, zone: ZoneInfo) -> str:
    first, last = (
        day(choose(row[name] for row in rows), zone) for name, choose in (("first_seen", min), ("last_seen", max))
    )
    points = sum(int(row["points"]) for row in rows)
    seen = f"{points} {'record' if points == 1 else 'records'}, the last on {last}"
    if not points:
        told = any(row["told"] for row in rows)
        seen = f"by the device's own state, last read on {last}" if told else f"last recorded on {last}"
    return f"{'It has' if count == 1 else 'Each has'} kept one value since {first} ({present_values(rows)}; {seen})."


def present_values(rows: Iterable[Row]) -> str:
    """Return the different last values with their unit, the first few; empty where none is known."""
    known = dict.fromkeys(spelled(row["last_value"], row["unit"]) for row in rows if isinstance(row["last_value"], str))
    values = list(known)
    more = f" and {len(values) - MOST_VALUES} other values" if len(values) > MOST_VALUES else ""
    return ", ".join(values[:MOST_VALUES]) + more


def spelled(value: str, unit: object) -> str:
    """Return a value as a person would write it: no `.0`, with its unit."""
    try:
        text = f"{float(value):g}"
    except ValueError:
        return value
    return f"{text} {unit}" if isinstance(unit, str) and unit else text


def day(moment: pd.Timestamp, zone: ZoneInfo) -> str:
    """Return the local date of a UTC time."""
    return f"{moment.tz_convert(zone):%Y-%m-%d}"


def evidence_rows(rows: Iterable[Row], names: Mapping[str, tuple[str, str]]) -> list[dict[str, Any]]:
    """Return what each property's verdict rests on, of the first `MOST_EVIDENCE`: JSON-able, times ISO 8601 in UTC."""
    return [
        {
            "device": names[row["ieee_address"]][0],
            "property": row["path"],
            "entity_id": row["entity_id"] if isinstance(row["entity_id"], str) else None,
            "verdict": row["verdict"],
            "value": row["last_value"] if isinstance(row["last_value"], str) else None,
            "records": int(row["points"]),
            "first": None if pd.isna(row["first_seen"]) else row["first_seen"].isoformat(),
            "last": None if pd.isna(row["last_seen"]) else row["last_seen"].isoformat(),
        }
        for row in list(rows)[:MOST_EVIDENCE]
    ]
