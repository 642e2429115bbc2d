"""What a reader sees of anomalies: few rows, those of one device together, and the series they stand in."""

import json
from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd

from homeintel.patterns.arrays import Floats, Ints
from homeintel.patterns.history import History

SERIES_DAYS = 7
"""Days of the series shown before and after an anomaly."""

MOST_NEW = 5
"""New anomalies a night that a reader is told of; the table holds all."""

COUNTED_KINDS = frozenset({"rate", "silent"})
"""Kinds about how often something reports, not about what."""


def of_devices(anomalies: pd.DataFrame) -> pd.DataFrame:
    """Return one row for what befell one device: its entities fall silent, or slow down, together.

    Args:
        anomalies: rows of the table `anomalies`.

    Returns:
        The same columns, of each group the row with the latest start, and `others`: entities the row also stands for.
    """
    rows = anomalies.sort_values(["started_at", "anomaly_id"], ascending=[False, True], kind="stable")
    if not len(rows):
        return rows.assign(others=pd.Series(dtype=int))
    keys = pd.Series([_group(row) for row in rows.to_dict("records")], index=rows.index, dtype=object)
    counts = keys.map(keys.value_counts())
    return rows.assign(others=counts - 1)[~keys.duplicated()]


def _group(row: dict[Any, Any]) -> str:
    detail = json.loads(row["detail"]) if isinstance(row["detail"], str) else {}
    if detail.get("device") is None:
        return str(row["anomaly_id"])
    return f"{row['kind']} {detail['device']} {detail.get('device_silent_since', '')}"


def new_tonight(anomalies: pd.DataFrame, known: Collection[str], *, most: int = MOST_NEW) -> tuple[pd.DataFrame, int]:
    """Return the new anomalies worth telling, the most surprising first, and how many new ones there are in all.

    Args:
        anomalies: rows of `of_devices`.
        known: the ids that earlier nights told of.
        most: how many are told.
    """
    new = anomalies[~anomalies["anomaly_id"].isin(list(known))]
    ranked = new.sort_values(["score", "started_at", "anomaly_id"], ascending=[False, False, True], kind="stable")
    return ranked.head(most), len(new)


def anomaly_view(anomalies: pd.DataFrame, zone: str) -> pd.DataFrame:
    """Return rows of `of_devices` as a reader's table in local time."""
    local = {
        name: anomalies[name].dt.tz_convert(zone).dt.strftime("%a %Y-%m-%d %H:%M")
        for name in ("started_at", "ended_at")
    }
    span = [f"{start} on" if end is None or end != end else f"{start} to {_shorter(end, start)}"  # noqa: PLR0124 - NaN
            for start, end in zip(local["started_at"], local["ended_at"], strict=True)]  # fmt: skip
    whose = [
        _whose(name, int(others)) for name, others in zip(anomalies["entity_id"], anomalies["others"], strict=True)
    ]
    index = anomalies.index
    return pd.DataFrame(
        {
            "kind": anomalies["kind"].str.replace("_", " "),
            "entity": pd.Series(whose, index=index, dtype=object),
            f"when ({zone})": pd.Series(span, index=index, dtype=object),
            "expected": anomalies["expected"],
            "observed": anomalies["observed"],
            "score": anomalies["score"].round(2),
        }
    )


def _shorter(end: str, start: str) -> str:
    """Return the clock alone where an end is on the day of its start."""
    return end[-5:] if end[:14] == start[:14] else end


def _whose(entity_id: object, others: int) -> str:
    if not isinstance(entity_id, str):
        return "the home"
    return f"{entity_id} and {others} more of its device" if others else entity_id


def series(history: History, anomaly: dict[str, Any]) -> tuple[pd.DataFrame, str]:
    """Return what an anomaly stands out from: the series around it, or every time its entity entered the state.

    Returns:
        time (UTC) and value; and what the value is, with its unit, for an axis title: reports or changes an hour for rates
        and silence, the home's changes a day for days away, the local time of day, in hours, for what is about times.
    """
    if not isinstance(anomaly["entity_id"], str):
        day = np.clip(history.calendar.day_of(history.changes.time), 0, history.calendar.days - 1)
        return _frame(history.calendar.starts[:-1], np.bincount(day, minlength=history.calendar.days)), "changes a day"
    if anomaly["kind"] in {"unusual_time", "missed_routine"}:
        return _times_of_day(history, anomaly), "local time of day, hours"
    entity = history.entities.index(anomaly["entity_id"]) if anomaly["entity_id"] in history.entities else None
    if entity is None:  # an automation that is not recorded as an entity
        return _frame(np.zeros(0), []), "state"
    frame, label = _counts(history, entity) if anomaly["kind"] in COUNTED_KINDS else _values(history, entity)
    margin = pd.Timedelta(days=SERIES_DAYS)
    ended = (
        anomaly["ended_at"] if isinstance(anomaly["ended_at"], pd.Timestamp) and pd.notna(anomaly["ended_at"]) else None
    )
    last = pd.Timestamp(history.calendar.end) if ended is None else ended + margin
    return frame[(frame["time"] >= anomaly["started_at"] - margin) & (frame["time"] <= last)], label


def _times_of_day(history: History, anomaly: dict[str, Any]) -> pd.DataFrame:
    state = json.loads(anomaly["detail"])["state"]
    own = [
        stream
        for stream in history.streams
        if (history.entities[stream.entity], history.states[stream.state]) == (anomaly["entity_id"], state)
    ]
    return _frame(own[0].time, own[0].wall % 86_400 / 3600) if own else _frame(np.zeros(0), [])


def _counts(history: History, entity: int) -> tuple[pd.DataFrame, str]:
    """Return how often an entity reported in each hour of the window, zeros too."""
    first, end = int(history.calendar.starts[0] // 3600), int(history.calendar.starts[-1] // 3600)
    counts = np.bincount(
        (history.changes.time[history.rows(entity)] // 3600).astype(np.int64) - first, minlength=end - first
    )
    rows = history.hours(entity)
    np.add.at(counts, history.hourly.hour[rows] - first, history.hourly.count[rows])
    return _frame(np.arange(first, first + len(counts)) * 3600.0, counts), "reports an hour"


def _values(history: History, entity: int) -> tuple[pd.DataFrame, str]:
    rows = history.rows(entity)
    if rows.stop > rows.start:
        names = [history.states[state] for state in history.changes.state[rows]]
        return _frame(history.changes.time[rows], names), "state"
    hours = history.hours(entity)
    values = history.hourly.last[hours]
    unit = history.unit_of.get(history.entities[entity])
    return _frame(history.hourly.last_time[hours], values), f"value, {unit}" if unit else "value"


def _frame(times: Floats, values: Ints | Floats | list[str]) -> pd.DataFrame:
    return pd.DataFrame({"time": pd.to_datetime(pd.Series(times, dtype=float), unit="s", utc=True), "value": values})
