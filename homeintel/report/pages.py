"""Turns an executed notebook into one HTML page: code hidden one click away, charts drawn from the stored figures."""

import json
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from homeintel.mime import PLOTLY_MIME


def write_page(notebook: Path, page: Path, *, title: str, plotly_js: str) -> None:
    """Convert an executed notebook.

    Args:
        notebook: the executed `.ipynb`.
        page: the `.html` to write.
        title: the page's title; plain text.
        plotly_js: address of plotly.js relative to the page.
    """
    import nbformat

    # Our own record is valid; reading it with validation takes as long as converting it.
    content = nbformat.v4.reads(notebook.read_text(encoding="utf-8"))
    draws = _charts_to_html(content)
    body, _ = _exporter().from_notebook_node(content)
    page.write_text(
        render("page.html.j2", title=title, body=body, plotly_js=plotly_js if draws else "", style=stylesheet()),
        encoding="utf-8",
    )


def render(template: str, **values: object) -> str:
    """Fill one of the package's templates; every value is escaped unless it is markup of our own."""
    return str(_environment().get_template(template).render(**values))


@cache
def stylesheet() -> str:
    """Return the style of all pages."""
    return _template_file("style.css")


def _template_file(name: str) -> str:
    return (resources.files("homeintel.report") / "templates" / name).read_text(encoding="utf-8")


@cache
def _environment() -> Any:  # noqa: ANN401 - jinja2 is imported only where pages are made
    import jinja2

    return jinja2.Environment(
        autoescape=True,
        loader=jinja2.FunctionLoader(_template_file),
        trim_blocks=True,
        undefined=jinja2.StrictUndefined,
    )


@cache
def _exporter() -> Any:  # noqa: ANN401 - nbconvert ships no types
    from nbconvert import HTMLExporter

    # No outside address may stand in a page; `basic` gives the body alone, the page around it is ours.
    return HTMLExporter(
        template_name="basic", embed_images=True, require_js_url="", mathjax_url="", jquery_url="", mermaid_js_url=""
    )


def _charts_to_html(notebook: Any) -> bool:  # noqa: ANN401 - a NotebookNode has no types
    """Replace each plotly bundle by a place and a script that draws it; tell whether there was one."""
    drawn = False
    for number, cell in enumerate(notebook.cells):
        for index, output in enumerate(cell.get("outputs", ())):
            bundle = output.get("data", {})
            if PLOTLY_MIME in bundle:
                bundle["text/html"] = chart_html(bundle.pop(PLOTLY_MIME), f"chart-{number}-{index}")
                drawn = True
    return drawn


def chart_html(chart: dict[str, Any], place: str) -> str:
    """Return a place with a label for screen readers, and the script that draws the figure into it.

    The JSON is written so that nothing in it can end the script: `<` stands only as an escape.
    """
    from markupsafe import escape

    title = chart.get("layout", {}).get("title", {}).get("text", "Chart")
    data, layout = (_script_json(chart.get(part, empty)) for part, empty in (("data", []), ("layout", {})))
    options = '{"responsive": true, "displaylogo": false}'
    return (
        f'<div id="{place}" class="chart" role="img" aria-label="{escape(title)}"></div>'
        f'<script>Plotly.newPlot("{place}", {data}, {layout}, {options});</script>'
    )


def _script_json(value: object) -> str:
    return json.dumps(value).replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
