"""The effective settings as rows a record may show."""

from collections.abc import Iterator
from typing import Any

from pydantic import SecretStr

from homeintel.settings.load import Settings

MASK = "(set, hidden)"


def effective_settings(settings: Settings) -> list[tuple[str, str]]:
    """Return (key, value) rows of every setting in force, in the params file's order; secrets are masked."""
    return list(_rows(settings.model_dump(exclude={"params_file", "root"}), ""))


def _rows(values: dict[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for key, value in values.items():
        if isinstance(value, dict):
            yield from _rows(value, f"{prefix}{key}.")
        elif isinstance(value, SecretStr):
            yield f"{prefix}{key}", MASK
        else:
            yield f"{prefix}{key}", "null" if value is None else str(value)
