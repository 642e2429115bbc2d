"""Charts of a thousand and of ten million events: what reaches the notebook is as small, and as quickly made.

The hour map is summed up by DuckDB; the line is thinned to what a screen shows before plotly sees it.
"""

import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from benchmarks.report_rows import WINDOW
from homeintel.events.views import by_hour
from homeintel.report.charts import figure, thin
from homeintel.report.charts.events import hour_map
from homeintel.report.charts.plain import plain_texts
from homeintel.report.charts.thinning import thin_traces
from homeintel.store import Store, migrate

FEW, MANY = 1_000, 10_000_000
MOST_RATIO = 1.5
"""Time of the many's hour map, from table to notebook, against the few's."""
MOST_BYTES = {"hour map": 20_000, "line": 200_000}
"""An hour map of 30 days; a line of as many points as a screen shows."""
TRIES = 3

Made = TypeVar("Made")


def charts() -> bool:
    """Print a line a chart, and tell whether the large ones cost no more."""
    print(f"{'chart':10} {'events':>12} {'to table, s':>12} {'to notebook, s':>15} {'bytes':>9}")
    few, many = (_measured(events) for events in (FEW, MANY))
    ratio = many["hour map"][1] / few["hour map"][1]
    print(f"hour map, {MANY:,} events against {FEW:,}: time {ratio:.2f} (bound {MOST_RATIO})")
    return ratio < MOST_RATIO and all(many[name][0] < most for name, most in MOST_BYTES.items())


def _measured(events: int) -> dict[str, tuple[int, float]]:
    """Return size and seconds, from table to notebook, of the charts of so many events."""
    found = {}
    for name, (table, asked), drawn in (
        ("hour map", _hours(events), _hour_map),
        ("line", _line(events), _line_chart),
    ):
        tries = [_timed(lambda drawn=drawn, table=table: _in_notebook(drawn(table))) for _ in range(TRIES)]  # type: ignore[misc]
        size, seconds = min(tries, key=lambda one: one[1])
        print(f"{name:10} {events:12,} {asked:12.3f} {seconds:15.3f} {size:9,}  (bound {MOST_BYTES[name]:,})")
        found[name] = (int(size), seconds)
    return found


def _hours(events: int) -> tuple[pd.DataFrame, float]:
    """Return events by day and hour, summed up by DuckDB, and the seconds that took."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "events.duckdb")
        migrate(store)
        given = {"start": WINDOW.start, "end": WINDOW.end, "zone": WINDOW.zone.key}
        with store.connect() as connection:
            connection.execute(
                """INSERT INTO events (ts, entity_id, state, cause, source)
                SELECT CAST($start AS TIMESTAMPTZ) + to_microseconds(n * CAST(30 * 86400e6 / $count AS BIGINT)),
                    'light.a', 'on', 'unknown', 'made' FROM range($count) AS t(n)""",
                {"start": WINDOW.start, "count": events},
            )
            return _timed(lambda: by_hour(lambda sql: connection.execute(sql, given).df()))


def _hour_map(table: pd.DataFrame) -> go.Figure:
    return hour_map(table, WINDOW)


def _line(events: int) -> tuple[pd.DataFrame, float]:
    """Return a line thinned to what a screen shows, and the seconds that took."""
    values = pd.DataFrame({"time": np.arange(events), "value": np.sin(np.arange(events) / 50)})
    return _timed(lambda: thin(values, value="value"))


def _line_chart(rows: pd.DataFrame) -> go.Figure:
    chart = figure("A line", x="x", y="y")
    chart.add_scatter(x=rows["time"], y=rows["value"], mode="lines")
    return chart


def _in_notebook(chart: go.Figure) -> int:
    """Return the bytes of what `draw` puts into a notebook."""
    return len(json.dumps(plain_texts(json.loads(thin_traces(chart).to_json()))))


def _timed(work: Callable[[], Made]) -> tuple[Made, float]:
    began = time.process_time()
    made = work()
    return made, time.process_time() - began
