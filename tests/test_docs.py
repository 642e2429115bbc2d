"""Documentation that can rot is held against what it describes."""

import re
from pathlib import Path

import click
import pytest

from homeintel.cli import main
from homeintel.settings.secrets import DEFAULTS
from homeintel.store import Store
from tests.references import REFERENCES

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.glob("*.md"))]


@pytest.mark.parametrize("name", REFERENCES)
def test_references_are_those_made_from_the_code(name: str) -> None:
    written = (DOCS / name).read_text(encoding="utf-8")
    assert written == REFERENCES[name](), f"run python -m tests.references, then look at docs/{name}"


def test_every_setting_and_secret_is_in_the_reference() -> None:
    text = (DOCS / "settings.md").read_text(encoding="utf-8")
    example = (ROOT / "params" / "home.example.yaml").read_text(encoding="utf-8")
    for key in set(re.findall(r"^ *(\w+):", example, re.MULTILINE)) - {"source"}:
        assert f"`{key}`" in text or f"\n## {key}" in text, key
    for _, variable, _ in DEFAULTS:
        assert f"`{variable}`" in text


def test_every_command_is_in_the_reference() -> None:
    text = (DOCS / "commands.md").read_text(encoding="utf-8")
    commands = main.list_commands(click.Context(main))
    assert re.findall(r"^## homeintel (\w+)$", text, re.MULTILINE) == commands


def test_tables_and_columns_are_those_of_the_migrations(store: Store) -> None:
    with store.connect() as connection:
        stored = connection.execute(
            "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal ORDER BY ALL"
        ).fetchall()
    written, table = [], ""
    for line in (DOCS / "tables.md").read_text(encoding="utf-8").splitlines():
        table = line.removeprefix("## ") if line.startswith("## ") else table
        row = re.fullmatch(r"\| `(\w+)` \| (.+?) \| (.+) \|", line)
        if row:
            written.append((table, row[1], row[2]))
            assert row[3].endswith("."), line
    assert sorted(written) == stored


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        if not target.startswith(("http://", "https://")):
            assert (page.parent / target).exists(), target
    for path in re.findall(r"`((?:homeintel|tests|benchmarks|scripts|params|docs|notebooks)/[\w./-]+)`", text):
        made = path in {"params/home.yaml", "params/params.yaml"} or path.startswith("reports/")
        assert made or (ROOT / path).exists(), path


def test_every_page_is_reached_from_the_readme() -> None:
    for page in DOCS.glob("*.md"):
        assert f"docs/{page.name}" in README, page.name
