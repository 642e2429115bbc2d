"""The home's index: a calendar of nights, what changed over them, and nothing that runs."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser

from homeintel.nightly.nights import read_nights
from homeintel.report.home import NightLine, home_values, write_home
from homeintel.store import Store, insert_record
from tests.browser import axe_findings, chromium, visit

EVIL = '"><img src=x onerror=alert(1)>'
NEWEST = date(2026, 11, 8)


def lines(count: int) -> list[NightLine]:
    statuses = ("succeeded", "partial", "failed")
    return [
        NightLine(
            night=NEWEST - timedelta(days=count - 1 - number),
            status=statuses[number % 7 // 5],
            message=EVIL,
            seconds=60,
            events_kept=1000 + number,
            utilisation=0.5 + number / 1000,
            accepted=number // 30,
            counts={"new_suggestions": number % 3, "suggestions": 10, "patterns": 20, "anomalies": 4},
        )
        for number in range(count)
    ]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


def test_a_month_has_its_days_in_weeks_from_monday_on() -> None:
    nights = [NightLine(date(2026, 11, 1), "succeeded"), NightLine(NEWEST, "partial")]
    values = home_values("h", "Europe/Berlin", nights, {"2026-11-08"})
    [month] = values["months"]
    first, second = month["weeks"][:2]
    assert [cell and cell["day"].day for cell in first] == [None] * 6 + [1]
    assert second[6]["there"]
    assert second[6]["line"].status == "partial"
    assert not first[6]["there"]
    assert len(month["weeks"]) == 6
    assert values["newest"].night == NEWEST


def test_a_year_of_nights_is_one_page_that_can_be_read(tmp_path: Path, browser: Browser) -> None:
    (tmp_path / "2026-11-08").mkdir()
    (tmp_path / "2026-11-08" / "index.html").touch()
    write_home(tmp_path, f"home {EVIL}", "Europe/Berlin", lines(365))
    with visit(browser, tmp_path / "index.html", width=390, scheme="dark", past_policy=True) as seen:
        page = seen.page
        assert page.locator("table.month").count() == 13
        assert page.locator(".night").count() == 365
        assert [link.get_attribute("href") for link in page.locator("a.night").all()] == ["2026-11-08/index.html"]
        assert "8" in page.locator("a.night").inner_text()
        assert page.locator("figure").count() == 5
        assert page.locator("img").count() == 0
        assert f"home {EVIL}" in page.locator("h1").inner_text()
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
        assert axe_findings(page) == []
        assert (seen.dialogs, seen.errors) == ([], [])


def test_no_night_yet_is_told(tmp_path: Path) -> None:
    write_home(tmp_path, "home", "Europe/Berlin", [])
    assert "No night yet." in (tmp_path / "index.html").read_text()


def run(store: Store, run_id: str, night: date, **values: object) -> None:
    end = datetime(night.year, night.month, night.day, tzinfo=ZoneInfo("Europe/Berlin"))
    row = {
        "run_id": run_id, "params_file": "p", "window_start": end - timedelta(days=30), "window_end": end,
        "started_at": end + timedelta(hours=3), "finished_at": end + timedelta(hours=4), "status": "succeeded",
        "events_kept": 7, "message": "m", "version": "0", **values,
    }  # fmt: skip
    with store.transaction() as connection:
        insert_record(connection, "job_runs", row)


def test_a_night_counts_once_by_its_last_run_and_an_answer_by_the_latest(store: Store) -> None:
    run(store, "a", date(2026, 11, 6))
    run(store, "b1", date(2026, 11, 7), superseded=True)
    run(store, "b2", date(2026, 11, 7), status="partial", events_kept=None)
    run(store, "c", NEWEST)
    with store.transaction() as connection:
        for identity, answer, day in (("s1", "accept", 6), ("s2", "accept", 7), ("s1", "dismiss", 8)):
            given = {"suggestion_id": identity, "answer": answer, "given_at": datetime(2026, 11, day, 1, tzinfo=UTC), "source": "cli"}  # fmt: skip
            insert_record(connection, "feedback", given)
    with store.connect() as connection:
        nights = read_nights(connection, ZoneInfo("Europe/Berlin"))
        newest = read_nights(connection, ZoneInfo("Europe/Berlin"), most=1)
    assert [(line.night.day, line.status, line.events_kept) for line in nights] == [
        (6, "succeeded", 7), (7, "partial", None), (8, "succeeded", 7),
    ]  # fmt: skip
    assert [line.accepted for line in nights] == [1, 2, 1]
    assert [line.night.day for line in newest] == [8]
    assert nights[0].utilisation is None
    assert nights[0].counts["suggestions"] == 0
