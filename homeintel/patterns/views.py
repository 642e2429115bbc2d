"""The tables a reader sees: few columns, plain words, the surest first."""

import json
from typing import Any, Literal

import numpy as np
import pandas as pd

from homeintel.patterns.arrays import Floats, Ints
from homeintel.patterns.calendar import DAY
from homeintel.patterns.history import History

SERIES_DAYS = 7
"""Days of the series shown before and after an anomaly."""


def routine_view(patterns: pd.DataFrame) -> pd.DataFrame:
    """Return routines as a reader's table, from rows of the table `patterns`."""
    routines = _surest(patterns[patterns["kind"] != "co_occurrence"])
    return pd.DataFrame(
        {
            "what": routines["entity_id"] + " " + routines["state"],
            "days": routines["days"],
            "local time": [_clock(minute) for minute in routines["minute_of_day"]],
            "sun": [_sun(row) for row in routines.to_dict("records")],
            "spread, min": routines["spread_minutes"].round(1),
            **_odds(routines),
        }
    )


def pair_view(patterns: pd.DataFrame) -> pd.DataFrame:
    """Return pairs as a reader's table, from rows of the table `patterns`."""
    pairs = _surest(patterns[patterns["kind"] == "co_occurrence"])
    return pd.DataFrame(
        {
            "after": pairs["trigger_entity_id"] + " " + pairs["trigger_state"],
            "comes": pairs["entity_id"] + " " + pairs["state"],
            "days": pairs["days"],
            "lag, s": pairs["lag_seconds"].round(1),
            **_odds(pairs),
        }
    )


def anomaly_view(anomalies: pd.DataFrame, zone: str) -> pd.DataFrame:
    """Return anomalies as a reader's table in local time, the newest first."""
    rows = anomalies.sort_values("started_at", ascending=False, kind="stable")
    return pd.DataFrame(
        {
            "kind": rows["kind"],
            "entity": rows["entity_id"],
            f"from ({zone})": rows["started_at"].dt.tz_convert(zone).dt.tz_localize(None),
            "until": rows["ended_at"].dt.tz_convert(zone).dt.tz_localize(None),
            "expected": rows["expected"],
            "observed": rows["observed"],
            "score": rows["score"].round(3),
        }
    )


def strongest(patterns: pd.DataFrame, what: Literal["routines", "pairs"], *, most: int) -> list[dict[str, Any]]:
    """Return the surest routines or pairs as dictionaries, those nobody automated first."""
    chosen = (patterns["kind"] == "co_occurrence") == (what == "pairs")
    return [
        {str(key): value for key, value in row.items()}
        for row in _surest(patterns[chosen]).head(most).to_dict("records")
    ]


def raster(history: History, pattern: dict[str, Any]) -> pd.DataFrame:
    """Return every time the routine's entity entered its state, and where the routine was due on each day.

    Args:
        history: the window.
        pattern: one row of the table `patterns`, a routine.

    Returns:
        day (date), minute (local; NaN on a day without any), kept (part of the routine), due_from and due_to (minutes).
    """
    stream = next(
        (
            s
            for s in history.streams
            if (history.entities[s.entity], history.states[s.state]) == (pattern["entity_id"], pattern["state"])
        ),
        None,
    )
    wall = stream.wall if stream is not None else np.zeros(0)
    evidence = json.loads(pattern["evidence"])
    days = np.arange(history.calendar.days)
    centre = _due(history, pattern)
    frame = pd.DataFrame({"index": np.floor(wall / DAY).astype(np.int64), "minute": wall % DAY / 60})
    frame = pd.DataFrame({"index": days}).merge(frame, how="left", on="index")
    frame["day"] = [history.calendar.date_of(day) for day in frame["index"]]
    own = centre[frame["index"].to_numpy()]
    # Half a day and more from its own day's time, a mark is the neighbouring day's: 00:03 belongs to yesterday's 23:58.
    from_due = frame["minute"].to_numpy(float) - own
    whose = frame["index"].to_numpy() + (from_due > 720).astype(np.int64) - (from_due < -720).astype(np.int64)
    kept_days = set(evidence["kept_on"])
    on_kept = np.array([history.calendar.date_of(day).isoformat() in kept_days for day in whose])
    frame["kept"] = on_kept & (np.abs((from_due + 720) % 1440 - 720) <= evidence["tolerance_minutes"])
    frame["due_from"], frame["due_to"] = own - evidence["tolerance_minutes"], own + evidence["tolerance_minutes"]
    return frame[["day", "minute", "kept", "due_from", "due_to"]]


