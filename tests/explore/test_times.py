"""One entity's times and one thing after another, against what the night stored about them."""

import json
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from homeintel.explore.found import Found
from homeintel.explore.times import actions, followed, on_days, raster_rows, states_of, triggers
from homeintel.patterns.history import History
from homeintel.report.charts import explore as charts
from homeintel.report.charts.plain import plain_texts

EVIL = '"><img src=x onerror=alert(1)>'


def habit_day(day: date, from_due: float) -> str:
    """Return the day a mark counts for: 00:03 belongs to yesterday's 23:58."""
    return (day + timedelta(days=int(from_due > 720) - int(from_due < -720))).isoformat()


def test_marks_of_a_routine_are_the_days_the_night_kept(found: Found, history: History) -> None:
    routines = found.patterns[found.patterns["kind"] != "co_occurrence"].to_dict("records")
    assert len(routines) >= 5
    for routine in routines:
        named = {str(key): value for key, value in routine.items()}
        rows = raster_rows(history, routine["entity_id"], routine["state"], [named])
        kept = rows[rows["routine"] == 1]
        days = {
            habit_day(day, minute - routine["minute_of_day"])
            for day, minute in zip(kept["day"], kept["minute"], strict=True)
        }
        assert days == set(json.loads(routine["evidence"])["kept_on"])
        assert rows["day"].nunique() == 30


def test_a_thing_without_times_has_empty_days(history: History) -> None:
    rows = raster_rows(history, "light.nowhere", "on", [])
    assert len(rows) == 30
    assert rows["minute"].isna().all()
    assert rows["weekday"].tolist() == [(4 + day) % 7 for day in range(30)]  # 9 October 2026 is a Friday


def test_what_follows_is_counted_as_the_detector_counts(found: Found, history: History) -> None:
    pairs = found.patterns[(found.patterns["kind"] == "co_occurrence") & (found.patterns["days"] == "all")]
    plain = pairs[pairs["conditions"].isna()]
    assert len(plain) >= 1
    for pair in plain.to_dict("records"):
        window = json.loads(pair["evidence"])["window_seconds"]
        trigger, action = (pair["trigger_entity_id"], pair["trigger_state"]), (pair["entity_id"], pair["state"])
        result = followed(history, trigger, action, window=window)
        assert result is not None
        assert (len(result.lags), result.occasions) == (pair["occurrences"], pair["opportunities"])
        assert float(np.median(result.lags)) == pytest.approx(pair["lag_seconds"])
        assert result.low == pytest.approx(pair["confidence_low"])
        assert result.chance * result.occasions == pytest.approx(pair["expected"], rel=1e-6)


def test_what_never_happened_has_no_lags(history: History) -> None:
    known = actions(history)[0]
    assert followed(history, ("light.nowhere", "on"), (known, states_of(history, known)[0]), window=60) is None


def test_weekdays_and_weekends_together_are_all_days(history: History) -> None:
    stream = max(history.streams, key=lambda stream: len(stream.time))
    parts = [on_days(history, stream, days) for days in ("weekday", "weekend")]
    assert sorted(np.concatenate([part.time for part in parts])) == sorted(stream.time)
    assert min(len(part.time) for part in parts) > 0


def test_only_actuators_act_and_no_number_triggers(history: History) -> None:
    domains = {entity.partition(".")[0] for entity in actions(history)}
    assert domains <= {"light", "switch", "cover", "lock", "fan", "climate", "select", "siren"}
    assert "binary_sensor" in {entity.partition(".")[0] for entity in triggers(history)}
    assert set(actions(history)) & set(triggers(history))


def test_charts_show_what_they_are_given(history: History) -> None:
    entity = actions(history)[0]
    rows = raster_rows(history, entity, states_of(history, entity)[0], [])
    chart = charts.times_by_day(rows, [], "title", "Europe/Berlin")
    assert len(chart.data[0].x) == rows["minute"].notna().sum()
    assert "local time, Europe/Berlin" in chart.layout.xaxis.title.text
    bars = charts.lags(np.array([1.0, 1.5, 59.0]), 60.0, 0.1, 20, "a, then b")
    assert bars.data[0].y.sum() == 3
    assert bars.data[1].y == (pytest.approx(20 * 0.1 / 24),) * 2


def test_text_from_the_house_is_no_markup_in_a_chart(history: History) -> None:
    entity = actions(history)[0]
    rows = raster_rows(history, entity, states_of(history, entity)[0], [])
    gates = pd.DataFrame({"detector": ["routines"], "step": [EVIL], "candidates": [3]})
    for chart in (
        charts.times_by_day(rows, [EVIL], EVIL, "Europe/Berlin"),
        charts.lags(np.array([1.0]), 60.0, 0.1, 2, EVIL),
        charts.two_funnels(gates, gates),
    ):
        drawn = json.dumps(plain_texts(json.loads(chart.to_json())))
        assert "&lt;img" in drawn
        assert "<img" not in drawn
        assert "&amp;lt;" not in drawn
