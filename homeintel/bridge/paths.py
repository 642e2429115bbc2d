"""The path of a leaf: how homeintel and a person name one capability of a device."""

from collections.abc import Mapping
from typing import Any


def segment(expose: Mapping[str, Any], inherited: str | None) -> str:
    """Return one step of a path: the name (a specific type's own name is its type) with the endpoint.

    An endpoint that a step above already named is not repeated: `light_l1/brightness`.
    """
    name = str(expose.get("name") or expose.get("property") or expose.get("type") or "unnamed")
    endpoint = expose.get("endpoint")
    if endpoint is None or str(endpoint) == inherited or name.endswith(f"_{endpoint}"):
        return name
    return f"{name}_{endpoint}"


class UniquePaths:
    """Hands out each path of one device once: a repeat gets `#2`, `#3`."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, path: str) -> str:
        """Return `path`, or with the first number that is free."""
        unique, number = path, 1
        while unique in self._taken:
            number += 1
            unique = f"{path}#{number}"
        self._taken.add(unique)
        return unique
