"""The rows behind each pattern: when it happened, how far from where it was due, and when it did not."""

import json
from typing import Any

import numpy as np
import pandas as pd

from homeintel.patterns.arrays import Floats
from homeintel.patterns.history import History, Stream
from homeintel.patterns.views import raster

MOST_TIMES = 60
"""Times named for one pattern; of more it is said how many there are."""


def evidence_view(history: History, patterns: pd.DataFrame) -> pd.DataFrame:
    """Return one row a pattern with the changes it was made from, in local time.

    Args:
        history: the window.
        patterns: rows of the table `patterns`.

    Returns:
        pattern (id), what, rows (each change: local time and seconds after its trigger, or minutes from when it was due),
        missed (local days, or triggers nothing followed on, counted).
    """
    streams = {(history.entities[s.entity], history.states[s.state]): s for s in history.streams}
    rows = [
        _of(history, streams, {str(key): value for key, value in row.items()}) for row in patterns.to_dict("records")
    ]
    return pd.DataFrame(rows, columns=["pattern", "what", "rows", "missed"])


def _of(history: History, streams: dict[tuple[str, str], Stream], row: dict[str, Any]) -> dict[str, str]:
    what = f"{row['entity_id']} {row['state']}"
    if row["kind"] == "co_occurrence":
        trigger, action = (streams.get((row[f"{side}entity_id"], row[f"{side}state"])) for side in ("trigger_", ""))
        what = f"{row['trigger_entity_id']} {row['trigger_state']}, then {what}"
        times, missed = _followed(history, trigger, action, json.loads(row["evidence"])["window_seconds"])
    else:
        times, missed = _kept(history, row)
    more = f" and {len(times) - MOST_TIMES} more" if len(times) > MOST_TIMES else ""
    return {"pattern": row["pattern_id"], "what": what, "rows": ", ".join(times[:MOST_TIMES]) + more, "missed": missed}


def _kept(history: History, row: dict[str, Any]) -> tuple[list[str], str]:
    frame = raster(history, row)
    own = frame[frame["kept"] & frame["minute"].notna()]
    middle = (own["due_from"] + own["due_to"]) / 2
    apart = (own["minute"] - middle + 720) % 1440 - 720
    times = [
        f"{day:%m-%d} {int(minute) // 60:02d}:{int(minute) % 60:02d} ({away:+.0f} min)"
        for day, minute, away in zip(own["day"], own["minute"], apart, strict=True)
    ]
    missed = frame.loc[frame["missed"], "day"].drop_duplicates()
    return times, ", ".join(f"{day:%m-%d}" for day in missed)


def _followed(history: History, trigger: Stream | None, action: Stream | None, window: float) -> tuple[list[str], str]:
    """Return each trigger's time with the seconds until the action, and how many triggers none followed."""
    if trigger is None or action is None:
        return [], ""
    lag = _lags(trigger.time, action.time)
    followed = (lag > 0) & (lag <= window)
    local = [history.calendar.local(float(time)) for time in trigger.time[followed][: MOST_TIMES + 1]]
    shown = [
        f"{moment:%m-%d %H:%M:%S} (+{seconds:.1f} s)" for moment, seconds in zip(local, lag[followed], strict=False)
    ]
    rest = [""] * (int(followed.sum()) - len(shown))
    return [*shown, *rest], f"{int((~followed).sum())} triggers, conditions or not"


def _lags(triggers: Floats, actions: Floats) -> Floats:
    """Return the seconds from each trigger to the next action; infinite without one."""
    following = np.searchsorted(actions, triggers, side="right")
    return np.append(actions, np.inf)[following] - triggers
