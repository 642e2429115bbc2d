"""A whole night on a small home: what it leaves, what it says, and what a second one of the same date does."""

import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest

from homeintel.store import read_copy_path
from tests.browser import rendered
from tests.nightly.homes import write_params

PAGES = [
    "01_device_capabilities", "02_fetch_events", "03_pattern_detection", "04_feature_analysis",
    "05_combined_suggestions", "06_publish",
]  # fmt: skip


def run(params: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "homeintel", "run", "--params", params.name]
    return subprocess.run(command, capture_output=True, text=True, timeout=280, check=False, cwd=params.parent)


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[subprocess.CompletedProcess[str]]]:
    """Two nights of the same date, in a folder with a space."""
    folder = tmp_path_factory.mktemp("a home") / "of mine"
    folder.mkdir()
    params = write_params(folder)
    return folder, [run(params), run(params)]


@pytest.fixture
def report(nights: tuple[Path, list[subprocess.CompletedProcess[str]]]) -> Path:
    return nights[0] / "reports" / "small" / "2026-11-08"


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(
        self,
        tag: str,  # noqa: ARG002 - the parser's own signature
        attrs: list[tuple[str, str | None]],
    ) -> None:
        self.found += [
            value for name, value in attrs if name in {"href", "src"} and value and not value.startswith("#")
        ]


def links(page: Path) -> list[str]:
    parser = _Links()
    parser.feed(page.read_text(encoding="utf-8"))
    return parser.found


def test_both_succeed_with_a_plain_line_a_phase_and_a_summary(
    nights: tuple[Path, list[subprocess.CompletedProcess[str]]],
) -> None:
    for answer in nights[1]:
        assert answer.returncode == 0, answer.stdout + answer.stderr
        assert answer.stderr == ""
        lines = answer.stdout.splitlines()
        assert [line.split(":")[0] for line in lines[:6]] == [
            "1/6 capabilities", "2/6 events", "3/6 patterns", "4/6 features", "5/6 suggestions", "6/6 publish",
        ]  # fmt: skip
        assert re.fullmatch(r"Night 2026-11-08 succeeded in [\d.]+ s, at most \d+ MB\.", lines[6])
        assert lines[-1].endswith("reports/small/2026-11-08/index.html")


def test_the_folder_holds_the_record_and_nothing_half_written(report: Path) -> None:
    assert {path.name for path in report.iterdir()} == {
        *(f"{name}.html" for name in PAGES), "index.html", "report.html", "notebooks", "run.log", "snapshot.duckdb",
    } | ({path.name for path in report.glob("*.y*ml")}) | ({path.name for path in report.glob("blueprints")})  # fmt: skip
    assert {path.name for path in (report / "notebooks").iterdir()} == {f"{name}.ipynb" for name in PAGES}
    assert {path.name for path in report.parent.iterdir()} == {"2026-11-08", "assets", "index.html"}
    assert len(list((report.parent / "assets").iterdir())) == 1


def test_every_link_of_every_page_leads_somewhere_inside(report: Path) -> None:
    for page in [*report.glob("*.html"), report.parent / "index.html"]:
        for link in links(page):
            assert not link.startswith(("http:", "https:", "//")), f"{page.name}: {link}"
            assert (page.parent / link.split("#")[0]).exists(), f"{page.name}: {link}"


def test_the_charts_of_each_page_are_drawn_offline(report: Path, tmp_path: Path) -> None:
    document = rendered(report / "03_pattern_detection.html", tmp_path / "profile")
    assert document.count('class="chart') >= 1
    assert document.count("main-svg") >= document.count('class="chart')


def test_the_record_the_log_and_the_words_tell_the_same_figures(
    nights: tuple[Path, list[subprocess.CompletedProcess[str]]], report: Path
) -> None:
    with duckdb.connect(str(nights[0] / "data" / "home.duckdb"), read_only=True) as connection:
        runs = connection.execute(
            "SELECT status, superseded, points_read, events_kept, message FROM job_runs ORDER BY started_at"
        ).fetchall()
        phases = connection.execute("SELECT run_id, count(*) FROM job_phases GROUP BY run_id").fetchall()
        events = connection.execute("SELECT count(*) FROM events").fetchone()
    assert [(status, superseded) for status, superseded, *_ in runs] == [("succeeded", True), ("succeeded", False)]
    assert [number for _, number in phases] == [6, 6]
    _, _, read, kept, message = runs[1]
    assert (kept,) == events
    assert f"points read: {read:,}; events kept: {kept:,};" in message
    assert message[1:] in nights[1][1].stdout
    assert message[1:] in (report / "run.log").read_text()


def test_running_again_adds_no_rows(nights: tuple[Path, list[subprocess.CompletedProcess[str]]]) -> None:
    with duckdb.connect(str(nights[0] / "data" / "home.duckdb"), read_only=True) as connection:
        last = connection.execute("SELECT run_id FROM job_runs ORDER BY started_at DESC LIMIT 1").fetchone()
        for table in ("patterns", "anomalies", "device_feature_usage", "suggestions", "detection_funnel"):
            owners = connection.execute(f"SELECT DISTINCT run_id FROM {table}").fetchall()
            assert owners in ([], [last]), table
        repeats = connection.execute(
            "SELECT count(*) FROM (SELECT ts, entity_id FROM events GROUP BY ALL HAVING count(*) > 1)"
        ).fetchone()
    assert repeats == (0,)


def test_the_copies_can_be_read(nights: tuple[Path, list[subprocess.CompletedProcess[str]]], report: Path) -> None:
    with duckdb.connect(str(read_copy_path(nights[0] / "data" / "home.duckdb")), read_only=True) as connection:
        assert (connection.execute("SELECT count(*) FROM events").fetchone() or (0,))[0] > 0
    with duckdb.connect(str(report / "snapshot.duckdb"), read_only=True) as connection:
        assert connection.execute("SELECT status FROM job_runs WHERE NOT superseded").fetchall() == [("succeeded",)]
        assert connection.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'events'").fetchone() == (0,)


def test_the_executed_notebooks_stand_alone(report: Path) -> None:
    for name in PAGES:
        notebook = json.loads((report / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))
        text = json.dumps(notebook)
        assert "Settings in force" in text, name
        errors = [
            output
            for cell in notebook["cells"]
            for output in cell.get("outputs", ())
            if output["output_type"] == "error" or output.get("name") == "stderr"
        ]
        assert errors == [], name
