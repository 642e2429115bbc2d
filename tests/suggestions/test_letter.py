import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from homeintel.report.charts.suggestions import backtest_chart, funnel_chart, ranking_chart
from homeintel.store import Store
from homeintel.suggestions import letter, telling
from homeintel.suggestions import phase as room
from homeintel.suggestions.save import funnel_rows, suggestion_rows
from homeintel.suggestions.views import (
    backtest_table,
    changes_table,
    departed_table,
    open_rows,
    suggestion_table,
)
from homeintel.suggestions.wording import Worded
from tests.suggestions import homes

EVIL = "<script>alert(1)</script>"


class Shown:
    """Keeps what a notebook would show."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.html: list[str] = []
        self.charts: list[Any] = []
        monkeypatch.setattr(letter, "show_mime", self._mime)
        monkeypatch.setattr(letter, "show_text", self.html.append)
        monkeypatch.setattr(letter, "draw", self.charts.append)

    def _mime(self, bundle: Mapping[str, Any]) -> None:
        self.html.append(bundle["text/html"])


def rows_of(store: Store, tmp_path: Path, **pattern: Any) -> tuple[pd.DataFrame, Any, Any]:
    homes.start_run(store, "run-1")
    homes.write(store, "patterns", [homes.pattern("p1", **pattern)])
    homes.write(store, "events", homes.routine_events(skipped=[25]))
    homes.write(store, "anomalies", [homes.anomaly("silent", "sensor.bath")])
    entity = {
        "entity_id": "light.kitchen",
        "ieee_address": "1",
        "component": "light",
        "enabled": True,
        "source": "registry",
    }
    homes.write(store, "entities", [entity | {"name": EVIL}])
    phase = homes.phase(store, homes.settings(tmp_path))
    material = room.load(phase)
    suggestions = room.suggest(phase, material, room.load_past(phase, material))
    return suggestion_rows(suggestions, material.memory, phase.window.end, Worded()), suggestions, material


def test_the_letter_holds_everything_a_person_needs_and_names_are_text(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, suggestions, material = rows_of(store, tmp_path)
    shown = Shown(monkeypatch)
    letter.write_letter(rows, suggestions, material.names, "Europe/Berlin", "my home.yaml")
    page = "".join(shown.html)
    identity = rows["suggestion_id"][0]
    assert EVIL not in page
    assert "&lt;script&gt;" in page
    assert "Confidence 93% (80% to 99%)" in page
    assert f"homeintel feedback accept {identity} --params &#x27;my home.yaml&#x27;\n" in page
    assert f"homeintel feedback dismiss {identity} --params" in page
    assert "you did the same by hand 27 of 28 times" in page
    assert "In the last 7 days, which it was not fitted on, you did so 6 of 7 times." in page
    assert "- id: homeintel_" in page
    assert 'Evidence: <a href="03_pattern_detection.html#Routines">' in page
    assert len(shown.charts) == 2
    days = [day for trace in shown.charts[0].data for day in trace.x]
    assert len(days) == 28


@pytest.mark.parametrize(
    ("notebook", "section"),
    [
        ("03_pattern_detection", "Routines"),
        ("03_pattern_detection", "Pairs"),
        ("03_pattern_detection", "Anomalies"),
        ("04_feature_analysis", "What is worth trying"),
    ],
)
def test_the_sections_that_evidence_points_to_exist(notebook: str, section: str) -> None:
    path = Path(__file__).parents[2] / "notebooks" / f"{notebook}.ipynb"
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    headings = [
        line for cell in cells if cell["cell_type"] == "markdown" for line in "".join(cell["source"]).splitlines()
    ]
    assert f"## {section}" in headings


def test_an_empty_night_says_so(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows, suggestions, material = rows_of(store, tmp_path)
    shown = Shown(monkeypatch)
    letter.write_letter(rows.head(0), suggestions, material.names, "Europe/Berlin", "my home.yaml")
    assert shown.html == ["Nothing to suggest tonight; the last section says what was looked at."]


def test_nights_are_told_by_their_local_date(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows, suggestions, material = rows_of(store, tmp_path)
    shown = Shown(monkeypatch)
    letter.write_letter(rows.assign(status="repeated"), suggestions, material.names, "Europe/Berlin", "home.yaml")
    assert "Suggested since the night of 2026-09-28." in shown.html[0]


def test_what_only_stands_back_tonight_is_told_with_the_reason(store: Store, tmp_path: Path) -> None:
    rows, _, _ = rows_of(store, tmp_path)
    last = [{"suggestion_id": name, "title": name} for name in (rows["suggestion_id"][0], "lower", "lost")]
    table = departed_table(rows, last, {"lower": "10 others rank higher"})
    assert table.to_dict("records") == [
        {"title": "lower", "why": "10 others rank higher", "suggestion_id": "lower"},
        {"title": "lost", "why": "what it came from is missing tonight", "suggestion_id": "lost"},
    ]


def test_charts_and_tables_say_the_same(store: Store, tmp_path: Path) -> None:
    rows, suggestions, _ = rows_of(store, tmp_path)
    opened = open_rows(rows)
    ranking = ranking_chart(opened)
    assert sorted(score for trace in ranking.data for score in trace.x) == sorted(opened["score"])
    assert EVIL not in ranking.to_json()
    replayed = backtest_table(opened).to_dict("records")
    assert [(row["unwanted"], row["precision"]) for row in replayed] == [(1, 0.9643)]
    marks = sum(len(trace.x) for trace in backtest_chart(opened, "Europe/Berlin").data)
    assert marks == 7
    assert list(suggestion_table(opened)["interval"]) == ["0.80 to 0.99", "-"]
    assert list(changes_table(rows)["status"]) == ["new", "new"]
    funnel = funnel_rows(suggestions)
    assert list(funnel_chart(funnel).data[0].x) == list(funnel["candidates"])


def test_charts_of_nothing_are_empty_not_broken(store: Store, tmp_path: Path) -> None:
    rows, _, _ = rows_of(store, tmp_path)
    empty = rows.head(0)
    assert len(ranking_chart(empty).data) == 0
    assert sum(len(trace.x) for trace in backtest_chart(empty, "Europe/Berlin").data) == 0
    assert backtest_table(empty).empty
    assert suggestion_table(empty).empty


def test_five_hundred_suggestions_are_a_readable_chart_of_the_first(store: Store, tmp_path: Path) -> None:
    rows, _, _ = rows_of(store, tmp_path)
    many = pd.concat([rows.head(1).assign(rank=rank) for rank in range(1, 501)], ignore_index=True)
    for chart in (ranking_chart(many), backtest_chart(many, "Europe/Berlin")):
        assert "(the first 25 of 500)" in chart.layout.title.text
        assert chart.layout.height <= 1000
    assert len(suggestion_table(many)) == 500


def test_a_reminder_is_told_as_one() -> None:
    tally = {"agreed": 10, "earlier": 15, "wrong": 3, "undone": 0, "fired": 13, "precision": 0.9}
    told = telling.backtest_sentence(
        {"days": 28, "reminder": True, "window": tally, "held_out": tally, "held_out_days": 7}
    )
    assert told == "Over 28 days you did it by yourself 25 of 28 times; it would have reminded you 3 times."
