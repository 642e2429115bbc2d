"""A page made from an executed notebook: charts drawn offline, foreign text escaped."""

from pathlib import Path

import nbformat
import pytest

from homeintel.report.charts import figure
from homeintel.report.output import table_html
from homeintel.report.pages import chart_html, write_page
from homeintel.report.site import plotly_asset
from tests.browser import rendered

EVIL = '</script><script>window.evil = 1</script><img src=x onerror="window.evil = 2">'


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    import pandas as pd

    chart = figure(f"Lamp {EVIL}", x="day", y="events (count)")
    chart.add_scatter(x=[1, 2, 3], y=[2, 1, 3], name=EVIL)
    bundle = {"application/vnd.plotly.v1+json": chart.to_plotly_json(), "text/plain": "Chart"}
    cell = nbformat.v4.new_code_cell("shown = 1", execution_count=1)
    cell.outputs = [
        nbformat.v4.new_output("display_data", data=bundle),
        nbformat.v4.new_output(
            "display_data", data={"text/html": table_html(pd.DataFrame({"name": [EVIL], "n": [3]}))}
        ),
    ]
    path = tmp_path / "night" / "03_pattern_detection.ipynb"
    path.parent.mkdir()
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Patterns"), cell]), path)
    return path


def make_page(notebook: Path) -> Path:
    asset = plotly_asset(notebook.parents[1])
    page = notebook.with_suffix(".html")
    write_page(notebook, page, title="Patterns", plotly_js=f"../assets/{asset}")
    return page


def test_charts_are_drawn_with_the_network_off(notebook: Path, tmp_path: Path) -> None:
    document = rendered(make_page(notebook), tmp_path / "profile")
    assert 'class="main-svg"' in document
    assert "scatterlayer" in document


def test_no_outside_address_stands_in_a_page(notebook: Path) -> None:
    page = make_page(notebook).read_text(encoding="utf-8")
    assert "https://" not in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert len(page) < 60_000


def test_text_from_the_house_is_text(notebook: Path, tmp_path: Path) -> None:
    page = make_page(notebook)
    assert "window.evil = 1</script>" not in page.read_text(encoding="utf-8")
    document = rendered(page, tmp_path / "profile")
    assert "<img src=" not in document
    assert "&lt;img src=x onerror=" in document


def test_the_script_of_a_chart_can_not_be_ended_by_its_data() -> None:
    html = chart_html({"data": [{"name": "</script>"}], "layout": {"title": {"text": '"quoted" <b>'}}}, "chart-1-1")
    assert html.count("</script>") == 1
    assert "&#34;quoted&#34; &lt;b&gt;" in html
