"""A page made from an executed notebook: charts drawn offline, foreign text escaped."""

from pathlib import Path

import nbformat
import pytest

from homeintel.report.charts import figure
from homeintel.report.output import table_html
from homeintel.report.pages import chart_html, write_page
from homeintel.report.site import plotly_asset, prepare_night, publish_night, write_home_index
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


def test_a_night_is_renamed_into_place_and_replaced_whole(tmp_path: Path) -> None:
    for text in ("first", "second"):
        half = prepare_night(tmp_path, "2026-11-08")
        (half / "index.html").write_text(text)
        if text == "first":
            (half / "only-in-the-first").touch()
        publish_night(half, tmp_path / "2026-11-08")
    assert (tmp_path / "2026-11-08" / "index.html").read_text() == "second"
    assert not (tmp_path / "2026-11-08" / "only-in-the-first").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["2026-11-08"]


def test_the_list_of_nights_links_those_that_are_there(tmp_path: Path) -> None:
    (tmp_path / "2026-11-08").mkdir()
    (tmp_path / "2026-11-08" / "index.html").touch()
    night = {
        "status": "succeeded",
        "suggestions": 3,
        "new": 1,
        "patterns": 2,
        "anomalies": 0,
        "events_kept": "9",
        "message": EVIL,
    }
    write_home_index(tmp_path, "home <1>", [{**night, "night": "2026-11-08"}, {**night, "night": "2026-11-07"}])
    page = (tmp_path / "index.html").read_text()
    assert '<a href="2026-11-08/index.html">' in page
    assert '<a href="2026-11-07/index.html">' not in page
    assert "home &lt;1&gt;" in page
    assert "<img" not in page
