"""A whole night of a home whose names are attacks, its pages looked at in Chromium: nothing runs, and all can be read."""

import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import pytest
from playwright.sync_api import Browser, Page

from homeintel.report.night import PAGES as NIGHT_PAGES
from tests.browser import axe_findings, chromium, visit
from tests.report.evil import HOME_NAME, NAMES, NIGHT, write_evil_home

NOTEBOOKS = (
    "01_device_capabilities", "02_fetch_events", "03_pattern_detection", "04_feature_analysis",
    "05_combined_suggestions", "06_publish",
)  # fmt: skip
PAGES = ("../index.html", "report.html", *(f"{name}.html" for name in NOTEBOOKS))
SHOWN = {
    "../index.html": HOME_NAME,
    "report.html": NAMES["hall light"],
    "01_device_capabilities.html": NAMES["hall light"],
    "04_feature_analysis.html": NAMES["hall light"],
    "05_combined_suggestions.html": NAMES["hall light"],
    "06_publish.html": NAMES["TV plug"],
}
"""A name that must be read on a page; phases 2 and 3 show entity ids only."""

DAY = {"rgb(86, 96, 108)", "rgb(34, 34, 34)"}
DARK = {"rgb(167, 176, 186)", "rgb(231, 234, 238)"}
INSIDE_BARS = {"rgb(255, 255, 255)", "rgb(68, 68, 68)"}
"""Colours of a chart's letters; plotly chooses those inside a bar by the bar's own colour."""

MOST_BYTES = 6_000_000


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The night's folder."""
    params = write_evil_home(tmp_path_factory.mktemp("evil"))
    command = [sys.executable, "-m", "homeintel", "run", "--params", str(params)]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    [folder] = params.parent.glob(f"reports/*/{NIGHT}")
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


