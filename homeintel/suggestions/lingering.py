"""Habits that stood among last night's suggestions and that tonight's detection just missed.

Whether a habit is significant is decided anew each night, and one day more or less can decide it. What was suggested stays
for some nights as long as its replay holds, so that it does not come and go; then it is resolved.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

import duckdb

from homeintel.phase import Window
from homeintel.store import query
from homeintel.suggestions.pattern_row import PatternRow, pattern_rows

MOST_NIGHTS = 7
"""For so many nights a habit is kept without having been found again."""

NEAR_MINUTES = 60.0
"""A routine found tonight that does the same within this time has taken the place of the missing one."""


def lingering(
    connection: duckdb.DuckDBPyConnection,
    window: Window,
    open_patterns: Collection[str],
    tonight: Sequence[PatternRow],
) -> list[PatternRow]:
    """Return the newest rows of habits that were suggested last night and have no row, and no successor, tonight.

    Args:
        connection: the store, session in UTC.
        window: tonight's.
        open_patterns: ids of the patterns that last night's open suggestions came from.
        tonight: the rows of tonight's own detection, the automated ones too.
    """
    missing = sorted(set(open_patterns) - {row.pattern_id for row in tonight})
    if not missing:
        return []
    found = query(
        connection,
        """SELECT patterns.*, window_end FROM patterns JOIN job_runs USING (run_id)
        WHERE list_contains(?::VARCHAR[], pattern_id) AND window_end < ? AND window_end >= ?
        QUALIFY row_number() OVER (PARTITION BY pattern_id ORDER BY window_end DESC) = 1""",
        [missing, window.end, window.end - timedelta(days=MOST_NIGHTS)],
    )
    nights = dict(zip(found["pattern_id"], found["window_end"].dt.tz_convert(window.zone).dt.date, strict=True))
    rows = (replace(row, found_on=nights[row.pattern_id]) for row in pattern_rows(found))
    return [row for row in rows if not row.already_automated and not _succeeded(row, tonight)]


def _succeeded(row: PatternRow, tonight: Iterable[PatternRow]) -> bool:
    return any(_same(row, other) for other in tonight if (other.entity_id, other.state) == (row.entity_id, row.state))


def _same(one: PatternRow, other: PatternRow) -> bool:
    if "co_occurrence" in (one.kind, other.kind):
        trigger = (one.trigger_entity_id, one.trigger_state)
        return trigger == (other.trigger_entity_id, other.trigger_state)
    return abs((one.minute_of_day - other.minute_of_day + 720) % 1440 - 720) <= NEAR_MINUTES