def _due(history: History, pattern: dict[str, Any]) -> Floats:
    """Return the local minute at which the routine is due on each day of the window."""
    if pattern["kind"] != "sun":
        return np.full(history.calendar.days, float(pattern["minute_of_day"]))
    events = history.calendar.sunrise if pattern["sun_event"] == "sunrise" else history.calendar.sunset
    return np.asarray(events + pattern["offset_minutes"])


def series(history: History, anomaly: dict[str, Any]) -> tuple[pd.DataFrame, str]:
    """Return the entity's series around an anomaly, or the home's changes a day for days away.

    Returns:
        time (UTC) and value; and what the value is, for an axis title.
    """
    frame, label = _whole_series(history, anomaly["entity_id"])
    if not anomaly["entity_id"]:
        return frame, label
    margin = pd.Timedelta(days=SERIES_DAYS)
    ended = anomaly["ended_at"] if isinstance(anomaly["ended_at"], pd.Timestamp) else frame["time"].max()
    inside = (frame["time"] >= anomaly["started_at"] - margin) & (frame["time"] <= ended + margin)
    return frame[inside], label


def _whole_series(history: History, entity_id: str | None) -> tuple[pd.DataFrame, str]:
    if not entity_id:
        day = np.clip(history.calendar.day_of(history.changes.time), 0, history.calendar.days - 1)
        counts = np.bincount(day, minlength=history.calendar.days)
        return _frame(history.calendar.starts[:-1], counts), "changes a day"
    entity = history.entities.index(entity_id)
    rows = history.rows(entity)
    if rows.stop > rows.start:
        names = [history.states[state] for state in history.changes.state[rows]]
        return _frame(history.changes.time[rows], names), "state"
    low, high = np.searchsorted(history.hourly.entity, (entity, entity + 1))
    values = history.hourly.last[low:high]
    if np.isnan(values).all():
        return _frame(history.hourly.last_time[low:high], history.hourly.count[low:high]), "changes an hour"
    return _frame(history.hourly.last_time[low:high], values), "value"


def _frame(times: Floats, values: Ints | Floats | list[str]) -> pd.DataFrame:
    return pd.DataFrame({"time": pd.to_datetime(pd.Series(times), unit="s", utc=True), "value": values})


def _surest(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.sort_values(
        ["already_automated", "confidence_low", "pattern_id"], ascending=[True, False, True], kind="stable"
    )


def _odds(rows: pd.DataFrame) -> dict[str, Any]:
    seen = [f"{row.occurrences} of {row.opportunities}" for row in rows.itertuples()]
    interval = [f"{row.confidence_low:.0%} to {row.confidence_high:.0%}" for row in rows.itertuples()]
    return {
        "happened": pd.Series(seen, index=rows.index, dtype=object),
        "confidence": rows["confidence"].round(2),
        "95 % interval": pd.Series(interval, index=rows.index, dtype=object),
        "by chance": rows["expected"].round(1),
        "q": [f"{value:.1g}" for value in rows["q_value"]],
        "automated": rows["already_automated"].map({True: "yes", False: "no"}),
    }


def _clock(minute: float) -> str:
    whole = round(minute) % 1440
    return f"{whole // 60:02d}:{whole % 60:02d}"


def _sun(row: dict[Any, Any]) -> str:
    if not isinstance(row["sun_event"], str):
        return ""
    return (
        f"{abs(row['offset_minutes']):.0f} min {'after' if row['offset_minutes'] >= 0 else 'before'} {row['sun_event']}"
    )
