"""Histories as real CSV files, as a home would hand them over."""

import csv
import json
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from homeintel.phase import Outcome, Phase
from tests.events.homes import phase_of, rows

Row = tuple[Any, ...]  # local or offset time, entity, state, attributes, user id, parent id


def write_csv(path: Path, history: Sequence[Row]) -> Path:
    """Write (time, entity_id, state[, attributes[, user[, parent]]]); a time without an offset is UTC."""
    names = ["ts", "entity_id", "state", "attributes", "context_user_id", "context_parent_id"]
    width = max((len(row) for row in history), default=3)
    with path.open("w", newline="") as sink:
        writer = csv.writer(sink)
        writer.writerow(names[:width])
        for row in history:
            cells = [json.dumps(cell) if isinstance(cell, dict) else cell for cell in row]
            writer.writerow([*cells, *[""] * (width - len(row))])
    return path


def night(folder: Path, history: Sequence[Row], **more: Any) -> tuple[Phase, Outcome]:
    """Run the phase on a history; by default over 6 and 7 November 2026 in Berlin."""
    from homeintel.events.phase import run

    write_csv(folder / "history.csv", history)
    window = {key: more.pop(key) for key in ("end", "days", "timezone") if key in more}
    phase = phase_of(folder, {"source": "files", "paths": [str(folder / "*.csv")], **more}, **window)
    return phase, run(phase)


def changes(phase: Phase) -> list[tuple[Any, ...]]:
    """(entity, state, previous, cause) of all events in order."""
    return rows(phase.store, "SELECT entity_id, state, previous, cause FROM events ORDER BY ts, entity_id")


def steps(phase: Phase, day: date) -> dict[str, int]:
    """What each step of cleaning counted on a UTC day."""
    found = rows(
        phase.store, "SELECT CAST(cleaning -> 'steps' AS MAP(VARCHAR, BIGINT)) FROM event_days WHERE day = ?", day
    )
    counted: dict[str, int] = found[0][0]
    return counted


def minutes(count: int) -> list[timedelta]:
    return [timedelta(minutes=n) for n in range(count)]
