"""The last line of defence against a secret in a record: its value is replaced wherever it turns up."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, SecretStr

SHORTEST = 4
"""A shorter secret would replace parts of ordinary words; it protects nothing anyway."""


def secret_values(settings: BaseModel) -> tuple[str, ...]:
    """Return the values of all secrets of the settings, longest first."""
    found = {value for value in _secrets(dict(settings)) if len(value) >= SHORTEST}
    return tuple(sorted(found, key=len, reverse=True))


def redact(text: str, secrets: tuple[str, ...]) -> str:
    """Return the text with every secret's value replaced by `(hidden)`."""
    for secret in secrets:
        text = text.replace(secret, "(hidden)")
    return text


def _secrets(values: dict[str, Any]) -> Iterator[str]:
    for value in values.values():
        if isinstance(value, SecretStr):
            yield value.get_secret_value()
        elif isinstance(value, BaseModel):
            yield from _secrets(dict(value))
