"""What the notebook shows of a small history, in the home's local time."""

from datetime import date
from pathlib import Path

import pandas as pd

from homeintel.events import views
from homeintel.report.charts import events as charts
from tests.events.histories import night

HISTORY = [
    ("2026-11-05T23:30:00+00:00", "light.hall", "on"),  # 00:30 on the 6th in Berlin
    ("2026-11-06T17:00:00+00:00", "light.hall", "off"),
    ("2026-11-06T17:00:01+00:00", "light.hall", "off"),
    ("2026-11-06T17:30:00+00:00", "sensor.power", "5"),
    ("2026-11-06T18:00:00+00:00", "light.attic", "unavailable"),
]


def test_each_table_holds_what_it_says(tmp_path: Path) -> None:
    phase, _ = night(tmp_path, HISTORY, end=date(2026, 11, 9), days=3)

    seen = views.look(phase)

    assert [(str(day)[:10], hour, count) for day, hour, count in seen.hours.itertuples(index=False)] == [
        ("2026-11-06", 0, 1),
        ("2026-11-06", 18, 1),
    ]
    by_day = views.by_day(seen.hours, phase.window)
    assert list(by_day.itertuples(index=False, name=None)) == [("2026-11-06", 2), ("2026-11-07", 0), ("2026-11-08", 0)]
    assert dict(zip(seen.funnel["step"], seen.funnel["points"], strict=True)) == {
        "points read": 5,
        "numeric points": 1,
        "rows the numbers were reduced to": 1,
        "points with discrete states": 4,
        "not available or unknown, kept as gaps": 1,
        "the same state again, dropped": 1,
        "changes kept as events": 2,
    }
    assert list(seen.busiest.itertuples(index=False, name=None)) == [("light.hall", 2, 2 / 3, 1.0)]
    assert set(seen.causes[["cause", "cause_reason", "events"]].itertuples(index=False, name=None)) == {
        ("unknown", "the first state seen", 1),
        ("unknown", "the source holds no contexts", 1),
    }
    attic = seen.gaps[seen.gaps["entity_id"] == "light.attic"]
    assert list(attic["started_at"]) == [pd.Timestamp("2026-11-06 19:00")]
    assert list(attic["ended_at"].isna()) == [True]
    assert list(attic["hours"]) == [53.0]  # to the window's end
    assert list(seen.fetches["day"]) == ["2026-11-05", "2026-11-06"]
    assert list(seen.fetches["points_read"]) == [1, 4]


def test_charts_show_every_day_and_every_gap_to_its_end(tmp_path: Path) -> None:
    phase, _ = night(tmp_path, HISTORY, end=date(2026, 11, 9), days=3)
    seen = views.look(phase)

    hours = charts.hour_map(seen.hours, phase.window).data[0]
    assert list(hours.x) == ["2026-11-06", "2026-11-07", "2026-11-08"]
    assert [list(row) for row in hours.z][18] == [1, 0, 0]

    spans = charts.gap_spans(seen.gaps, phase.window, first=views.WHOLE_HOME)
    ends = {
        (trace.name, name): str(end)[:16]
        for trace in spans.data
        for name, end in zip(trace.y[1::3], trace.x[1::3], strict=True)
    }
    assert ends["unavailable", "light.attic"] == "2026-11-09 00:00"
    assert list(spans.layout.yaxis.categoryarray)[-1] == "light.attic"
    assert list(spans.layout.yaxis.categoryarray)[:-1] in ([], [views.WHOLE_HOME])