class Seen(HTMLParser):
    """Ids, links and the attributes of a page."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.handlers: list[str] = []
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.ids.add(value)
            if name in {"href", "src"} and value:
                self.links.append(value)
            if name.startswith("on"):
                self.handlers.append(f"{tag} {name}")


@pytest.mark.parametrize("name", PAGES)
def test_what_the_house_calls_itself_is_text_and_fits_a_phone(night: Path, browser: Browser, name: str) -> None:
    assert Seen(night / name).handlers == []
    with visit(browser, (night / name).resolve()) as seen:
        page = seen.page
        page.evaluate("() => document.querySelectorAll('details').forEach(part => { part.open = true })")
        page.wait_for_timeout(50)  # tables of charts are made when their place opens
        assert page.locator("iframe, img, svg[onload], textarea, [onmouseover]").count() == 0
        assert page.locator("b, i").filter(has_text=re.compile("^(bold|Maker)$")).count() == 0
        scripts = page.evaluate(
            "() => [...document.scripts].map(one => one.type || one.getAttribute('src') || one.textContent.slice(0, 20))"
        )
        assert all("alert" not in text for text in scripts)
        assert (seen.dialogs, seen.errors) == ([], [])
        assert all(address.startswith(night.parent.as_uri()) for address in seen.requests)
        assert SHOWN.get(name, "") in page.locator("body").inner_text()
        page.set_viewport_size({"width": 390, "height": 844})
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious_by_day_and_by_night(night: Path, browser: Browser, name: str) -> None:
    with visit(browser, (night / name).resolve(), past_policy=True) as seen:
        # A table's rows are alike: the first ten stand for all.
        seen.page.evaluate("() => document.querySelectorAll('tbody tr:nth-child(n+11)').forEach(row => row.remove())")
        for scheme, background, letters in (("light", "rgb(247, 246, 243)", DAY), ("dark", "rgb(17, 21, 26)", DARK)):
            seen.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            seen.page.wait_for_timeout(200)  # charts are drawn anew
            # What is not about colours is the same at night.
            assert axe_findings(seen.page, only=["color-contrast"] if scheme == "dark" else []) == []
            assert _colour(seen.page, "body", "backgroundColor") == background
            fills = seen.page.evaluate(
                "() => [...document.querySelectorAll('.main-svg text, .canvas text')].map(one => getComputedStyle(one).fill)"
            )
            assert set(fills) <= letters | INSIDE_BARS


@pytest.mark.parametrize("name", PAGES[2:])
def test_the_charts_of_a_notebook_are_drawn_and_their_numbers_are_a_table(
    night: Path, browser: Browser, name: str
) -> None:
    with visit(browser, night / name) as seen:
        page = seen.page
        charts = page.locator(".chart").count()
        assert page.locator(".chart:has(.main-svg)").count() == charts
        for place in page.locator("details.numbers").all():
            place.locator("summary").click()
            place.locator("tbody tr").first.wait_for()
            assert "&lt;" not in place.inner_text()
        assert page.locator("details.numbers").count() == charts


def test_the_charts_of_the_report_are_drawn_with_a_table_beside(night: Path, browser: Browser) -> None:
    with visit(browser, night / "report.html") as seen:
        figures = seen.page.locator("figure").all()
        assert len(figures) >= 12
        for figure in figures:
            box = figure.locator("svg.canvas").first.bounding_box()
            assert box is not None
            assert box["width"] > 500
            assert box["height"] >= 38
            assert figure.locator("svg.canvas").first.locator("use, rect, line").count() >= 2
            assert figure.locator("svg.canvas > title").first.text_content()
            beside = figure.locator("table").count() or figure.locator("xpath=following::table").count()
            assert beside >= 1


def test_the_report_is_one_small_file_that_asks_for_nothing(night: Path, browser: Browser, tmp_path: Path) -> None:
    sent = tmp_path / "sent.html"
    sent.write_bytes((night / "report.html").read_bytes())
    assert sent.read_bytes() == (night / "index.html").read_bytes()
    assert sent.stat().st_size < MOST_BYTES
    assert "http://" not in sent.read_text(encoding="utf-8")
    with visit(browser, sent) as seen:
        assert seen.requests == [sent.as_uri()]
        assert seen.errors == []
        assert seen.page.locator("#suggestions").is_visible()
        assert seen.page.evaluate("() => performance.getEntriesByType('navigation')[0].domComplete") < 2000


@pytest.mark.parametrize("name", [*NIGHT_PAGES, "../index.html"])
def test_every_link_leads_to_a_place_that_is_there(night: Path, name: str) -> None:
    page = (night / name).resolve()
    links = Seen(page).links
    assert len(links) > 1
    known: dict[Path, Seen] = {}
    for link in links:
        address, _, place = unquote(link).partition("#")
        target = (page.parent / address).resolve() if address else page
        assert target.exists(), link
        if place and not place.startswith("m-"):
            known.setdefault(target, Seen(target))
            assert place in known[target].ids, link


def test_every_number_stands_beside_the_section_it_is_from(night: Path, browser: Browser) -> None:
    with visit(browser, night / "report.html") as seen:
        lost = seen.page.evaluate(
            """() => {
              const sourced = part => [...part.querySelectorAll('a')].some(link => /^0\\d_\\w+\\.html#/.test(link.getAttribute('href')));
              const found = [];
              const walker = document.createTreeWalker(document.getElementById('main'), NodeFilter.SHOW_TEXT);
              while (walker.nextNode()) {
                const node = walker.currentNode;
                if (!/\\d/.test(node.textContent) || node.parentElement.closest('pre, code, title, desc')) continue;
                let part = node.parentElement;
                while (part && !sourced(part)) part = part.parentElement;
                if (!part || part.id === 'main') found.push(node.textContent);
              }
              return found;
            }"""
        )
        assert lost == []


def test_the_keyboard_goes_through_the_report_from_top_to_bottom(night: Path, browser: Browser) -> None:
    with visit(browser, night / "report.html") as seen:
        page = seen.page
        places = []
        for number in range(40):
            page.keyboard.press("Tab")
            top, outline, text = page.evaluate(
                "() => { const part = document.activeElement, box = part.getBoundingClientRect();"
                " return [box.top + scrollY, getComputedStyle(part).outlineStyle, part.textContent.trim()]; }"
            )
            assert outline != "none", text
            if number == 0:
                assert text == "Skip to the content"
            else:
                places.append(top)
        assert (
            places == sorted(places) or max(before - after for before, after in pairwise(places)) < 60
        )  # within one line of figures
        page.reload()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.evaluate("() => document.activeElement.id") == "main"


def test_headings_go_down_step_by_step_and_landmarks_are_there(night: Path, browser: Browser) -> None:
    with visit(browser, night / "report.html") as seen:
        levels = seen.page.evaluate(
            "() => [...document.querySelectorAll('h1, h2, h3, h4')].map(one => +one.tagName[1])"
        )
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))
        for landmark in ("header", "nav[aria-label]", "main", "footer"):
            assert seen.page.locator(landmark).count() == 1
        assert seen.page.locator("html").get_attribute("lang") == "en"


def test_an_automation_is_copied_by_a_click(night: Path, browser: Browser) -> None:
    with visit(browser, night / "report.html") as seen:
        page = seen.page
        details = page.locator("details:has(button.copy)").first
        details.locator("summary").click()
        button = details.locator("button.copy")
        button.click()
        page.wait_for_function("() => document.getElementById('told').textContent !== ''")
        assert page.locator("#told").text_content() in {"Copied", "Selected"}
        yaml = details.locator("pre").text_content() or ""
        assert yaml.startswith("- id: homeintel_")
        assert page.evaluate("() => getSelection().toString()") in {"", yaml}


def test_code_is_hidden_and_one_click_away(night: Path, browser: Browser) -> None:
    with visit(browser, night / "03_pattern_detection.html") as seen:
        code = seen.page.locator(".code-input").first
        assert not code.is_visible()
        seen.page.get_by_role("button", name="Show the code").click()
        assert code.is_visible()
    with visit(browser, night / "report.html") as seen:
        part = seen.page.locator("#habits ~ div.source details.code, section:has(#habits) details.code").first
        assert not part.locator("pre").is_visible()
        part.locator("summary").click()
        assert "charts.day_clock(patterns)" in part.locator("pre").inner_text()


def test_on_paper_the_report_is_light_and_whole(night: Path, browser: Browser) -> None:
    with visit(browser, night / "report.html", scheme="dark") as seen:
        seen.page.emulate_media(media="print", color_scheme="dark")
        assert _colour(seen.page, "h1") == "rgb(28, 37, 48)"
        assert not seen.page.locator("nav.parts").is_visible()
        assert seen.page.locator("figure svg.canvas").first.is_visible()
        printed = seen.page.pdf(format="A4")
        assert printed.startswith(b"%PDF")
        pages = len(re.findall(rb"/Type\s*/Page\b", printed))
        assert 3 <= pages <= 25


def _colour(page: Page, selector: str, name: str = "color") -> str:
    return str(page.locator(selector).first.evaluate("(part, name) => getComputedStyle(part)[name]", name))
