"""JupyterLab as a person uses it: open a notebook, run all cells, move a control, see the chart change."""

from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Locator, Page, expect, sync_playwright

from tests.explore.jupyterlab import jupyterlab
from tests.servers import need

SECONDS = 1000
FLAGS = ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    """A page in the system's Chromium that reaches nothing but this machine."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=need("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.set_default_timeout(120 * SECONDS)
        yield page
        browser.close()


def test_a_control_that_is_moved_changes_the_chart(page: Page, params: Path, tmp_path: Path) -> None:
    outside: list[str] = []
    broken: list[str] = []
    page.on("request", lambda asked: outside.append(asked.url) if "127.0.0.1" not in asked.url else None)
    page.on("pageerror", lambda error: broken.append(str(error)))
    with jupyterlab(tmp_path / "lab") as address:
        name_params(tmp_path / "lab" / "files" / "explore_patterns.ipynb", params)
        page.goto(address % "explore_patterns.ipynb")
        run_all(page)
        lags = page.locator(".jp-OutputArea", has=page.get_by_text("within, seconds")).last
        expect(page.locator(".js-plotly-plot .gtitle")).to_have_count(4, timeout=120 * SECONDS)
        expect(lags).to_contain_text("at any time, days: all")
        before = bars(lags.locator(".js-plotly-plot"))
        lags.locator(".noUi-handle").press("End")
        expect(lags).to_contain_text("Within 600 s")
        expect(lags.locator(".js-plotly-plot")).to_have_count(1)
        assert bars(lags.locator(".js-plotly-plot")) != before
        assert page.locator("[data-mime-type='application/vnd.jupyter.error']").count() == 0
    assert [url for url in outside if not url.startswith(("data:", "blob:"))] == []
    assert broken == []


def name_params(notebook: Path, params: Path) -> None:
    """Write the params file's path into the parameters cell, as a person does."""
    loaded = nbformat.read(notebook, as_version=4)
    cell = next(cell for cell in loaded.cells if cell["id"] == "parameters")
    cell.source = cell.source.replace("../params/demo.yaml", str(params))
    nbformat.write(loaded, notebook)


def run_all(page: Page) -> None:
    page.locator(".jp-Notebook").wait_for()
    page.get_by_text("| Idle").wait_for()  # the kernel has answered
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()


def bars(chart: Locator) -> list[str]:
    """Return the outlines of a chart's bars."""
    return [shape.get_attribute("d") or "" for shape in chart.locator(".barlayer path").all()]
