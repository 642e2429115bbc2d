"""The tables a reader sees: few columns, plain words, the surest first."""

import json
from typing import Any, Literal

import numpy as np
import pandas as pd

from homeintel.patterns.arrays import Floats
from homeintel.patterns.calendar import DAY
from homeintel.patterns.history import History


def routine_view(patterns: pd.DataFrame) -> pd.DataFrame:
    """Return routines as a reader's table, from rows of the table `patterns`."""
    routines = _surest(patterns[patterns["kind"] != "co_occurrence"])
    return pd.DataFrame(
        {
            "what": routines["entity_id"] + " " + routines["state"],
            "days": routines["days"],
            "local time": [_when(row) for row in routines.to_dict("records")],
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
        day (date), minute (local; NaN on a day without any), kept (part of the routine), due_from and due_to (minutes),
        counted (whether the day is one of those on which the routine could have happened), missed (of those).
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
    centre = due_minutes(history, pattern)
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
    missed = set(evidence["missed_on"])
    frame["missed"] = [day.isoformat() in missed for day in frame["day"]]
    frame["counted"] = on_kept | frame["missed"]
    return frame[["day", "minute", "kept", "due_from", "due_to", "counted", "missed"]]


def due_minutes(history: History, pattern: dict[str, Any]) -> Floats:
    """Return the local minute at which the routine is due on each day of the window."""
    if pattern["kind"] != "sun":
        return np.full(history.calendar.days, float(pattern["minute_of_day"]))
    events = history.calendar.sunrise if pattern["sun_event"] == "sunrise" else history.calendar.sunset
    return np.asarray(events + pattern["offset_minutes"])


def _surest(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.sort_values(
        ["already_automated", "confidence_low", "pattern_id"], ascending=[True, False, True], kind="stable"
    )


def _odds(rows: pd.DataFrame) -> dict[str, Any]:
    seen = [f"{row.occurrences} of {row.opportunities}" for row in rows.itertuples()]
    sure = [f"{r.confidence:.0%} ({r.confidence_low:.0%} to {r.confidence_high:.0%})" for r in rows.itertuples()]
    return {
        "happened": pd.Series(seen, index=rows.index, dtype=object),
        "next time (95 %)": pd.Series(sure, index=rows.index, dtype=object),
        "by chance": rows["expected"].round(1),
        "q": [_small(value) for value in rows["q_value"]],
        "automated": rows["already_automated"].map({True: "yes", False: "no"}),
    }


def _small(value: float) -> str:
    """Return a chance in few characters: nobody compares those below one in a million."""
    return "<0.000001" if value < 1e-6 else np.format_float_positional(value, precision=2, fractional=False, trim="-")


def _when(row: dict[Any, Any]) -> str:
    minute = round(row["minute_of_day"]) % 1440
    clock = f"{minute // 60:02d}:{minute % 60:02d}"
    if not isinstance(row["sun_event"], str):
        return clock
    side = "after" if row["offset_minutes"] >= 0 else "before"
    return f"{clock}, {abs(row['offset_minutes']):.0f} min {side} {row['sun_event']}"
