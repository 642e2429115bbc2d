"""One row of the `patterns` table, typed."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd

Light = Literal["dark", "day"]


@dataclass(frozen=True)
class PatternRow:
    """A habit as phase 3 stored it. Numbers that do not belong to its kind are 0, texts are empty.

    Args:
        pattern_id: stable from night to night.
        kind: `time_of_day`, `sun` or `co_occurrence`.
        entity_id: what acts.
        state: the state it enters.
        days: `all`, `weekday`, `weekend`, or weekdays like `mon,tue`.
        occurrences: days or occasions it happened on.
        opportunities: days or occasions it could have.
        confidence: calibrated probability that it happens the next time.
        confidence_low: lower end of the 95 % interval.
        confidence_high: upper end.
        minute_of_day: local; routines by the clock.
        spread_minutes: standard deviation about it; routines.
        sun_event: `sunrise` or `sunset`; routines by the sun.
        offset_minutes: after (positive) or before it.
        trigger_entity_id: couplings.
        trigger_state: couplings.
        lag_seconds: median from trigger to action.
        lag_p90_seconds: nine of ten lags are at most this.
        conditions: what must hold besides.
        already_automated: a machine does it already.
        undone: how often it was reversed within minutes.
        first_seen: text, UTC.
        last_seen: text, UTC.
        evidence: what the numbers were made from.
    """

    pattern_id: str
    kind: str
    entity_id: str
    state: str
    days: str
    occurrences: int
    opportunities: int
    confidence: float
    confidence_low: float
    confidence_high: float
    minute_of_day: float = 0.0
    spread_minutes: float = 0.0
    sun_event: str = ""
    offset_minutes: float = 0.0
    trigger_entity_id: str = ""
    trigger_state: str = ""
    lag_seconds: float = 0.0
    lag_p90_seconds: float = 0.0
    conditions: Mapping[str, Any] = field(default_factory=dict)
    already_automated: bool = False
    undone: int = 0
    first_seen: str = ""
    last_seen: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)

    @property
    def light(self) -> Light | None:
        """Whether it only happens while the sun is down, or up."""
        after, before = self.conditions.get("after"), self.conditions.get("before")
        if after == "sunset" or before == "sunrise" or self.conditions.get("dark") is True:
            return "dark"
        if after == "sunrise" or before == "sunset" or self.conditions.get("dark") is False:
            return "day"
        return None

    @property
    def hours(self) -> tuple[int, int] | None:
        """The local minutes of the day between which it only happens, the last exclusive; None where there are none.

        The first may be the greater one: then midnight lies between them.
        """
        ends = [_CLOCK.fullmatch(str(self.conditions.get(name, ""))) for name in ("after", "before")]
        first, last = (None if end is None else int(end[1]) * 60 + int(end[2]) for end in ends)
        if first is None or last is None or (last - first) % 1440 == 0:
            return None
        return first % 1440, last % 1440


_CLOCK = re.compile(r"([01]\d|2[0-4]):([0-5]\d)(?::[0-5]\d)?")
_TEXTS = ("pattern_id", "kind", "entity_id", "state", "days", "sun_event", "trigger_entity_id", "trigger_state")
_NUMBERS = ("confidence", "confidence_low", "confidence_high", "minute_of_day", "spread_minutes", "offset_minutes",
            "lag_seconds", "lag_p90_seconds")  # fmt: skip
_COUNTS = ("occurrences", "opportunities", "undone")
_TIMES = ("first_seen", "last_seen")
_OBJECTS = ("conditions", "evidence")


def pattern_rows(patterns: pd.DataFrame) -> list[PatternRow]:
    """Return the rows of `patterns`, in the order of their ids; JSON that is no object becomes an empty one."""
    rows = patterns.sort_values("pattern_id", kind="stable").to_dict("records")
    return [_row({str(key): value for key, value in row.items()}) for row in rows]


def _row(row: dict[str, Any]) -> PatternRow:
    values: dict[str, Any] = {name: "" if _missing(row.get(name)) else str(row[name]) for name in (*_TEXTS, *_TIMES)}
    values |= {name: 0.0 if _missing(row.get(name)) else float(row[name]) for name in _NUMBERS}
    values |= {name: 0 if _missing(row.get(name)) else int(row[name]) for name in _COUNTS}
    values |= {name: json_object(row.get(name)) for name in _OBJECTS}
    return PatternRow(**values, already_automated=bool(row["already_automated"]))


def _missing(value: Any) -> bool:  # noqa: ANN401 - a cell of a table
    return value is None or bool(pd.isna(value))


def json_object(value: Any) -> dict[str, Any]:  # noqa: ANN401 - a cell of a table
    """Return a JSON cell as an object; empty where it is missing or no object."""
    try:
        found = json.loads(value) if isinstance(value, str) else value
    except json.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}
