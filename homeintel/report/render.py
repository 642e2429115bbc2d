"""Fills the package's templates: every value is escaped unless it is markup of our own."""

import base64
import hashlib
from functools import cache
from importlib import resources
from typing import Any

from markupsafe import Markup


def render(template: str, **values: object) -> str:
    """Fill one of the package's templates; the style and the scripts stand in the page itself."""
    return str(_environment().get_template(template).render(**values))


@cache
def template_file(name: str) -> str:
    """Return a file of the templates' folder."""
    return (resources.files("homeintel.report") / "templates" / name).read_text(encoding="utf-8")


def inline(name: str) -> Markup:
    """Return a style or a script of ours as it stands in a page."""
    return Markup(template_file(name))  # noqa: S704 - a file of this package, no text from the house


def script_hash(name: str) -> str:
    """Return what a content security policy calls a script of ours: no other inline script runs in the page."""
    return "sha256-" + base64.b64encode(hashlib.sha256(template_file(name).encode()).digest()).decode()


@cache
def _environment() -> Any:  # noqa: ANN401 - jinja2 is imported only where pages are made
    import jinja2

    environment = jinja2.Environment(
        autoescape=True,
        loader=jinja2.FunctionLoader(template_file),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.globals.update(inline=inline, script_hash=script_hash)
    return environment
