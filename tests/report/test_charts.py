"""The template of all charts: text is text, and no chart has more points than a screen shows."""

import json
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeintel.mime import PLOTLY_MIME
from homeintel.report.charts import PALETTE, SYMBOLS, draw, figure, local_wall_clock, thin
from homeintel.report.charts.plain import plain_texts
from homeintel.report.charts.thinning import MOST_POINTS, thin_traces


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    monkeypatch.setattr("homeintel.report.charts.template.display", lambda bundle, **_options: found.append(bundle))
    return found


def test_a_name_is_never_markup_but_our_own_templates_are(drawn: list[dict[str, Any]]) -> None:
    chart = figure("Lamp <b>1</b>", x="day", y="events (count)")
    hover = "%{y} <i><br>%{x}<extra><b></extra>"
    chart.add_scatter(x=["<a href='javascript:1'>x</a>"], y=[1], name="<script>", hovertemplate=hover)
    draw(chart)
    bundle = drawn[0][PLOTLY_MIME]
    assert bundle["layout"]["title"]["text"] == "Lamp &lt;b&gt;1&lt;/b&gt;"
    trace = bundle["data"][0]
    assert trace["x"] == ["&lt;a href='javascript:1'&gt;x&lt;/a&gt;"]
    assert trace["name"] == "&lt;script&gt;"
    assert trace["hovertemplate"] == "%{y} &lt;i><br>%{x}<extra>&lt;b></extra>"
    assert drawn[0]["text/plain"] == "Chart: Lamp <b>1</b>"


@given(st.recursive(st.text() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_no_text_of_any_figure_holds_a_tag(value: Any) -> None:
    text = json.dumps(plain_texts({"data": value})["data"])
    keys = json.dumps(value).count("<")
    assert text.count("<") <= keys
    if not isinstance(value, dict | list):
        assert "<" not in text


def test_a_figure_carries_our_template_and_not_plotlys() -> None:
    empty = figure("a", x="b", y="c")
    assert len(empty.to_json()) < 1_600
    full = empty.layout.template.layout
    assert full.colorway == PALETTE
    assert full.paper_bgcolor == "#ffffff"
    assert len(SYMBOLS) == len(PALETTE)


def test_a_line_of_a_million_points_keeps_its_spikes() -> None:
    values = np.zeros(1_000_000)
    values[345_678], values[765_432] = 9.0, -7.0
    rows = thin(pd.DataFrame({"time": np.arange(1_000_000), "value": values}), value="value")
    assert len(rows) <= MOST_POINTS
    assert (rows["value"].max(), rows["value"].min()) == (9.0, -7.0)
    assert rows["time"].iloc[0] == 0
    assert rows["time"].iloc[-1] == 999_999
    assert rows["time"].is_monotonic_increasing


@given(st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")), min_size=41, max_size=400))
def test_a_thinned_line_has_the_same_extremes(values: list[float]) -> None:
    rows = pd.DataFrame({"value": values})
    kept = thin(rows, 40, value="value")["value"]
    assert len(kept) <= 40
    assert kept.max() == rows["value"].max() or rows["value"].isna().all()
    assert kept.min() == rows["value"].min() or rows["value"].isna().all()


def test_text_is_thinned_evenly_and_short_tables_stay() -> None:
    states = pd.DataFrame({"value": [str(number) for number in range(10_000)]})
    kept = thin(states, 100, value="value")
    assert len(kept) == 100
    assert kept["value"].iloc[[0, -1]].tolist() == ["0", "9999"]
    assert thin(states.head(100), 100) is not states
    assert len(thin(states.head(100), 100)) == 100


def test_whatever_is_drawn_has_no_more_points_than_a_screen_shows_and_says_so(drawn: list[dict[str, Any]]) -> None:
    count = 50_000
    chart = figure("Marks", x="x", y="y")
    chart.add_scatter(x=np.arange(count), y=np.sin(np.arange(count)), mode="lines", name="a line")
    chart.add_scatter(x=list(range(count)), y=["on"] * count, mode="markers", text=[str(n) for n in range(count)])
    chart.add_scatterpolar(theta=np.arange(count), r=np.arange(count), mode="markers")
    draw(chart)
    line, marks, polar = thin_traces(chart).data
    assert [len(line.x), len(line.y)] == [len(line.x)] * 2
    assert len(line.x) <= MOST_POINTS
    assert [len(marks.x), len(marks.y), len(marks.text)] == [MOST_POINTS] * 3
    assert marks.text[-1] == str(count - 1)
    assert len(polar.r) == len(polar.theta) == MOST_POINTS
    assert chart.layout.title.text == "Marks (at most 4,000 marks of each kind)"
    assert len(json.dumps(drawn[0][PLOTLY_MIME])) < 400_000


def test_bars_are_left_alone() -> None:
    chart = go.Figure().add_bar(x=list(range(5000)), y=list(range(5000)))
    assert len(thin_traces(chart).data[0].x) == 5000


def test_times_are_drawn_as_the_homes_wall_clock() -> None:
    times = pd.Series(pd.to_datetime(["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"]))
    assert [str(time) for time in local_wall_clock(times, "Europe/Berlin")] == ["2026-10-25 02:30:00"] * 2
