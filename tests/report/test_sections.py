"""Where a number came from: links to notebook sections are built from the notebooks themselves."""

from pathlib import Path

import nbformat

from homeintel.nightly.phases import SPECS, notebook_folder
from homeintel.report.night import TILES, WANTED
from homeintel.report.sections import read_sources, sections


def test_every_section_a_report_names_stands_in_its_notebook() -> None:
    notebooks = {spec.name: notebook_folder() / spec.notebook for spec in SPECS}
    sources = read_sources(notebooks, {spec.name: f"{Path(spec.notebook).stem}.html" for spec in SPECS})
    wanted = [*WANTED.values(), *((phase, heading) for *_, phase, heading in TILES)]
    assert [place for place in wanted if sources.find(*place) is None] == []
    section = sources.evidence("03_pattern_detection", "Routines")
    assert section is not None
    assert section.address == "03_pattern_detection.html#Routines"
    assert "charts.day_clock" in section.code
    assert sources.evidence("99_other", "Routines") is None
    assert sources.evidence("", "Routines") is None


def test_an_address_is_built_and_code_belongs_to_its_section(tmp_path: Path) -> None:
    cells = [
        nbformat.v4.new_markdown_cell("# Title"),
        nbformat.v4.new_code_cell("before = 1"),
        nbformat.v4.new_markdown_cell('## What\'s "new" & <odd>, 100 %?\n\nText.'),
        nbformat.v4.new_code_cell("first = 1"),
        nbformat.v4.new_markdown_cell("More text."),
        nbformat.v4.new_code_cell("second = 2"),
        nbformat.v4.new_markdown_cell("## Last"),
    ]
    path = tmp_path / "03_a.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    found = sections(path, "03 a.html")
    assert list(found) == ['What\'s "new" & <odd>, 100 %?', "Last"]
    odd = found['What\'s "new" & <odd>, 100 %?']
    assert odd.address == "03%20a.html#What%27s-%22new%22-%26-%3Codd%3E%2C-100-%25%3F"
    assert odd.code == "first = 1\n\nsecond = 2"
