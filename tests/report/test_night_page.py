"""A night's page from rows: what it says first, and what it says when there is little or something is odd."""

import logging
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from homeintel.errors import ReportPageError
from homeintel.nightly.execute import Execution
from homeintel.nightly.report import write_night_page
from homeintel.nightly.run import Night
from homeintel.nightly.summary import Summary
from homeintel.phase import PHASES, Outcome, Window
from homeintel.settings import load_settings
from homeintel.store import Store, insert_record
from tests.nightly.homes import store_of, write_params

END = datetime(2026, 11, 7, 23, tzinfo=UTC)
EVIDENCE = (
    '{"kept_on": ["2026-11-04"], "seconds_from_centre": [60], "missed_on": ["2026-11-05"], "tolerance_minutes": 10}'
)


@pytest.fixture
def night(tmp_path: Path) -> Night:
    settings = load_settings(write_params(tmp_path))
    made = Night(settings, Window.of(settings), store_of(settings), "now", tmp_path, logging.getLogger("n"), ())
    for name in PHASES:
        made.executions[name] = Execution(Outcome("succeeded", 1, "<b>well</b>"), 1.0, tmp_path / "none.ipynb")
        made.peaks[name] = 100.0
    run(made.store, "now", END)
    return made


def run(store: Store, run_id: str, end: datetime) -> None:
    times = {"window_start": end - timedelta(days=5), "window_end": end, "started_at": end}
    with store.transaction() as connection:
        insert_record(
            connection, "job_runs", {"run_id": run_id, "params_file": "p", "status": "partial", "version": "0", **times}
        )


def add(store: Store, table: str, **values: Any) -> None:
    with store.transaction() as connection:
        insert_record(connection, table, values)


def suggest(store: Store, identity: str, rank: int, status: str, run_id: str = "now") -> None:
    add(
        store, "suggestions", run_id=run_id, suggestion_id=identity, rank=rank, kind="pattern", title=f"Turn on {identity}",
        description="Done by hand.", entity_ids=["light.a"], ieee_addresses=[], pattern_id="p1", confidence=0.9, impact=0.5,
        score=0.4, status=status, first_suggested=END - timedelta(days=9), wording="template", confidence_low=0.7,
        confidence_high=0.97, automation_yaml="- id: homeintel_a",
    )  # fmt: skip


def find(store: Store, evidence: str, run_id: str = "now", pattern_id: str = "p1") -> None:
    add(
        store, "patterns", run_id=run_id, pattern_id=pattern_id, kind="time_of_day", entity_id="light.a", state="on", days="all",
        minute_of_day=1225.0, spread_minutes=4.0, occurrences=4, opportunities=5, confidence=0.8, confidence_low=0.4,
        confidence_high=0.96, expected=0.5, p_value=0.01, q_value=0.02, already_automated=False, evidence=evidence,
    )  # fmt: skip


def page(night: Night, status: Any = "succeeded", problems: tuple[str, ...] = ()) -> str:
    summary = Summary("now", status, night.window, None, None, 1, 0, 0, 2, 0, 12.3, 300.4, night.folder, problems)
    write_night_page(night, summary)
    return (night.folder / "report.html").read_text(encoding="utf-8")


def test_a_night_without_anything_says_what_to_look_at(night: Night) -> None:
    text = page(night, "partial", ("events failed: <i>the source</i> is away.",))
    assert "Nothing to suggest tonight" in text
    assert "events failed: &lt;i&gt;the source&lt;/i&gt; is away." in text
    assert 'class="status partial"' in text
    assert "Sunday, 8 November 2026" in text
    assert "3 Nov to 7 Nov 2026 (5 days)" in text
    assert "&lt;b&gt;well&lt;/b&gt;" in text
    assert "No routine was found" in text
    assert "Nothing was out of the ordinary." in text
    assert "in 12 seconds, with at most 300 MB" in text


def test_what_is_new_comes_first_and_what_was_answered_is_told(night: Night) -> None:
    find(night.store, EVIDENCE)
    suggest(night.store, "old", 1, "repeated")
    suggest(night.store, "fresh", 2, "new")
    suggest(night.store, "taken", 3, "accepted")
    text = page(night)
    assert "1 suggestion is new: this is the first night" in text
    assert text.index('<a href="#fresh">') < text.index('id="old"') < text.index('id="fresh"')
    assert '<a href="#old">' not in text
    assert "since 30 Oct" in text
    assert "Accepted</span> Turn on taken" in text
    assert text.count('id="evidence-1"') == 1
    assert "4 of 5" in text


def test_against_the_night_before_what_is_new_is_counted(night: Night) -> None:
    run(night.store, "before", END - timedelta(days=1))
    find(night.store, EVIDENCE, "before")
    find(night.store, EVIDENCE)
    find(night.store, EVIDENCE, pattern_id="p2")
    for identity, run_id in (("a1", "before"), ("a1", "now"), ("a2", "now")):
        add(
            night.store, "anomalies", run_id=run_id, anomaly_id=identity, kind="stuck", entity_id="light.a", score=0.9,
            started_at=END - timedelta(days=2), ended_at=END - timedelta(days=1), observed="on for 3 days",
        )  # fmt: skip
    suggest(night.store, "old", 1, "repeated")
    text = page(night)
    assert "Nothing new tonight. 1 suggestion waits for your answer. 1 thing needs a look." in text
    assert "1 of them is new since the night before" in text
    assert text.count("on for 3 days") == 3  # a note on the new one, and the table's two rows


def test_a_page_that_can_not_be_made_says_so_and_leads_to_the_notebooks(night: Night) -> None:
    find(night.store, '{"lags_seconds": [1, 2]}')  # no window
    suggest(night.store, "fresh", 1, "new")
    (night.folder / "none.ipynb").write_text('{"cells": []}')
    night.pages["patterns"] = "03_pattern_detection.html"
    with pytest.raises(ReportPageError, match=r"could not be made \(KeyError: 'window_seconds'\)"):
        page(night)
    text = (night.folder / "index.html").read_text(encoding="utf-8")
    assert "could not be made" in text
    assert '<a href="03_pattern_detection.html">patterns</a>' in text
    assert date(2026, 11, 8) == night.window.end_day
