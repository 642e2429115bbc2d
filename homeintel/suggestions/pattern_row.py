"""One row of the `patterns` table, typed."""

import json
import re
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Literal

import pandas as pd

from homeintel.patterns.findings import Pattern
from homeintel.patterns.tables import DOCUMENTS, TIMES

Light = Literal["dark", "day"]


@dataclass(frozen=True, kw_only=True)
class PatternRow(Pattern):
    """A habit as phase 3 stored it. Numbers that do not belong to its kind are 0, texts are empty.

    Args:
        pattern_id: stable from night to night.
        found_on: the local date of the night that found it, where that is not tonight; see `lingering`.
    """

    pattern_id: str
    expected: float = 0.0
    p_value: float = 1.0
    q_value: float = 1.0
    minute_of_day: float = 0.0
    spread_minutes: float = 0.0
    sun_event: str = ""
    offset_minutes: float = 0.0
    trigger_entity_id: str = ""
    trigger_state: str = ""
    lag_seconds: float = 0.0
    lag_p90_seconds: float = 0.0
    found_on: date | None = None

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
_COUNTS = frozenset({"occurrences", "opportunities", "undone"})


def pattern_rows(patterns: pd.DataFrame) -> list[PatternRow]:
    """Return the rows of `patterns`, in the order of their ids; JSON that is no object becomes an empty one."""
    rows = patterns.sort_values("pattern_id", kind="stable").to_dict("records")
    return [_row({str(key): value for key, value in row.items()}) for row in rows]


def _row(row: dict[str, Any]) -> PatternRow:
    values = {field.name: _value(field.name, row.get(field.name)) for field in fields(PatternRow)}
    return PatternRow(**{name: value for name, value in values.items() if value is not None})


def _value(name: str, value: Any) -> Any:  # noqa: ANN401 - a cell of a table
    """Return a cell as the field wants it; None where it is missing, so that the field's default holds."""
    if name in DOCUMENTS:
        return json_object(value)
    if _missing(value):
        return None
    if name in TIMES:
        return pd.Timestamp(value).timestamp()
    return int(value) if name in _COUNTS else value


def _missing(value: Any) -> bool:  # noqa: ANN401 - a cell of a table
    return value is None or bool(pd.isna(value))


def json_object(value: Any) -> dict[str, Any]:  # noqa: ANN401 - a cell of a table
    """Return a JSON cell as an object; empty where it is missing or no object."""
    try:
        found = json.loads(value) if isinstance(value, str) else value
    except json.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}
