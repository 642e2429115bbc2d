"""Writes the references that are made from code: docs/settings.md and docs/commands.md. Tests hold the files to it.

Run: python -m tests.references
"""

import types
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import click
from annotated_types import Ge, Gt, Le, Lt
from click.testing import CliRunner
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from homeintel.cli import main
from homeintel.settings import Settings
from homeintel.settings.secrets import DEFAULTS, SECRET_KEYS

DOCS = Path(__file__).parents[1] / "docs"
NOT_WRITTEN = SECRET_KEYS | {"params_file", "root"}
WORDS = {bool: "true or false", int: "whole number", float: "number", str: "text", Path: "path", date: "date"}
COLUMNS = 96
"""Of a terminal whose help is shown."""

SETTINGS_HEAD = """# Settings

One YAML file a home, `params/home.yaml` say. Every key there is; a key left out has the default, and an unknown key is an
error that names the nearest known one. `params/home.example.yaml` is the same as a file to copy. Relative paths start at the
nearest folder above the params file with a `pyproject.toml`, else at the file's own folder.
"""
SECRETS_HEAD = """## Secrets

They never stand in the params file. Each is read, in this order, from the file that `..._file` names, from the environment
variable that `..._env` names, from the variable below, or from a file that the variable with `_FILE` at its end names.

| section | secret | environment variable |
|---|---|---|
"""
COMMANDS_HEAD = """# Commands

`.venv/bin/homeintel COMMAND`, or `python -m homeintel COMMAND` in the environment. Every command that writes takes the
database's lock: while a night runs, it ends at once with status 75.
"""


def settings_reference() -> str:
    """Return docs/settings.md, from the settings class."""
    parts = [SETTINGS_HEAD, *_section("", Settings), SECRETS_HEAD + "\n".join(_secrets())]
    return "\n".join(parts).rstrip() + "\n"


def _section(name: str, model: type[BaseModel]) -> Iterator[str]:
    """Yield a section and those inside it; one with several sources has a part for each."""
    rows, inner = [], []
    for key, field in model.model_fields.items():
        members = _models(field.annotation)
        if key in NOT_WRITTEN or (members and not name):
            inner += [(key, member) for member in members]
            continue
        if key == "source":
            continue
        rows.append(f"| `{key}` | {_type(field)} | {_default(field)} | {field.description or ''} |")
        inner += [(f"{name}.{key}", member) for member in members if key != "also"]
    if name:
        yield f"## {name}{_source(model)}\n\n{(model.__doc__ or '').splitlines()[0]}\n"
    if rows:
        yield "| key | value | default | meaning |\n|---|---|---|---|\n" + "\n".join(rows) + "\n"
    for key, member in inner:
        yield from _section(key, member)


def _source(model: type[BaseModel]) -> str:
    field = model.model_fields.get("source")
    return f", `source: {get_args(field.annotation)[0]}`" if field is not None else ""


def _models(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    if get_origin(annotation) in (Union, types.UnionType, Annotated):
        return [model for member in get_args(annotation) for model in _models(member)]
    return []


def _type(field: FieldInfo) -> str:
    limits = [f"{word} {getattr(limit, attribute):g}" for limit in field.metadata
              for kind, attribute, word in ((Ge, "ge", "from"), (Gt, "gt", "above"), (Le, "le", "to"), (Lt, "lt", "below"))
              if isinstance(limit, kind)]  # fmt: skip
    word, null, _ = _word(field.annotation).partition(" or null")
    return " ".join([word, *limits]) + null


def _word(annotation: object) -> str:
    origin, members = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return ", ".join(f"`{member}`" for member in members)
    if origin is list:
        return f"list of {_word(members[0])}s"
    if origin is Annotated:
        return _word(members[0])
    if origin in (Union, types.UnionType):
        return " or ".join(dict.fromkeys("null" if m is type(None) else _word(m) for m in members))
    if _models(annotation):
        return "a section"
    return WORDS[annotation]  # type: ignore[index]  # an unknown kind of value should be noticed here


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "must be given"
    value: Any = field.get_default(call_default_factory=True)
    if value is PydanticUndefined or isinstance(value, BaseModel):
        return ""
    words = {None: "null", True: "true", False: "false", "": "empty"}
    return words[value] if isinstance(value, bool | str | None) and value in words else f"`{value}`".replace("'", "")


def _secrets() -> Iterator[str]:
    for where, variable, secret in DEFAULTS:
        yield f"| `{'.'.join(where)}` | {secret} | `{variable}` |"


def commands_reference() -> str:
    """Return docs/commands.md, from the command line's own help."""
    context = click.Context(main)
    parts = [COMMANDS_HEAD]
    for name in main.list_commands(context):
        shown = CliRunner().invoke(main, [name, "--help"], prog_name="homeintel", terminal_width=COLUMNS).output
        parts.append(f"## homeintel {name}\n\n```text\n{shown.rstrip()}\n```\n")
    return "\n".join(parts).rstrip() + "\n"


REFERENCES = {"settings.md": settings_reference, "commands.md": commands_reference}

if __name__ == "__main__":
    for file_name, make in REFERENCES.items():
        (DOCS / file_name).write_text(make(), encoding="utf-8")
