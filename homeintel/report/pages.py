"""Turns an executed notebook into one HTML page: code hidden one click away, charts drawn from the stored figures."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup

from homeintel.mime import PLOTLY_MIME
from homeintel.report.render import render

_HEADERS = re.compile(r"<thead>.*?</thead>", re.DOTALL)


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
        render("page.html.j2", title=title, body=_markup(body), plotly_js=plotly_js if draws else ""),
        encoding="utf-8",
    )


def _markup(body: str) -> Markup:
    # nbconvert escaped the text outputs; HTML outputs are ours, from `report.output`, which escapes.
    return Markup(body)  # noqa: S704


@cache
def _exporter() -> Any:  # noqa: ANN401 - nbconvert ships no types
    from nbconvert import HTMLExporter

    # No outside address may stand in a page; `basic` gives the body alone, the page around it is ours.
    return HTMLExporter(
        template_name="basic", embed_images=True, require_js_url="", mathjax_url="", jquery_url="", mermaid_js_url=""
    )


def _charts_to_html(notebook: Any) -> bool:  # noqa: ANN401 - a NotebookNode has no types
    """Replace each plotly bundle by a place and its figure's data; tell whether there was one."""
    drawn = False
    for number, cell in enumerate(notebook.cells):
        for index, output in enumerate(cell.get("outputs", ())):
            bundle = output.get("data", {})
            if PLOTLY_MIME in bundle:
                bundle["text/html"] = chart_html(bundle.pop(PLOTLY_MIME), f"chart-{number}-{index}")
                drawn = True
    return drawn


def chart_html(chart: dict[str, Any], place: str) -> str:
    """Return a place with a label for screen readers, and the figure's data beside it; `draw.js` puts them together.

    The data is no script: nothing in it runs, and `<` stands in it only as an escape, so that nothing can end it.
    The same data become a table when a reader asks for it.
    """
    layout = chart.get("layout", {})
    title = layout.get("title", {}).get("text", "Chart")
    height = int(layout.get("height", 380))
    figure = _json({"data": chart.get("data", []), "layout": layout})
    shape = Markup(
        '<div class="chart-frame" tabindex="0" role="group" aria-label="{0}">'
        '<div id="{1}" class="chart" role="img" aria-label="{0}" style="height:{2}px"></div></div>'
        '<script type="application/json" class="figure" data-place="{1}">{3}</script>'
        '<details class="numbers" data-of="{1}"><summary>Its numbers as a table</summary></details>'
    )
    return str(shape.format(Markup(title).unescape(), place, height, Markup(figure)))  # noqa: S704 - see `_json`


def _json(value: object) -> str:
    return json.dumps(value).replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
