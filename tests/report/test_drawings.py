"""Drawings: what stands where, and the same numbers as a table."""

import re
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeintel.report.drawings.bars import funnel
from homeintel.report.drawings.day import DayRow, day
from homeintel.report.drawings.lags import BINS, lags
from homeintel.report.drawings.routine import routine
from homeintel.report.drawings.scale import MOST_TICKS, Scale, day_ticks, ticks
from homeintel.report.drawings.timeline import Span, timeline
from homeintel.report.drawings.trend import trend
from homeintel.report.words import number, percent

ZONE = ZoneInfo("Europe/Berlin")
EVIL = '<script>alert(1)</script>"'


def marks(svg: str, look: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(rf'class="m-{look}" x="([\d.]+)%" y="([\d.]+)"', svg)]


def evidence() -> dict[str, Any]:
    return {
        "kept_on": ["2026-10-09", "2026-10-11"],
        "seconds_from_centre": [0, -600],
        "missed_on": ["2026-10-10"],
        "tolerance_minutes": 20.0,
    }


def test_a_routine_has_a_mark_a_day_and_missed_days_on_a_lane_of_their_own() -> None:
    drawn = routine("r", evidence(), 20 * 60 + 25, date(2026, 10, 9), 10, "Europe/Berlin")
    on_time, early = marks(drawn.svg, "o")
    assert (on_time[0], early[0]) == (5.0, 25.0)
    assert early[1] > on_time[1]
    [missed] = marks(drawn.svg, "x")
    assert missed[0] == 15.0
    assert missed[1] > early[1]
    assert drawn.table.rows == [("Fri 9 Oct", "20:25"), ("Sat 10 Oct", "not done"), ("Sun 11 Oct", "20:15")]
    assert drawn.title == "Day by day (local time, Europe/Berlin)"
    assert "Done on 2 days within 20 minutes" in drawn.description


def test_a_routine_by_the_sun_is_told_from_its_usual_time() -> None:
    drawn = routine("r", evidence(), None, date(2026, 10, 9), 10, "Europe/Berlin")
    assert [when for _, when in drawn.table.rows] == ["+0 min", "not done", "-10 min"]


def test_lags_are_counted_in_bars_and_none_is_lost() -> None:
    drawn = lags("l", [0.0, 1.0, 1.5, 59.9, 60.0], 60.0, 2.4)
    assert sum(int(count) for _, count in drawn.table.rows) == 5
    assert drawn.svg.count('class="bar"') == BINS
    assert drawn.svg.count('class="chance"') == 1
    assert "5 occasions, half of them within 1.5 seconds; by chance 0.1 in each bar" in drawn.description
    assert lags("l", [600.0], 1200.0, 0.0).title == "How long after (minutes; occasions)"


def test_a_day_places_routines_by_local_time_and_marks_what_is_automated() -> None:
    rows = [DayRow(EVIL, 360, 10, "9 of 10", automated=False), DayRow("Lock door", 1435, 20, "5 of 9", automated=True)]
    drawn = day("d", rows, "Europe/Berlin")
    assert [x for x, _ in marks(drawn.svg, "o")] == [25.0]
    assert [x for x, _ in marks(drawn.svg, "d")] == [99.65]
    assert "<script" not in drawn.svg
    assert "&lt;script&gt;" in drawn.svg
    assert drawn.table.rows[1] == ("Lock door", "23:55", "20", "5 of 9", "yes")


def test_a_span_that_lasts_ends_in_an_arrow_and_one_that_began_before_stands_at_the_border() -> None:
    spans = [
        Span("lasts", datetime(2026, 10, 14, 22, tzinfo=UTC), None),
        Span("over", datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 10, 10, 22, tzinfo=UTC)),
    ]
    drawn = timeline("t", spans, date(2026, 10, 10), 10, ZONE)
    assert [x for x, _ in marks(drawn.svg, "t")] == [50.0, 0.0]
    assert [x for x, _ in marks(drawn.svg, "a")] == [100.0]
    assert drawn.table.rows == [("lasts", "15 Oct, 00:00", "it lasts"), ("over", "1 Oct, 02:00", "11 Oct, 00:00")]


def test_a_funnel_shows_each_step_with_its_nearest_miss() -> None:
    drawn = funnel("f", "From a to b", [("read", 999, ""), ("kept", 9, EVIL), ("told", 0, "")])
    widths = [float(width) for width in re.findall(r'class="bar" x="0%" y="\d+" width="([\d.]+)%"', drawn.svg)]
    assert widths == [100.0, pytest.approx(33.33), 0.0]
    assert drawn.table.rows[1] == ("kept", "9", EVIL)
    assert "<script" not in drawn.svg


def test_a_trend_is_broken_where_a_figure_is_missing() -> None:
    nights = [(date(2026, 11, number), share) for number, share in enumerate([0.5, 0.6, None, 0.7, 0.8], start=1)]
    drawn = trend("u", "In use", nights, percent)
    assert drawn.svg.count('class="line"') == 2
    assert len(marks(drawn.svg, "o")) == 4
    assert drawn.description == "From 50 % on 1 Nov to 80 % on 5 Nov."
    assert drawn.table.rows[2] == ("Tue 3 Nov 2026", "-")


def test_a_trend_of_one_value_and_of_a_year_can_be_drawn() -> None:
    flat = trend("e", "Events", [(date(2026, 11, 1), 0.0), (date(2026, 11, 2), 0.0)], number)
    assert flat.svg.count('class="line"') == 1
    year = [(date.fromordinal(date(2026, 1, 1).toordinal() + day), float(day)) for day in range(365)]
    drawn = trend("e", "Events", year, number)
    assert marks(drawn.svg, "o") == []
    assert drawn.svg.count('class="line"') == 364


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_ticks_are_few_round_and_inside(low: float, span: float) -> None:
    found = ticks(low, low + span)
    assert 0 < len(found) <= MOST_TICKS + 1
    assert all(low - 1e-6 * span <= tick <= low + span + 1e-6 * span for tick in found)


@given(st.floats(0, 10), st.floats(11, 20), st.floats(-100, 100))
def test_a_scale_keeps_its_range(low: float, high: float, value: float) -> None:
    assert 0 <= Scale(low, high, 0, 100)(value) <= 100
    assert Scale(low, high, 0, 100)(low) == 0
    assert Scale(low, high, 0, 100)(high) == 100


def test_days_are_named_by_mondays_of_a_month_and_months_of_a_year() -> None:
    assert day_ticks(date(2026, 10, 9), 30) == [3, 10, 17, 24]
    assert len(day_ticks(date(2026, 1, 1), 365)) == 6
    assert day_ticks(date(2026, 10, 2), 46) == [30]
